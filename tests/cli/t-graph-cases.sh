#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-graph-cases.sh: the command says about a wrong graph file what the golden cases have, and ends with 2.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
LOCKSTEP_STATE=$tmp/state
export LOCKSTEP_STATE

for case in "$top_srcdir"/tests/cases/graph/*.case; do
	name=$(basename "$case" .case)
	rm -rf "$tmp/in"
	mkdir "$tmp/in"
	# Its sections become files.
	awk -v dir="$tmp/in" '/^-- .* --$/ { file = dir "/" $2; printf "" >file; next } file { print >file }' "$case"
	[ -s "$tmp/in/expect" ] || continue
	file=lockstep.yaml
	[ -f "$tmp/in/$file" ] || file=lockstep.json
	status=0
	(cd "$tmp/in" && "${LOCKSTEP:?}" graph --graph "$file") >"$tmp/out" 2>"$tmp/err" || status=$?
	grep -Ev '^[0-9]+ mistakes$' "$tmp/err" >"$tmp/said" || :
	same_file "$tmp/said" "$tmp/in/expect" "$name"
	is "$status" 2 "$name: exit status"
done
done_testing
