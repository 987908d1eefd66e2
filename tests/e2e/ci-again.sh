#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-again.sh: one commit that gives two images, as a variable has another value: each keeps the tag that it was told under.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no more tools
ci_open
registry_start plain "$PLAY/reg"
ci_graph
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
events: { group: g }
variables: { FORK: { default: one } }
images:
  base: { context: base }
  leaf: { context: leaf, args: { FORK: "\${FORK}" } }
  lone: { context: lone }
YAML
sed -i '1aARG FORK' leaf/Dockerfile
ci_commit one
commit=$(git rev-parse HEAD)
tags() { jq -r '[.release.images[] | "\(.image)=\(.tag)"] | sort | join(" ")' "$OUT"; }
lockstep() { "${LOCKSTEP:?}" "$@"; }

# What is pinned by its tag alone, in a repository of its own.
git init -q "$PLAY/gitops"
bump() {
	lockstep bump --repo "$PLAY/gitops" --gate-auth docker-config --event - <"$PLAY/event" >"$PLAY/bump" 2>&1 || cat "$PLAY/bump"
	sed -n "s,^image: $REG_HOST/t/leaf:,,p" "$PLAY/gitops/leaf.yaml"
}
# told: the last event, as the registry keeps it.
told() {
	# shellcheck disable=SC2086 # flags
	layer=$(curl -s $REG_CURL -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
		"$REG_URL/v2/t/leaf/manifests/lockstep-event-g" | jq -r '.layers[0].digest')
	# shellcheck disable=SC2086 # flags
	curl -s $REG_CURL "$REG_URL/v2/t/leaf/blobs/$layer" >"$PLAY/event"
}

ci_runner
ci '0: base leaf lone' 'the first job'
is "$(tags)" "base=$commit leaf=$commit lone=$commit" 'calls all by the commit'
one=$(ci_digests "$commit")
told
echo "image: $REG_HOST/t/leaf:$commit" >"$PLAY/gitops/leaf.yaml"
git -C "$PLAY/gitops" add -A
is "$(bump)" "$commit" 'which is what is pinned'

# --- the same commit, another fork
ci_runner
ci '0: leaf' 'another value of a variable' --set FORK=two
leaf=$(ci_digest leaf latest)
short=$(echo "$leaf" | cut -c 8-19)
is "$(ci_digests "$commit")" "$one" 'moves no tag of the commit'
is "$(tags)" "base=$commit leaf=$commit-$short lone=$commit" 'but gives the new image one of its own'
is "$(ci_digest leaf "$commit-$short")" "$leaf" 'that is there'
told
is "$(jq -c '.changed | map(.tag)' "$PLAY/event")" "[\"$commit-$short\"]" 'the event tells it'
is "$(bump)" "$commit-$short" 'so that a pin by tag moves'

# --- once more, and back
ci_runner
ci '0: ' 'again, with nothing new' --set FORK=two
is "$(tags)" "base=$commit leaf=$commit-$short lone=$commit" 'is called the same'
is "$(ci_digests "$commit")" "$one" 'and the commit is what it was'
ci_runner
ci '0: ' 'the first value again'
is "$(ci_digests latest)" "$one" 'is a release of what was there'
told
is "$(jq -c '.changed | map(.tag)' "$PLAY/event")" "[\"$commit\"]" 'under its old name'
is "$(bump)" "$commit" 'and the pin goes back'
done_testing
