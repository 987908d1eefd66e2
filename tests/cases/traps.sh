#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# traps.sh: each trap that tests/mutation/README.md lists has the test that it names.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
sed -n '/^## Traps/,$s/^| \(.*\) | \(tests[^ :]*\): \(.*\) |$/\2|\3|\1/p' "$top_srcdir/tests/mutation/README.md" >"$tmp"
while IFS='|' read -r file text trap_; do
	ok "$trap_" grep -qF -e "$text" "$top_srcdir/$file"
done <"$tmp"
is "$(wc -l <"$tmp")" "$(sed '1,/^## Traps/d' "$top_srcdir/tests/mutation/README.md" | grep -c '^| [^|]* | tests')" \
	'every row was read'
done_testing
