#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-bump-gate.sh: no pin of an image that is not in its registry, asked as the cluster would ask.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=scripts/lib/registry.sh
. "$top_srcdir/scripts/lib/registry.sh"

command -v docker-registry >/dev/null || skip_all 'no docker-registry'
command -v htpasswd >/dev/null || skip_all 'no htpasswd'

dir=$(mktemp -d "${TMPDIR:-/tmp}/t-bump-gate.XXXXXX")
cleanup() {
	registry_stop ""
	rm -rf "$dir"
}
trap cleanup EXIT

# Nothing of the person at the keyboard.
HOME=$dir/home
XDG_RUNTIME_DIR=$dir/run
CONTAINERS_REGISTRIES_CONF=$dir/registries.conf
LOCKSTEP_STATE=$dir/state
export HOME XDG_RUNTIME_DIR CONTAINERS_REGISTRIES_CONF LOCKSTEP_STATE
unset REGISTRY_AUTH_FILE DOCKER_CONFIG XDG_CONFIG_HOME SSL_CERT_FILE SSL_CERT_DIR
mkdir -p "$HOME/.docker" "$XDG_RUNTIME_DIR/containers" "$dir/repo"
: >"$CONTAINERS_REGISTRIES_CONF"
cd "$dir/repo"
git init -q

# push NAME:TAG [TEXT]: an image, whose digest goes to $pushed.
push() {
	type=application/vnd.oci.image.manifest.v1+json
	printf '{"architecture":"amd64","os":"linux","author":"%s"}' "${2-}" >"$dir/config"
	config=sha256:$(sha256sum "$dir/config" | cut -d ' ' -f 1)
	printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},"layers":[]}' \
		$type "$config" "$(wc -c <"$dir/config")" >"$dir/manifest"
	pushed=sha256:$(sha256sum "$dir/manifest" | cut -d ' ' -f 1)
	"${top_builddir:?}/tests/cli/registry_tool" push-blob "${1%:*}" "$dir/config" >"$dir/said"
	"$top_builddir/tests/cli/registry_tool" put "$1" $type "$dir/manifest" >"$dir/said"
}

# bump ARG...: what a version of $REG_HOST/o/a and o/b makes of the manifests.
manifests() {
	printf 'image: %s/o/a:old\n' "$REG_HOST" >a.yaml
	printf 'image: %s/o/b:old@%s\n' "$REG_HOST" "$pushed" >b.yaml
	git add -A
}

bump() {
	"${LOCKSTEP:?}" bump "$@"
}

registry_start plain "$dir/plain"
a=$REG_HOST/o/a
b=$REG_HOST/o/b
push "$a:v1" one
v1=$pushed
push "$a:v2" two
v2=$pushed
manifests
exits 0 'an image that is there' bump --image "$a=v2@$v2"
is "$(cat a.yaml)" "image: $a:v2" 'is pinned'
exits 0 'by its tag alone' bump --image "$a=v1"
manifests
exits 4 'F12: a tag that was never pushed' bump --image "$a=v3"
is "$tap_out" "lockstep: '$a:v3' is not in its registry: nothing was written" 'is not pinned'
exits 4 'also by digest' bump --image "$b=v3@$v1"
exits 4 'F11: a tag that has another content' bump --image "$a=v1@$v2"
is "$tap_out" "lockstep: '$a:v1@$v2' is there with another digest, $v1: nothing was written" 'is not pinned'
is "$(git diff --name-only)" '' 'nothing was written'
exits 4 'a dry run says the same' bump --image "$a=v3" --dry-run
exits 0 'unless it is only to be said' bump --image "$a=v3" --gate warn
like "$tap_out" "lockstep: '$a:v3' is not in its registry; pinning it all the same
*" 'and it is'
git checkout -q .
exits 0 'or not asked' bump --image "$a=v3" --gate off
git checkout -q .
exits 0 'F12: the others need not wait' bump --image "$a=v2@$v2" --image "$b=v9@$v1" --skip-missing --body-file "$dir/body"
is "$(git diff --name-only)" a.yaml 'one is pinned, one is kept'
like "$(cat "$dir/body")" "*Skipped*\`$b\`*" 'and the pull request says so'
exits 0 'what stands already is not asked for' env no_proxy='*' "$LOCKSTEP" bump --image "$a=v2@$v2"
git checkout -q .

printf 'kind: Pod\nspec:\n  containers:\n  - { name: a, image: "%s" }\n  - { name: b, image: "%s" }\n  - { name: c, image: "%s" }\n' \
	"$a:v2@$v2" "$a:v3" "$a:v1@$v2" >"$dir/pod.yaml"
exits 4 'verify can ask as well' "$LOCKSTEP" verify "$dir/pod.yaml" --registry
like "$tap_out" "$dir/pod.yaml:5:23: registry: '$a' has no 'v3'
$dir/pod.yaml:6:23: registry: the tag of '$a' has another digest, '$v1'
*" 'what is not there, and what is another'

registry_stop "$REG_PID"
exits 75 'F13: nor has verify learned anything' "$LOCKSTEP" verify "$dir/pod.yaml" --registry
exits 75 'F13: who does not answer has said nothing' bump --image "$a=v2"
is "$(git diff --name-only)" '' 'nothing was written'

# A package that was pushed for the first time is private: its owner does not notice, the cluster does.
registry_start auth "$dir/auth"
a=$REG_HOST/o/a
b=$REG_HOST/o/b
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REG_HOST" "$(printf %s "$REG_USER:$REG_PASSWORD" | base64)" >"$HOME/.docker/config.json"
cp "$HOME/.docker/config.json" "$XDG_RUNTIME_DIR/containers/auth.json"
push "$a:v2" two
manifests
exits 1 'F13: asked as a cluster without a login' bump --image "$a=v2"
like "$tap_out" "lockstep: it cannot be told whether '$a:v2' is there: *
    with '--gate-auth docker-config' it is asked as somebody who is logged in" 'which no credentials of ours get into'
exits 0 'asked as one with' bump --image "$a=v2" --gate-auth docker-config
git checkout -q .
exits 0 'or with a file' env REGISTRY_AUTH_FILE="$XDG_RUNTIME_DIR/containers/auth.json" "$LOCKSTEP" bump --image "$a=v2" --gate-auth env
exits 2 'a file that is not named' bump --image "$b=v2" --gate-auth env --pin tag
exits 2 'no such gate' bump --image "$a=v2" --gate open
exits 2 'no such login' bump --image "$a=v2" --gate-auth root
done_testing
