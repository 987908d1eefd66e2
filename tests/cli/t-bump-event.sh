#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-bump-event.sh: pins moved by an event, and events that come late.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/t-bump-event.XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/repo"
cd "$dir/repo"
export LOCKSTEP_STATE="$dir/state"
d1=sha256:1111111111111111111111111111111111111111111111111111111111111111
d2=sha256:2222222222222222222222222222222222222222222222222222222222222222
old=1111111111111111111111111111111111111111
new=2222222222222222222222222222222222222222

# No network here: t-bump-gate.sh is about that.
lockstep() {
	"${LOCKSTEP:?}" "$@" --gate off
}

# event SEQ: image a moved, b did not.
event() {
	jq -nc --argjson seq "$1" --arg d1 $d1 --arg d2 $d2 --arg old $old --arg new $new '{
		schema: "lockstep.images/1", id: "01K2ZZZZZZZZZZZZZZZZZZZZZZ", seq: $seq, group: "agents",
		time: "2026-08-15T19:26:54Z",
		source: { repo: "o/images", commit: $new, run_url: "https://example.org/1" },
		changed: [ { image: "ghcr.io/o/a", tag: $new, digest: $d2, was: { tag: $old, digest: $d1 },
			cause: "file-changed Dockerfile by @someone, #7" } ],
		images: [ { image: "ghcr.io/o/a", tag: $new, digest: $d2 }, { image: "ghcr.io/o/b", tag: $old, digest: $d1 } ] }'
}

printf 'image: ghcr.io/o/a:%s\n' $old >a.yaml
printf 'image: ghcr.io/o/b:%s\nother: ghcr.io/o/c:%s\n' $old $old >b.yaml
git init -q
git add .
git -c user.name=t -c user.email=t@example.org commit -q -m 'manifests'
event 5 >"$dir/event.json"

exits 0 'an event' lockstep bump --event "$dir/event.json" --body-file "$dir/body"
is "$(cat a.yaml b.yaml)" "image: ghcr.io/o/a:$new
image: ghcr.io/o/b:$old
other: ghcr.io/o/c:$old" 'F14, F27: only what moved, only what is named'
is "$(head -n 4 "$dir/body" | tail -n 1)" "| \`ghcr.io/o/a\` | \`111111111111\` → \`222222222222\` ([compare](https://github.com/o/images/compare/$old...$new)) | \`sha256:222222222222…\` | 1 | 1 |" 'F17: the compare link is of the pin itself'
# shellcheck disable=SC2016 # code marks of Markdown
like "$(cat "$dir/body")" '<!-- lockstep:{"event":"01K2ZZZZZZZZZZZZZZZZZZZZZZ","group":"agents","seq":5} -->
*2/2 pins in 2 files; 0 uncovered
*- `ghcr.io/o/a`: `file-changed Dockerfile by @someone, #7`
*Kept*`ghcr.io/o/b`*' 'the text of the pull request: cause, kept, coverage, and nobody is called'
git checkout -q .
exits 0 'from standard input' sh -c "cat '$dir/event.json' | $LOCKSTEP bump --gate off --event -"
is "$(git diff --name-only)" a.yaml 'the same'
git checkout -q .
jq -c '{ action: "agent-images-bumped", client_payload: . }' "$dir/event.json" >"$dir/github.json"
exits 0 'from GitHub' env GITHUB_EVENT_PATH="$dir/github.json" "$LOCKSTEP" bump --gate off --github-event --group agents
is "$(git diff --name-only)" a.yaml 'the same'
git checkout -q .
exits 2 'of another group' lockstep bump --event "$dir/event.json" --group others
exits 4 'F2: drift against the event' lockstep bump --event "$dir/event.json" --check
exits 2 'with an image' lockstep bump --event "$dir/event.json" --image ghcr.io/o/a=1
echo '{}' >"$dir/push.json"
exits 2 'another event of GitHub' env GITHUB_EVENT_PATH="$dir/push.json" "$LOCKSTEP" bump --gate off --github-event
exits 2 'an event that is none' lockstep bump --event "$dir/push.json"
like "$tap_out" "*push.json: *" 'with all its mistakes'

# F21: never backwards.
git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m 'chore(agents): bump 1 images to x (#3)' -m "Lockstep-Event: y
Lockstep-Seq: 6"
exits 0 'F21: an event that comes late' lockstep bump --event "$dir/event.json"
like "$tap_out" '*nothing to do: event 5 is older than 6, which was applied' 'is not applied'
is "$(git diff --name-only)" '' 'and writes nothing'
exits 0 'unless it is meant' lockstep bump --event "$dir/event.json" --allow-downgrade
is "$(git diff --name-only)" a.yaml 'then it is'
git checkout -q .
event 6 >"$dir/event.json"
exits 0 'F4: the same event again' lockstep bump --event "$dir/event.json"
is "$(git diff --name-only)" a.yaml 'heals what came later'
git checkout -q .

jq -c '.images |= map(del(.tag)) | .changed |= map(del(.tag))' "$dir/event.json" >"$dir/untagged.json"
exits 4 'F20: an event without tags, and pins that have one' lockstep bump --event "$dir/untagged.json"
like "$tap_out" "*a.yaml:1:8: the pin of 'ghcr.io/o/a' has a tag, and no tag is given*" 'none is guessed'
is "$(git diff --name-only)" '' 'and nothing is written'

# The graph file is a list of images as well.
mkdir ../images
printf 'version: 1\nregistry: ghcr.io/o\nimages:\n  a: { context: a }\n  b: { context: b }\n' >../images/lockstep.yaml
is "$(lockstep bump --graph ../images/lockstep.yaml --list)" "a.yaml:1:8 image ghcr.io/o/a $old -
b.yaml:1:8 image ghcr.io/o/b $old -" 'the images of a graph, without its Dockerfiles'
exits 0 'agree' lockstep bump --graph ../images/lockstep.yaml --check
done_testing
