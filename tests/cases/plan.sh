#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# plan.sh: broken graphs and Dockerfiles, each with the exact messages of `lockstep plan`.
#
# A case is a comment ("status: 0" where that is not 2), then files ("-- NAME --" and what is in it), then
# "-- expect --" and the messages. PLAN_UPDATE=1 writes what comes out into the cases (look at the difference!).
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/plan.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

for case in "$top_srcdir"/tests/cases/plan/*.case; do
	name=$(basename "$case" .case)
	mkdir -p "$tmp/$name/repo" "$tmp/$name/repo/.git"
	awk -v root="$tmp/$name/repo" -v want="$tmp/$name/want" '
		/^-- .* --$/ {
			file = substr($0, 4, length($0) - 6)
			out = file == "expect" ? want : root "/" file
			if (file ~ /\//) {
				dir = out
				sub(/\/[^\/]*$/, "", dir)
				system("mkdir -p \"" dir "\"")
			}
			printf "" >out
			next
		}
		out != "" { print >out }' "$case"
	status=0
	(cd "$tmp/$name/repo" && "$LOCKSTEP" plan --state "$tmp/$name/state") >"$tmp/$name/got" 2>&1 || status=$?
	sed -i "s|$tmp/$name/repo|ROOT|g" "$tmp/$name/got"
	if [ -n "${PLAN_UPDATE-}" ]; then
		{
			sed '/^-- expect --$/q' "$case"
			cat "$tmp/$name/got"
		} >"$tmp/$name/case"
		cat "$tmp/$name/case" >"$case"
	fi
	want_status=$(sed -n '/^-- /q; s/^status: //p' "$case")
	is "$status" "${want_status:-2}" "$name: status"
	same_file "$tmp/$name/got" "$tmp/$name/want" "$name: messages"
done
done_testing
