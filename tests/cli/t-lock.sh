#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock.sh: the lock file: written, held against the graph, moved; what it holds is what is built from.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=tests/lib/images.sh
. "$top_srcdir/tests/lib/images.sh"

fork=$(mktemp -d "${TMPDIR:-/tmp}/fork.XXXXXX")
cleanup() {
	graph_cleanup
	rm -rf "$fork"
}
git init -q -b main "$fork/work"
git init -q --bare -b main "$fork/bare.git"
push() {
	(cd "$fork/work" && graph_commit "$1" && git push -q --tags ../bare.git main) || exit 1
}
mkdir "$fork/work/src"
printf 'FROM scratch\nCOPY src /src\n' >"$fork/work/Dockerfile"
echo one >"$fork/work/src/a"
push one

graph_write() {
	mkdir base app
	cat >lockstep.yaml <<-YAML
		version: 1
		registry: localhost/t
		images:
		  app: { context: app }
		  tool: { source: { git: "$fork/bare.git", ref: main } }
	YAML
	printf 'FROM localhost/ext:1\nCOPY f /f\nCOPY --from=localhost/t/tool:1 /src /src\n' >app/Dockerfile
	echo f >app/f
}
# An external that is in no registry: built by hand to where people have images. Prints its ID.
external() {
	mkdir -p "$fork/ext"
	echo "$1" >"$fork/ext/x"
	printf 'FROM scratch\nCOPY x /x\n' >"$fork/ext/Dockerfile"
	image_place "$fork/ext" localhost/ext:1
}

graph_open
trap cleanup EXIT
unset CI
first=$(external one)
commit=$(git -C "$fork/work" rev-parse HEAD)

