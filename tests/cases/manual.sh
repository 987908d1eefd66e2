#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# manual.sh: the examples of lockstep-graph(5) load.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Each block after a line `.\" example` becomes a case that expects no message.
awk -v dir="$tmp" '
	/^\.\\" example$/ { wanted = 1; next }
	/^\.Bd / && wanted { n++; file = dir "/" n ".case"; print "From the manual.\n-- lockstep.yaml --" >file; next }
	/^\.Ed/ && wanted { print "-- expect --" >file; close(file); wanted = 0 }
	wanted { gsub(/\\e/, "\\"); print >file }' "$top_srcdir/man/lockstep-graph.5"

for file in "$tmp"/*.case; do
	is "$("${top_builddir:?}/tests/cases/run-graph" "$file" 2>&1)" '' "example $(basename "$file" .case)"
done
done_testing
