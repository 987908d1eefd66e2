#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external.sh: images from a registry: known without pulling, locked by digest, used as locked.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=tests/lib/images.sh
. "$top_srcdir/tests/lib/images.sh"

graph_registry
EXT=$REG_HOST/lib/ext

graph_write() {
	mkdir base app
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/t
		images:
		  app: { context: app }
	YAML
	printf 'FROM %s:1\nCOPY f /f\n' "$EXT" >app/Dockerfile
	echo f >app/f
	echo g >app/g
}
graph_open
unset CI
CONTAINERS_REGISTRIES_CONF=$graph_dir/registries.conf
export CONTAINERS_REGISTRIES_CONF
printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REG_HOST" >"$CONTAINERS_REGISTRIES_CONF"
# It is the service that pulls.
[ "$BUILDER" != podman-service ] || graph_service

# external TEXT [LINE [FORMAT]]: makes EXT:1 and pushes it; leaves nothing of it where people have images. Prints
# "ID DIGEST".
external() {
	mkdir -p "$graph_dir/ext"
	echo "$1" >"$graph_dir/ext/x"
	printf 'FROM scratch\nCOPY x /x\n%s\n' "${2-}" >"$graph_dir/ext/Dockerfile"
	image_push "$graph_dir/ext" "$EXT:1" "${3-oci}"
}
# used: the image ID that app's FROM is known by.
used() {
	lockstep inputs app --json "$@" | jq -r '.inputs[] | select(.kind == "external") | .image_id'
}

one=$(external one)
id1=${one% *}
is "$(lockstep plan --json | jq -r '.images[0] | .state, .reasons[0].kind')" "build
first-build" 'a plan knows the image in the registry'
is "$(used)" "$id1" 'by its image ID'
is "$(image_here "$id1")" 0 'and pulls nothing'
key=$(lockstep inputs app --json | jq -r .key)
rebuilds app 'a build pulls it'
if [ "$BUILDER" = buildx ]; then
	is "$(image_here "$id1") $(find "$LOCKSTEP_STATE/oci/names" -name manifest.json | wc -l)" '0 1' 'to the layouts, where BuildKit has it from'
else
	is "$(image_here "$id1")" 1 'to where people have images'
fi
is "$(lockstep inputs app --json | jq -r .key)" "$key" 'the key is that of the plan'
rebuilds '' 'then there is nothing to do'

# The tag moves: what is here counts, until the registry is asked.
two=$(external two)
id2=${two% *} digest2=${two#* }
is "$(used)" "$id1" 'a name that is here means what it means here'
is "$(lockstep plan --pull --json | jq -r '.images[0].reasons[0] | .kind, .before, .after')" "external
$id1
$id2" '--pull asks the registry'
rebuilds app 'and a build with it' --pull
like "$(lockstep why app)" "*because $EXT:1 moved: $(printf %.19s "$id1")… → $(printf %.19s "$id2")…*" 'why tells the move'

# Locked: exactly that, on a machine that has nothing.
is "$(lockstep lock)" "$EXT:1  new → $(printf %.19s "$digest2")…
lockstep.lock: 1 entry, 1 moved" 'locked'
is "$(tail -n 1 lockstep.lock)" "image $EXT:1 $digest2" 'by its digest in the registry'
external three >/dev/null
image_clear
# fresh: lockstep has nothing.
fresh() {
	image_clear_kept
	rm -rf "$graph_dir/fresh"
	LOCKSTEP_STATE=$graph_dir/fresh
	export LOCKSTEP_STATE
}
fresh
is "$(used --locked)" "$id2" 'the locked one, though the tag has moved'
is "$(image_here "$id2")" 0 'which is known without a pull'
rebuilds app 'a build pulls it by digest' --locked
is "$(lockstep inputs app --json | jq -r '.inputs[] | select(.kind == "external") | .ref')" "$EXT:1" 'the Dockerfile says what it said'
rebuilds '' 'nothing to do' --locked
is "$(lockstep update --json | jq -r '.moved[0].before')" "$digest2" 'update moves it'
git checkout -q . 2>/dev/null || :
rm lockstep.lock

# What the base's configuration says decides what is read: asked of the registry, too.
four=$(external four 'ONBUILD COPY g /g' docker)
image_clear
fresh
is "$(lockstep inputs app --json | jq -r '[.inputs[] | select(.kind == "file") | .path] | join(" ")')" 'app/f app/g' 'triggers of a base that was not pulled'
is "$(used)" "${four% *}" 'with its image ID'

# An index: its digest is locked, the platform's image is used.
buildah manifest create idx >/dev/null
for n in 1 2; do
	echo "$n" >"$graph_dir/ext/x"
	arch=$([ "$n" = 1 ] && lockstep inputs app | sed -n 's|^platform *linux/\([a-z0-9]*\).*|\1|p' || echo s390x)
	printf 'FROM scratch\nCOPY x /x\n' >"$graph_dir/ext/Dockerfile"
	buildah bud --quiet --layers=false --timestamp 0 --platform "linux/$arch" --iidfile "$graph_dir/iid$n" "$graph_dir/ext" >/dev/null 2>&1
	buildah manifest add idx "$(cat "$graph_dir/iid$n")" >/dev/null
done
buildah manifest push --quiet --tls-verify=false --all --digestfile "$graph_dir/digest" idx "docker://$EXT:1" >/dev/null 2>&1
image_clear
fresh
lockstep lock >/dev/null
is "$(tail -n 1 lockstep.lock)" "image $EXT:1 $(cat "$graph_dir/digest")" 'the digest of the index is locked'
is "$(used --locked)" "$(cat "$graph_dir/iid1")" 'and the image of the platform is the input'
rebuilds app 'and it is built from' --locked

# Wrong, and down.
rm lockstep.lock
sed -i '1s/:1$/:none/' app/Dockerfile
exits 1 'a tag that the registry does not have' lockstep plan
like "$tap_out" "*registry $REG_HOST has no image 'lib/ext' with that tag: none*" 'is told by the plan'
exits 2 'and cannot be locked' lockstep lock
like "$tap_out" "app/Dockerfile:1: registry $REG_HOST has no '$EXT:none'*" 'which is told with its place'
sed -i '1s/:none$/:1/' app/Dockerfile
fresh
# shellcheck disable=SC2119 # all of them
registry_stop
exits 0 'with a registry that is down a plan is incomplete' lockstep plan
like "$tap_out" "*$EXT:1 is not in the storage yet*" 'and says so'
exits 75 'a build is to be tried again' lockstep build
exits 75 'and so is --pull' lockstep plan --pull
exits 75 'and a lock' lockstep lock
done_testing