exits 4 '--locked without a lock file' lockstep plan --locked
is "$tap_out" "app/Dockerfile:1: 'localhost/ext:1' is not in 'lockstep.lock'
lockstep.yaml:5:$((${#fork} + 44)): '$fork/bare.git main' is not in 'lockstep.lock'
lockstep: 'lockstep.lock' is out of date: 2 not in it, 0 too many
    lockstep lock brings it up to date; commit it
2 mistakes" 'tells what is not locked, and where it is named'
exits 0 'which CI alone does not ask for' env CI=1 "$LOCKSTEP" plan
is "$(lockstep lock --dry-run | tail -n 1)" 'lockstep.lock: 2 entries, 2 moved (not written)' 'a dry run'
exits 1 'writes nothing' test -e lockstep.lock
exits 0 'lock' lockstep lock
is "$(cat lockstep.lock)" "# Written by \`lockstep lock\` and \`lockstep update\`.
lockstep-lock 1
git $fork/bare.git main $commit
local localhost/ext:1 $first" 'the lock file'
exits 0 'everything is locked now' lockstep plan --locked
is "$(lockstep lock)" 'lockstep.lock: 2 entries, 0 moved' 'locking again moves nothing'
graph_commit 'locked'
rebuilds 'app tool' 'built with what is locked' --locked

# The world moves, the lock does not.
second=$(external two)
echo two >"$fork/work/src/a"
push two
rebuilds '' 'what is locked is what is used' --locked
is "$(lockstep inputs app --json | jq -r '.inputs[] | select(.kind == "external") | .image_id')" "$first" 'by its image ID'
is "$(lockstep inputs tool --json | jq -r '.inputs[] | select(.kind == "source") | .commit')" "$commit" 'and by its commit'
is "$(lockstep update --json | jq -c '[.moved[] | [.kind, .before[0:16], .after[0:16], .images]]')" \
	"[[\"git\",\"$(printf %.16s "$commit")\",\"$(git -C "$fork/work" rev-parse HEAD | cut -c1-16)\",[\"app\",\"tool\"]],[\"local\",\"$(printf %.16s "$first")\",\"$(printf %.16s "$second")\",[\"app\"]]]" \
	'update moves both, and says who is built again'
rebuilds 'app tool' 'which is so' --locked
like "$(lockstep why app)" "*because parent tool has a new image: *
    because source $fork/bare.git moved: ref main * (1 commit)
*because localhost/ext:1 moved: * → *" 'and why says what moved'

# By name: one entry, or all that an image names.
external three >/dev/null
echo three >"$fork/work/src/a"
push three
is "$(lockstep update --json localhost/ext:1 | jq -c '[.moved[].kind]')" '["local"]' 'update of one reference'
is "$(lockstep update --json tool | jq -c '[.moved[].kind]')" '["git"]' 'update of what an image names'
is "$(lockstep update)" 'lockstep.lock: 2 entries, 0 moved' 'then there is nothing left'
exits 2 'update of nothing that there is' lockstep update localhost/ext:2
like "$tap_out" "*'localhost/ext:2' is neither an image of the graph nor anything that one names
    did you mean 'localhost/ext:1'?" 'names the nearest'

# Out of date: an entry too many, one too few.
sed -i 's|localhost/ext:1|localhost/other:1|' app/Dockerfile
exits 0 'a lock file that is out of date is no matter at home' lockstep plan
exits 4 'but in CI' env CI=true "$LOCKSTEP" plan
is "$tap_out" "app/Dockerfile:1: 'localhost/other:1' is not in 'lockstep.lock'
lockstep: 'lockstep.lock' is out of date: 1 not in it, 0 too many
    lockstep lock brings it up to date; commit it" 'what it knows while an image may have triggers that name the rest'
image_tag localhost/ext:1 localhost/other:1
exits 4 'of an image that is here' env CI=true "$LOCKSTEP" plan
image_untag localhost/other:1
is "$tap_out" "app/Dockerfile:1: 'localhost/other:1' is not in 'lockstep.lock'
lockstep.lock:4:1: nothing names 'localhost/ext:1' any more
lockstep: 'lockstep.lock' is out of date: 1 not in it, 1 too many
    lockstep lock brings it up to date; commit it
2 mistakes" 'it says what is wrong'
exits 4 'an external that is nowhere cannot be locked' lockstep lock
like "$tap_out" "app/Dockerfile:1: 'localhost/other:1' is not on this machine*" 'and it is told where it is named'
printf 'FROM scratch\nCOPY f /f\n' >app/Dockerfile
is "$(lockstep lock | tail -n 1)" 'lockstep.lock: 1 entry, 1 moved' 'what nothing names goes'
printf '<<<<<<< HEAD\n' >>lockstep.lock
exits 2 'a merge that was not finished' lockstep plan
like "$tap_out" 'lockstep.lock:4:1: the mark of a merge conflict*' 'is told with its line'

# A commit has its own lock file, and so has each step of a replay.
exits 0 'a commit is read with the lock file of that commit' lockstep plan --commit HEAD
git checkout -q lockstep.lock app
is "$(lockstep inputs tool --commit HEAD --json | jq -r '.inputs[] | select(.kind == "source") | .commit')" "$commit" 'with its commit'
image_clear
is "$(loaded localhost/ext:1)" '' 'what was locked is removed by hand'
exits 0 'a locked image that was built with is still here' lockstep plan app
image_clear_kept
exits 4 'one that never was on this machine' lockstep plan app --state "$graph_dir/other"
like "$tap_out" "*'localhost/ext:1' is locked to an image that is not on this machine*" 'is said to be so'

# The locked commit is gone upstream: another history was pushed by force.
git -C "$fork/work" checkout -q --orphan fresh
echo four >"$fork/work/src/a"
git -C "$fork/work" commit -qam four
git -C "$fork/work" push -qf ../bare.git fresh:main
git -C "$fork/bare.git" -c gc.reflogExpire=now -c gc.reflogExpireUnreachable=now gc -q --prune=now
rm -rf "$LOCKSTEP_STATE/git"
external four >/dev/null
exits 2 'a locked commit that is gone upstream cannot be read' lockstep plan
like "$tap_out" "*has no commit $commit*" 'which is told'
exits 2 'nor does lock move it' lockstep lock
exits 0 'but update does' lockstep update --json tool
is "$(printf %s "$tap_out" | jq -r '.moved[].after')" "$(git -C "$fork/work" rev-parse HEAD)" 'to the commit that is there'
exits 0 'and then there is a plan again' lockstep plan tool
done_testing
