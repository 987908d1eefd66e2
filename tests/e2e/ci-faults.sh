#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-faults.sh: a registry that refuses, fails, hangs up and is slow: no wrong conclusion is drawn, nothing half published.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
ci_open python3
registry_start plain "$PLAY/reg"
REG_REAL=$REG_URL
mkdir "$PLAY/proxy"
registry_faults "$PLAY/proxy"

ci_graph

# change: a new commit in which only the leaf is another one; what is released before it is in $before
n=0
change() {
	n=$((n + 1))
	echo "$n" >leaf/leaf
	ci_commit "leaf $n"
	before=$(ci_digests latest)
	ci_runner
}
# faults LINE...: what the proxy plays from now on
faults() { printf '%s\n' "$@" >"$PLAY/proxy/faults"; }
keys() { curl -s "$REG_REAL/v2/t/leaf/tags/list" | jq '[.tags[] | select(startswith("key-"))] | length'; }
# nothing NAME: neither a tag of the commit nor a moved one, nor a key
nothing() {
	is "$(ci_digests "$(git rev-parse HEAD)" | grep -c sha256:)" 0 "$1: no image has the commit's tag"
	is "$(ci_digests latest)" "$before" "$1: no release tag moved"
	is "$(keys)" "$known" "$1: no key was given"
}
# released NAME: all of it is there
released() {
	is "$(ci_digests latest)" "$(ci_digests "$(git rev-parse HEAD)")" "$1: released"
	is "$(ci_digests latest | grep -v leaf)" "$(echo "$before" | grep -v leaf)" "$1: the others are as they were"
	is "$(ci_digests latest | grep -c "$(echo "$before" | grep leaf)")" 0 "$1: the leaf is new"
}

change
faults
ci '0: base leaf lone' 'cold, through the proxy'

# --- what cannot be looked up is unknown: neither absent, so that it would be built and pushed, nor present
change
known=$(keys)
# Who does not know the last release asks for every key.
keys_fail() { faults 'GET lockstep-generation 0 status 404' "$@"; }
keys_fail 'GET manifests/key- 0 status 401'
ci '1: ' 'keys: 401'
like "$(cat "$OUT.err")" '*what the registry has of * unknown*401*nothing was built or published*' 'keys: 401: said so'
keys_fail 'GET manifests/key- 0 status 403'
ci '1: ' 'keys: 403'
keys_fail 'GET manifests/key- 0 status 500'
ci '75: ' 'keys: 500'
keys_fail 'GET manifests/key- 0 status 429 Retry-After: 1'
ci '75: ' 'keys: 429, again and again'
keys_fail 'GET manifests/key- 0 close'
ci '75: ' 'keys: hangs up'
keys_fail 'GET manifests/key- 0 half'
ci '75: ' 'keys: hangs up half way'
keys_fail 'GET manifests/key- 0 digest'
ci '1: ' 'keys: other bytes than it says'
nothing 'nothing known'
keys_fail 'GET manifests/key- 2 status 429 Retry-After: 1' 'GET manifests/key- 2 status 500' 'GET manifests/key- 2 half' \
	'GET manifests/key- 1 slow 2'
ci '0: leaf' 'keys: a registry that comes to itself'
released 'come to itself'

# --- the config of a parent
change
known=$(keys)
keys_fail 'GET t/base/blobs/ 0 status 500'
ci '75: ' 'the config of a parent: 500'
keys_fail 'GET t/base/blobs/ 0 half'
ci '75: ' 'the config of a parent: half of it'
nothing 'no config'
faults 'GET t/base/blobs/ 0 status 500'
ci '75: ' 'pulling a parent: 500'
nothing 'no parent'

# --- what the last release came to is not to be had: then it is not needed
for fault in 'status 401' 'status 500' half close digest; do
	faults "GET lockstep-generation 0 $fault"
	ci '0: leaf' "the last release: $fault"
	released "the last release: $fault"
	change
	known=$(keys)
done
faults 'HEAD manifests/latest 6 half' 'HEAD manifests/latest 0 status 500'
ci '75: leaf' 'where the release tags are: 500, before and after'
is "$(ci_digests latest)" "$before" 'not known where they are: no release tag moved'
change
known=$(keys)

# --- pushing
faults 'POST t/leaf/blobs/uploads 0 status 500'
ci '75: ' 'pushing: 500'
nothing 'not pushed'
ci_runner
faults 'POST t/leaf/blobs/uploads 0 status 401'
ci '1: ' 'pushing: 401'
nothing 'not allowed to push'
ci_runner
faults 'PUT t/leaf/manifests/key- 0 status 500'
ci '75: ' 'giving the key: 500'
nothing 'no key'
faults 'PUT t/leaf/manifests/ 1 lost' 'PUT t/leaf/manifests/key- 1 half'
ci_runner
ci '0: leaf' 'it does what is asked, and nobody hears of it'
released 'not heard of'

# --- releasing
change
faults 'PUT t/lone/manifests/[0-9a-f]{40}$ 0 status 500'
ci '75: leaf' 'the tag of the commit: 500'
is "$(ci_digests latest)" "$before" 'one image without the tag of the commit: no release tag moved'
ci_runner
faults 'HEAD manifests/latest 0 status 401'
ci '1: ' 'where release tags are: 401'
is "$(ci_digests latest)" "$before" 'not known where they are: no release tag moved'
ci_runner
faults 'PUT manifests/latest 0 status 403'
ci '1: ' 'moving release tags: 403'
is "$(ci_digests latest)" "$before" 'may not move: as it was'
faults
ci_runner
ci '0: ' 'the next run makes it good, and builds nothing'
released 'made good'
done_testing
