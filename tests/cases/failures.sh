#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# failures.sh: whatever once went wrong with a bumper written by hand has a test that names it, as F and its number.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

while read -r number what; do
	# In the name of a test, or in the comment of a unit test.
	files=$(cd "$top_srcdir/tests" && grep -rlwF "$number" unit cli e2e --include='*.c' --include='*.sh' | sort | tr '\n' ' ')
	like "$files" '?*' "$number: $what"
done <<'END'
F1 a list of files to edit missed files
F2 and went on missing them, weeks long
F3 the test that would have said so was run by nobody
F4 a branch from an old base: half of the pins moved
F5 a conflict, since the file was rewritten under an open pull request
F6 pull requests pile up, one for each version
F7 branches that nobody deletes
F8 a branch name that was taken
F9 a pull request that may not be opened, when the branch is there already
F10 an event before all images were there: one release in two halves
F11 a tag that was written twice
F12 pins of images that were never pushed
F13 an existence check that takes an error for a yes, and asks as somebody else than the cluster
F14 restarts of what did not change
F15 sentences of a README edited along
F16 comments that go stale, and nobody is told
F17 the old version of one file taken for that of all
F18 numbers that are issues, lists that are cut, and "nothing changed" read off them
F19 no way to hold a version back
F20 a version guessed from what a registry listed as newest
F21 an old event that moves a pin back
F22 two bumpers at once
F23 an event that is sent once, and lost with the first error
F24 a reference edited by a regular expression: half of a tag, a digest left behind
F25 a check that sees one form of a pin only
F26 pull requests that start no checks
F27 images edited that were none of the bumper's business
END
done_testing
