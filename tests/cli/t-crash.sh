#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-crash.sh: killed around each commit, commits that fail, a full disk: the next run finishes what is left.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
[ "${FAULTS-}" = yes ] || skip_all 'needs --enable-faults'
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

# Builders outlive a lockstep that is killed.
leftovers() {
	for _ in $(seq 50); do
		pgrep -f "$LOCKSTEP_STATE/storage" >/dev/null || return 0
		sleep 0.1
	done
	pkill -KILL -f "$LOCKSTEP_STATE/storage" || :
}

# What the database says and the rest of it, or the storage, belies; "ok" when there is nothing of that kind.
lies() {
	# The first commit of all is that of the tables.
	if [ "$(sqlite3 "$LOCKSTEP_STATE/lockstep.db" 'PRAGMA user_version')" = 0 ]; then
		echo ok
		return 0
	fi
	sqlite3 "$LOCKSTEP_STATE/lockstep.db" "
		SELECT 'built without a trace: ' || image FROM step
		WHERE outcome = 'built' AND key NOT IN (SELECT key FROM trace);
		SELECT 'built from unknown inputs: ' || image FROM step
		WHERE outcome = 'built' AND inputs NOT IN (SELECT hash FROM node);
		PRAGMA integrity_check;"
	sqlite3 "$LOCKSTEP_STATE/lockstep.db" 'SELECT substr(image_id, 8) FROM trace' | while read -r id; do
		find "$LOCKSTEP_STATE/storage" -path "*-images/$id/manifest" | grep -q . || echo "not there: $id"
	done
}

# recovers FAULT STATUS: a cold build under that fault ends so, and the next one makes up for it.
recovers() {
	LOCKSTEP_STATE=$graph_dir/state.${1%:*}.${1#*:} # overlay takes ':' for a separator
	status=0
	LOCKSTEP_FAULT=$1 "$LOCKSTEP" build >"$OUT" 2>&1 || status=$?
	is "$status" "$2" "$1: ends with status $2"
	leftovers
	is "$(lies)" ok "$1: what is recorded is true"
	exits 0 "$1: the next run finishes" lockstep build
	is "$(lockstep build)" 'nothing to do: 5 images up to date' "$1: nothing is left to do"
	is "$(lies)" ok "$1: and everything is recorded"
}

for n in 1 3 6; do
	recovers "kill-before-commit:$n" 137
	recovers "kill-after-commit:$n" 137
done
for n in 2 5; do
	recovers "sql-commit:$n" 3
done
for n in 1 2; do
	recovers "disk-full:$n" 3
done
done_testing
