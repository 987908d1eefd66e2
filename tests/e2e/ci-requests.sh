#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-requests.sh: what a fresh runner asks the registry for when nothing changed, counted; and that knowing the last
# release saves questions and never the truth.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no more tools
ci_open
registry_start plain "$PLAY/reg"
N=${IMAGES_COUNT:-50}

# A base, three on it, the others on those; every fifth has a check.
mkdir base
cp "$(command -v busybox)" base/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\n' >base/Dockerfile
printf 'version: 1\nregistry: %s/t\nimages:\n  base: { context: base }\n' "$REG_HOST" >lockstep.yaml
IMAGES=base
for ((i = 1; i < N; i++)); do
	name=i$i
	parent=base
	[ $i -le 3 ] || parent=i$((i % 3 + 1))
	mkdir $name
	printf 'FROM %s/t/%s:x\nCOPY file /%s\n' "$REG_HOST" $parent $name >$name/Dockerfile
	echo $i >$name/file
	checks=
	[ $((i % 5)) != 0 ] || checks=", checks: [ { file: /$name } ]"
	echo "  $name: { context: $name$checks }" >>lockstep.yaml
	IMAGES="$IMAGES $name"
done
ci_commit one
requests() { jq .registry.requests "$OUT"; }
tail_log() { tail -n +"$((mark + 1))" "$REG_DIR/log" | sed -n 's/.*"\([A-Z]* \/v2\/[^ ]*\) HTTP.*" \([0-9]*\) .*/\2 \1/p'; }
kinds() { tail_log | sed 's|sha256:[0-9a-f]*|DIGEST|; s|/t/[a-z0-9]*/|/t/IMAGE/|; s|[0-9a-f]\{40\}|COMMIT|; s|key-[0-9a-f]*|KEY|' | sort | uniq -c | sort -rn; }
# shellcheck disable=SC2086 # a list of words
everything=$(printf '%s\n' $IMAGES | sort | tr '\n' ' ' | sed 's/ $//')

ci_runner
ci "0: $everything" "$N images are built" -j4
diag "$(requests) requests of lockstep's own for $N new images"

# --- nothing changed
ci_runner
git commit -q --allow-empty -m nothing
mark=$(wc -l <"$REG_DIR/log")
start=$(date +%s%N)
ci '0: ' 'a fresh runner, nothing changed'
ms=$((($(date +%s%N) - start) / 1000000))
got=$(requests)
diag "$got requests for $N images, $(jq .registry.connections "$OUT") connections, $ms ms (sought: 2 an image, 300 ms)"
diag "$(kinds)"
is "$((got <= 3 * N))" 1 'takes at most three requests an image'
is "$(ci_digests latest)" "$(ci_digests "$(git rev-parse HEAD)")" 'every image has the tag of the commit'
released=$(ci_digests latest)

# again NAME: one more commit of nothing, on one more runner: nothing is built, and it comes to the same release.
again() {
	ci_runner
	git commit -q --allow-empty -m "$1"
	mark=$(wc -l <"$REG_DIR/log")
	ci '0: ' "$1: builds nothing"
	is "$(ci_digests latest)
$(ci_digests "$(git rev-parse HEAD)")" "$released
$released" "$1: the release is what it has to be"
	diag "$1: $(requests) requests"
}
asked() { tail_log | grep -c "$1" || :; }
put() { # IMAGE TAG TYPE FILE
	curl -s -o /dev/null -X PUT -H "Content-Type: $3" --data-binary "@$4" "$REG_URL/v2/t/$1/manifests/$2"
}
TYPE=application/vnd.oci.image.manifest.v1+json

# --- somebody has moved a tag
curl -s -H "Accept: $TYPE" "$REG_URL/v2/t/i7/manifests/latest" >"$PLAY/i7"
printf '%s ' "$(cat "$PLAY/i7")" >"$PLAY/other"
put i7 latest $TYPE "$PLAY/other"
again 'a tag that was moved by hand'
is "$(asked 'GET /v2/t/i7/manifests/key-') $(asked 'GET /v2/t/[a-z0-9]*/manifests/key-') $(jq -c .changed "$OUT")" \
	'1 1 ["i7"]' 'its key is asked for, and it is moved back'

# --- what was noted of the release is wrong, or nonsense
holder=$(curl -s "$REG_URL/v2/_catalog?n=1000" | jq -r '.repositories[]' | while read -r name; do
	if curl -s "$REG_URL/v2/$name/tags/list" | grep -q lockstep-generation; then echo "${name#t/}"; fi
done)
is "$holder" i10 'it lies with the first leaf by name'
# noted JQ: the same release, changed
noted() {
	generation=$(curl -s -H "Accept: $TYPE" "$REG_URL/v2/t/$holder/manifests/lockstep-generation")
	curl -s "$REG_URL/v2/t/$holder/blobs/$(echo "$generation" | jq -r '.layers[0].digest')" | jq -cj "$1" >"$PLAY/blob"
	digest=sha256:$(sha256sum "$PLAY/blob" | cut -d ' ' -f 1)
	place=$(curl -s -o /dev/null -D - -X POST "$REG_URL/v2/t/$holder/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
	curl -s -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$PLAY/blob" "$place&digest=$digest"
	echo "$generation" | jq -cj ".layers[0].digest = \"$digest\" | .layers[0].size = $(wc -c <"$PLAY/blob")" >"$PLAY/manifest"
	put "$holder" lockstep-generation $TYPE "$PLAY/manifest"
}
# shellcheck disable=SC2016 # jq's variable
noted '.images.i5.manifest as $a | .images.i5.manifest = .images.i7.manifest | .images.i7.manifest = $a'
again 'a note that takes one image for another'
is "$(asked 'GET /v2/t/[a-z0-9]*/manifests/key-')" 2 'is not believed'
again 'the next runner'
is "$(asked 'GET /v2/t/[a-z0-9]*/manifests/key-')" 0 'finds a right one'
noted '.images.i5.passed = ""'
again 'a note without a check'
is "$(asked 'GET /v2/t/i5/referrers/')" 1 'has its records asked for'
noted '"nonsense"'
again 'a note that is none'
is "$(asked 'GET /v2/t/[a-z0-9]*/manifests/key-') $(jq .run "$OUT")" "$N null" 'has every key asked for, and no more'

# --- an image is gone
for tag in latest "$(curl -s "$REG_URL/v2/t/i9/tags/list" | jq -r '.tags[]' | grep ^key-)"; do
	digest=$(ci_digest i9 "$tag")
	[ -z "$digest" ] || curl -s -o /dev/null -X DELETE "$REG_URL/v2/t/i9/manifests/$digest"
done
ci_runner
ci '0: i9' 'an image that was deleted is built again'
is "$(ci_digests latest)" "$released" 'and released'
done_testing
