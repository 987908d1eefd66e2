#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-kill.sh: runners that die at 20 random moments; the next one always comes to what an undisturbed one comes to.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
ci_open setsid
registry_start plain "$PLAY/reg"

ci_graph
ci_commit one
commit=$(git rev-parse HEAD)

# Tags that follow from the commit alone: keys, images, the commit, latest. Records, and what is noted of a release, hold
# times.
state() {
	for i in $IMAGES; do
		curl -s "$REG_URL/v2/t/$i/tags/list" | jq -r '.tags[]' | grep -v -e '^sha256-' -e '^lockstep-generation$' | sort | while read -r tag; do
			echo "$i:$tag $(ci_digest "$i" "$tag")"
		done
	done
}

# No blob or manifest is kept in memory by it.
empty_registry() { rm -rf "$REG_DIR/data/docker"; }

ci_runner
started=$(date +%s%3N)
ci '0: base leaf lone' 'undisturbed'
took=$(($(date +%s%3N) - started))
undisturbed=$(state)
is "$(ci_digests latest)" "$(ci_digests "$commit")" 'undisturbed: released'
ci_runner
empty_registry
ci '0: base leaf lone' 'another runner, another registry'
is "$(state)" "$undisturbed" 'comes to the same digests: they can be compared'

seed=${SEED:-20260526}
RANDOM=$seed
diag "seed $seed, a run takes $took ms"
for round in $(seq "${ROUNDS:-20}"); do
	empty_registry
	moment=$((RANDOM % took))
	ci_runner
	setsid "$LOCKSTEP" ci --json >"$OUT.killed" 2>&1 &
	killed=$!
	sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
	kill -KILL -- "-$killed" 2>/dev/null || :
	wait "$killed" 2>/dev/null || :
	tagged=$(ci_digests "$commit" | grep -c sha256: || :)
	moved=$(ci_digests latest | grep -c sha256: || :)
	if [ "$moved" -gt 0 ]; then
		is "$tagged" 3 "round $round, $moment ms: latest moves when all images have the commit's tag"
	fi
	# The machine comes back as it was, or another one takes over.
	[ $((round % 2)) = 0 ] || ci_runner
	status=0
	"$LOCKSTEP" ci --json >"$OUT" 2>"$OUT.err" || status=$?
	is "$status $(state)" "0 $undisturbed" "round $round, killed after $moment ms with $tagged and $moved tags: the next run ends as if nothing had been"
	[ "$status" = 0 ] || diag "$(cat "$OUT.err")"
done
done_testing
