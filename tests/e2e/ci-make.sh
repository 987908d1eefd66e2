#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-make.sh: the plan as a makefile, each job on a machine of its own, the registry all that they share: the same
# digests as one machine comes to, also when two build the same at once, and when one dies and is started again.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
ci_open make setsid
registry_start plain "$PLAY/reg"
ci_graph
mkdir top
printf 'FROM %s/t/leaf:x\nCOPY --from=%s/t/lone:x /lone /lone2\n' "$REG_HOST" "$REG_HOST" >top/Dockerfile
echo '  top: { context: top }' >>lockstep.yaml
IMAGES="$IMAGES top"
ci_commit one

# A machine for one job: it notes what it was for, and is thrown away.
machine=$PLAY/machine
cat >"$machine" <<'SH'
#!/bin/bash
set -eu
. "$top_srcdir/scripts/lib/env.sh"
env_open "$MACHINES/$$"
trap env_close EXIT
echo "$*" >>"$MACHINES/log"
"$PROGRAM" "$@" >"$MACHINES/$3.$$" 2>&1 || {
	status=$?
	cat "$MACHINES/$3.$$" >&2
	exit $status
}
SH
chmod +x "$machine"
MACHINES=$PLAY/machines
PROGRAM=$LOCKSTEP # make puts its own LOCKSTEP into the environment
export MACHINES PROGRAM top_srcdir
mkdir "$MACHINES"

# What keys stand for, all that other machines can tell.
keys() {
	for i in $IMAGES; do
		curl -s "$REG_URL/v2/t/$i/tags/list" | jq -r '.tags[]?' | grep '^key-' | sort | while read -r tag; do
			echo "$i:$tag $(ci_digest "$i" "$tag")"
		done
	done
}
empty_registry() { rm -rf "$REG_DIR/data/docker" "${MACHINES:?}"/*; }
jobs() {
	ci_runner
	"$LOCKSTEP" plan --shared --format make >"$PLAY/jobs.mk"
}

ci_runner
ok 'one machine builds and pushes' "$LOCKSTEP" build --push
one=$(keys)
is "$(echo "$one" | wc -l)" 4 'all keys are there'

empty_registry
jobs
ok 'make -j, a machine a job' make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine"
is "$(keys)" "$one" 'the same keys and digests'
is "$(sort "$MACHINES/log" | tr '\n' ';')" \
	'build --only base --push;build --only leaf --push;build --only lone --push;build --only top --push;' 'each job once'
jobs
is "$(sed -n 's/^IMAGES =//p' "$PLAY/jobs.mk")" '' 'nothing is left to do for another machine'

# --- two at once, for the same keys
empty_registry
jobs
(make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine" >"$PLAY/a" 2>&1 || echo "failed: $?" >>"$PLAY/a") &
first=$!
ok 'make, twice at once' make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine"
wait "$first" || :
is "$(grep failed "$PLAY/a" || :)" '' 'the other as well'
is "$(keys)" "$one" 'both: the same keys and digests'

# --- one dies
empty_registry
jobs
setsid make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine" >"$PLAY/a" 2>&1 &
first=$!
for _ in $(seq 200); do
	! grep -q leaf "$MACHINES/log" 2>/dev/null || break
	sleep 0.1
done
kill -KILL -- "-$first" 2>/dev/null || :
wait "$first" 2>/dev/null || :
jobs
ok 'killed, and started again' make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine"
is "$(keys)" "$one" 'killed: the same keys and digests'

# --- only the changed part
echo more >>leaf/leaf
ci_commit two
jobs
: >"$MACHINES/log"
ok 'a leaf changes' make -s -j3 -f "$PLAY/jobs.mk" LOCKSTEP="$machine"
is "$(sort "$MACHINES/log" | tr '\n' ';')" 'build --only leaf --push;build --only top --push;' 'only what it moves is built'
# What is left of machines that were killed.
for pid in $(pgrep -f "$MACHINES/"); do kill -KILL "$pid" 2>/dev/null || :; done
done_testing
