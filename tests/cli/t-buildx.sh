#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-buildx.sh: what comes to a builder elsewhere and back again: images from registries and from another storage, those
# that triggers name, secrets; images that are pushed, and taken by a machine that has none of it.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

BUILDER=buildx
command -v skopeo >/dev/null || skip_all 'no skopeo'
graph_registry

graph_write() {
	mkdir -p base app
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: $REG_HOST/t
		images:
		  base: { context: base }
		  app: { context: app, secrets: [ "id=token,env=APP_TOKEN" ] }
	YAML
	cat >base/Dockerfile <<-DF
		FROM $REG_HOST/lib/os:1
		COPY file /file
	DF
	echo one >base/file
	cat >app/Dockerfile <<-DF
		FROM localhost/here/tools:1 AS tools
		FROM $REG_HOST/t/base
		COPY --from=tools /tool /tool
		RUN --mount=type=secret,id=token ["/bin/sh", "-c", "busybox wc -c </run/secrets/token >/size"]
	DF
}
graph_open
APP_TOKEN=planted-$$-4711
export APP_TOKEN

# image NAME: builds what is on standard input, with busybox beside it.
image() {
	mkdir -p "$graph_dir/ext/bin"
	cp "$(command -v busybox)" "$graph_dir/ext/bin/busybox"
	ln -sf busybox "$graph_dir/ext/bin/sh"
	echo tool >"$graph_dir/ext/tool"
	cat >"$graph_dir/ext/Dockerfile"
	buildah bud -q --layers=false --format "$2" --timestamp 0 -t "$1" "$graph_dir/ext" >/dev/null 2>&1
}
printf 'FROM scratch\nCOPY tool /from-trigger\n' | image "$REG_HOST/lib/extra:1" oci
printf 'FROM scratch\nCOPY bin /bin\nENV PATH=/bin\nONBUILD COPY --from=%s/lib/extra:1 / /x/\n' "$REG_HOST" |
	image "$REG_HOST/lib/os:1" docker
for name in extra os; do
	buildah push -q --tls-verify=false "$REG_HOST/lib/$name:1" "docker://$REG_HOST/lib/$name:1" >/dev/null 2>&1
	buildah rmi -f "$REG_HOST/lib/$name:1" >/dev/null 2>&1
done
printf 'FROM scratch\nCOPY tool /tool\n' | image localhost/here/tools:1 oci

# in FOLDER of $REG_HOST/t/app: FILE's text
in_image() {
	rm -rf "$graph_dir/unpacked"
	mkdir "$graph_dir/unpacked"
	buildah from -q --pull-always --tls-verify=false --name look "docker://$1" >/dev/null 2>&1 &&
		cat "$(buildah mount look)/$2"
	buildah rm look >/dev/null 2>&1 || :
}

if "$BUILDX" inspect | grep -q 'v0\.1[0-6]\.'; then
	exits 2 'a trigger that an older BuildKit cannot be told of' lockstep build base
	like "$tap_out" '*a trigger of this base takes from another image*BuildKit v0.1*sees nothing*' 'is refused before'
	sed -i 's/^FROM .*/FROM localhost\/here\/tools:1/' base/Dockerfile
	sed -i '/^RUN/d' app/Dockerfile
	sed -i 's/, secrets:.*\]//' lockstep.yaml
fi
exits 0 'images from a registry and from the storage of podman' lockstep build --push --load
is "$(lockstep build --push --load)" 'nothing to do: 2 images up to date' 'and then nothing is to do'
tags=$(curl -s "$REG_URL/v2/t/app/tags/list" | jq -r '[.tags[] | sub("-.*"; "-")] | sort | unique | join(" ")')
like "$tags" '*id-*key-*' 'what was built is in the registry'
app=$(lockstep plan app --json | jq -r '.images[] | select(.image == "app").image_id')
ref=$REG_HOST/t/app:$(curl -s "$REG_URL/v2/t/app/tags/list" | jq -r '.tags[] | select(startswith("key-"))')
is "$(skopeo inspect --raw --tls-verify=false "docker://$ref" | jq -r .config.digest)" "$app" 'with the image ID that was built'
is "$(in_image "$ref" tool)" tool 'a file of the image that was in the storage'
if grep -q secret lockstep.yaml; then
	is "$(in_image "$ref" size)" ${#APP_TOKEN} 'the secret was there while RUN ran'
	is "$(in_image "$ref" x/from-trigger)" tool 'a file of the image that a trigger names'
	# Of this test's own: others may be on this machine.
	is "$(grep -rl "$APP_TOKEN" "$LOCKSTEP_STATE" || :)" '' 'the secret is nowhere in the state'
fi

# --- a machine with nothing but the registry
state=$LOCKSTEP_STATE
LOCKSTEP_STATE=$graph_dir/other
export LOCKSTEP_STATE
is "$(lockstep build --push)" 'nothing to do: 2 images up to date' 'elsewhere nothing is built'
is "$([ ! -e "$LOCKSTEP_STATE/oci" ] || echo there)" '' 'nor fetched'
sed -i 's/^COPY --from=tools.*/&\nCOPY more \/more/' app/Dockerfile
echo more >app/more
lockstep build --push --json >"$OUT" 2>"$OUT.err" || diag "$(cat "$OUT.err")"
is "$(built)" app 'a child is built on the parent of the registry'
is "$(jq -r '.images[] | select(.image == "app").image_id' "$OUT" | cut -c1-7)" sha256: 'with an image ID'

# --- an image whose blob was lost
LOCKSTEP_STATE=$state
sed -i '/^COPY more/d' app/Dockerfile
rm -f app/more
blob=$(lockstep plan app --json | jq -r '.images[] | select(.image == "app").image_id' | cut -d: -f2)
: >"$LOCKSTEP_STATE/oci/blobs/sha256/$blob"
echo two >base/file
exits 0 'what is damaged is not stood on' lockstep build
exits 0 'doctor' lockstep doctor
like "$tap_out" "*buildx v*, builder 'lockstep' (remote), BuildKit v*lockstep keeps images in '$LOCKSTEP_STATE/oci'*" \
	'names buildx, its builder and where images are'
case $tap_out in
*' BuildKit v0.'[0-9].* | *' BuildKit v0.1'[0-2].*) told=1 ;;
*) told=0 ;;
esac
is "$(lockstep doctor --json | jq '[.[] | select(.check == "times")] | length')" "$told" \
	'and whether images hold the time'
done_testing
