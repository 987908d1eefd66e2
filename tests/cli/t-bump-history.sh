#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-bump-history.sh: bumps of a real GitOps repository done again: the tree of the commit before, and the tags that the
# commit brought, must give the commit's tree byte for byte.
#
# LOCKSTEP_TEST_FRANK: a clone or git directory of derio-net/frank.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

frank=${LOCKSTEP_TEST_FRANK-}
[ -n "$frank" ] || skip_all 'LOCKSTEP_TEST_FRANK is not set'
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-bump-history.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export LOCKSTEP_STATE="$dir/state"

# tree COMMIT FOLDER: its apps/ as it is.
tree() {
	mkdir "$2"
	git -C "$frank" archive "$1" apps | tar -x -C "$2"
}

# tags COMMIT: the references that it brought into manifests.
tags() {
	git -C "$frank" diff "$1^1" "$1" -- 'apps/*.yaml' |
		sed -n 's/^+.*[^A-Za-z0-9._/-]\(ghcr\.io\/derio-net\/[a-z0-9._-]*:[A-Za-z0-9._-]*\).*/\1/p' | sort -u
}

for commit in f13a0a60 fa536a76 16cab0cd bbb61a41 09670746 08236225 52702cfc cee41a60 a1a21b19 d76b8095; do
	tree "$commit^1" "$dir/before"
	tree "$commit" "$dir/after"
	git -C "$dir/before" init -q
	git -C "$dir/before" add -A
	set --
	for ref in $(tags "$commit"); do
		set -- "$@" --image "${ref%%:*}=${ref##*:}"
	done
	ok "$commit: $# words of what to pin" [ "$#" -ge 2 ]
	ok "$commit: bump" "${LOCKSTEP:?}" bump --gate off --repo "$dir/before" "$@"
	ok "$commit: the same tree, byte for byte" \
		diff -r --exclude=.git --exclude='*.md' "$dir/before" "$dir/after"
	is "$(git -C "$dir/before" diff --name-only -- '*.md')" '' "$commit: prose is left alone"
	is "$("$LOCKSTEP" bump --gate off --repo "$dir/before" "$@" --json | jq -c '[.moved, .uncovered]')" '[0,0]' \
		"$commit: nothing to do the second time"
	rm -rf "$dir/before" "$dir/after"
done
done_testing
