#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-replay.sh: a history, commit by commit, from git objects alone; and the user's own, where it is at hand.
#
# LOCKSTEP_TEST_AGENT_IMAGES: a clone or git directory of derio-net/agent-images.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_files

echo more >>right/docs/notes.md
graph_commit 'docs only'
echo more >>left/left.txt
graph_commit 'left'
sed -i '1s/.*/# comment/' base/Dockerfile
graph_commit 'a comment'
git checkout -q -b side HEAD~1
echo side >>lone/file
graph_commit 'lone, on a branch'
git checkout -q -
git -c user.name=t -c user.email=t@example.org merge -q --no-ff -m 'merge side' side
echo dirty >>base/etc/motd

lockstep replay HEAD --json --paths-ignore 'right/docs/**' >"$OUT"
is "$(jq -c '[.commits[] | [.subject, ([.built[].image] | join(" "))]]' "$OUT")" \
	'[["the graph","base lone left right leaf"],["docs only",""],["left","left leaf"],["a comment",""],["merge side","lone"]]' \
	'what each commit builds, merges by their first parent'
is "$(jq -c '[.builds, .matrix_builds, .idle, .triggers, .pins, .matrix_pins]' "$OUT")" '[8,20,1,4,4,8]' 'the figures'
is "$(jq -r '.commits[2].built[0].reasons[0] | .kind + " " + .subject' "$OUT")" 'file-changed left/left.txt' 'and why'
like "$(lockstep replay HEAD~1..HEAD)" '*merge side
    build lone *
1 commits, 1 that trigger a run*' 'a range, as text'
exits 2 'a range that does not exist' lockstep replay no..such
exits 2 'outside of a repository' sh -c "cd / && $LOCKSTEP replay HEAD"

user=${LOCKSTEP_TEST_AGENT_IMAGES-}
if [ -z "$user" ]; then
	skip 'the history of derio-net/agent-images' 'LOCKSTEP_TEST_AGENT_IMAGES is not set'
else
	graph=$top_srcdir/tests/fixtures/agent-images-user/lockstep.yaml
	tip=bafb7ae7
	git -C "$user" cat-file -e "$tip^{commit}" 2>/dev/null || tip=HEAD
	lockstep replay -C "$user" --graph "$graph" --paths-ignore 'docs/**' --json "$tip" >"$OUT"
	is "$(jq -c '[.builds, .matrix_builds, .idle, .triggers, .pins, .matrix_pins]' "$OUT")" '[57,190,12,47,43,117]' \
		'57 image builds where the matrix made 190, 12 runs with nothing to do, 43 pins moved where 117 were'
	is "$(jq '[.commits[] | select(.mistake)] | length' "$OUT")" 0 'every commit can be read'
	for back in 0 1 2 3 4 5; do
		at="$tip~$back"
		set -- -C "$user" --root "$user" --graph "$graph" --commit "$at"
		is "$(lockstep graph "$@" --json | jq '.images | length')" 7 "graph of $at"
		is "$(lockstep plan "$@" --json | jq '.images | length')" 7 "plan of $at"
		for image in agent-base agent-shell-base secure-agent-kali vk-local paperclip-shell ruflo-server ruflo-shell; do
			exits 0 "inputs of $image at $at" lockstep inputs "$image" "$@" --json
		done
	done
fi
done_testing
