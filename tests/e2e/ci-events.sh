#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-events.sh: fresh runners tell of new images: what is told and what is not, and that nothing is lost with a runner.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
command -v python3 >/dev/null || skip_all 'no python3'
# shellcheck disable=SC2119 # no more tools
ci_open

hook_pid=
# shellcheck disable=SC2317 # by the trap
close() {
	github_stop
	[ -z "$hook_pid" ] || kill "$hook_pid" 2>/dev/null || :
	ci_close
}
trap close EXIT

registry_start plain "$PLAY/reg"
github_start "$PLAY/github"
"$top_srcdir/tests/lib/hook.py" "$PLAY/hook.log" "$PLAY/hook.port" &
hook_pid=$!
for _ in $(seq 100); do
	[ ! -s "$PLAY/hook.port" ] || break
	sleep 0.1
done
: >"$PLAY/hook.log"
HUB_TOKEN=$GITHUB_SECRET
HOOK_SECRET=whsec_cGxhbnRlZHNlY3JldG9mdGhldGVzdHMwMDA=
export HUB_TOKEN HOOK_SECRET
unset GITHUB_TOKEN GITHUB_SERVER_URL CI_JOB_URL CI_PROJECT_PATH
export GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=o/images GITHUB_RUN_ID=7

mkdir base web tool
cp "$(command -v busybox)" base/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY motd /etc/motd\nENV PATH=/bin\n' >base/Dockerfile
for i in web tool; do
	# shellcheck disable=SC2016 # the Dockerfile expands it
	printf 'ARG TAG=x\nFROM %s/t/base:${TAG}\nCOPY %s /%s\n' "$REG_HOST" $i $i >$i/Dockerfile
	echo 1 >$i/$i
done
echo hello >base/motd
echo 'nobody copies this' >base/README.md
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
images:
  base: { context: base }
  web: { context: web }
  tool: { context: tool }
events: { group: g, payload: { images_sha: "{commit}" } }
dispatch:
  - github: { repository: o/r, event: built, token-env: HUB_TOKEN, url: '$GITHUB', timeout: 5s }
  - webhook: { url: 'http://127.0.0.1:$(cat "$PLAY/hook.port")/in', secret-env: HOOK_SECRET, timeout: 5s }
YAML
ci_commit one

echo '{"pull_request":{"head":{"repo":{"full_name":"o/images"}},"base":{"repo":{"full_name":"o/images"}}}}' >"$PLAY/pr.json"
told() { github_state "$1" | tr -d '"'; }
count() { told '.events | length'; }
hooked() { wc -l <"$PLAY/hook.log"; }
event() { jq -c ".event | $1" "$OUT"; }
send() { lockstep dispatch --from-registry "$@"; }
lockstep() { "${LOCKSTEP:?}" "$@"; }

# --- one event for one release
ci_runner
ci '0: base tool web' 'the first job'
is "$(event '[.emitted, .changed, (.deliveries | map(.state))]')" '[true,3,["done","done"]]' 'emits, and delivers to both'
is "$(told '.events[0].client_payload.changed | map(.image | split("/")[-1]) | sort | join(" ")')" 'base tool web' 'all are new'
is "$(told '.events[0].client_payload | [.images_sha, .source.repo, .source.run_url, .changed[1].tag] | join(" ")')" \
	"$(git rev-parse HEAD) o/images https://github.com/o/images/actions/runs/7 $(git rev-parse HEAD)" 'with commit, repository and run'
is "$(told '.events[0].client_payload.images | sort_by(.image) | map(.digest) | join(" ")')" "$(IMAGES='base tool web' ci_digests latest | cut -d ' ' -f 2 | tr '\n' ' ' | sed 's/ $//')" \
	'and the digests that the registry has'
is "$(told '.events[0].client_payload | [.images[], .changed[]] | map(has("tag") and has("digest")) | all')" true \
	'F20: with tag and digest of every image: nobody has to guess one'
is "$(hooked)" 1 'the webhook heard of it'
first=$(told '.events[0].client_payload.seq')

# --- nothing new
ci_runner
ci '0: ' 'the same commit again'
is "$(event .emitted) $(count) $(hooked)" 'false 1 1' 'is no event'
echo docs >>base/README.md
ci_commit docs
ci_runner
ci '0: ' 'a commit of what nothing copies'
is "$(event .emitted) $(count) $(hooked)" 'false 1 1' 'is no event either'

# --- one leaf
echo 2 >web/web
ci_commit web
ci_runner
ci '0: web' 'a leaf'
is "$(told '.events[1].client_payload | [(.changed | map(.image | split("/")[-1]) | join("+")), .changed[0].was.digest == .changed[0].digest, .seq > '"$first"', (.images | length)] | join(" ")')" \
	'web false true 3' 'one event: that leaf only, a higher number although the runner is new, the whole state'
like "$(told '.events[1].client_payload.changed[0].cause')" 'web/web changed*' 'it says why'
is "$(told '.events[1].client_payload | [.images[] | select(.image | endswith("tool")).tag] | join(" ")')" \
	"$(told '.events[0].client_payload.images_sha')" 'who did not change keeps its tag'

# --- built by somebody else: the pull request
echo 3 >web/web
ci_commit pr
ci_runner
GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/pr.json ci '0: web' 'a pull request that pushes keys' --publish keys
is "$(count)" 2 'is no event'
ci_runner
ci '0: ' 'its merge builds nothing'
is "$(count) $(told '.events[2].client_payload.changed | map(.image | split("/")[-1]) | join(" ")')" '3 web' 'and is the event'
like "$(told '.events[2].client_payload.changed[0].cause')" 'web/web changed*' 'with the cause from the record'

# --- A, B, A
echo 2 >web/web
ci_commit back
ci_runner
ci '0: ' 'back to what was'
is "$(count) $(told '.events[3].client_payload.changed[0].digest == .events[1].client_payload.changed[0].digest')" '4 true' 'is an event, though nothing was built'

# --- nobody there
github_faults '[{"match": "POST .*", "status": 503}]'
echo 4 >web/web
ci_commit down
ci_runner
ci '75: web' 'a target that is down' --deliver-timeout 1
like "$(cat "$OUT.err")" "*the event is stored in the registry ($REG_HOST/t/tool:lockstep-event-g)*" 'says where the event is'
is "$(count) $(hooked)" '4 5' 'the other target has it'
github_faults '[]'
ci_runner
exits 0 'F23: another runner takes it from there' send
is "$(count) $(hooked)" '5 5' 'and tells the one who was not told'
ci_runner
exits 0 'once' send
is "$(count) $(hooked)" '5 5' 'indeed'

# --- the next job makes up for it
github_faults '[{"match": "POST .*", "status": 503}]'
echo 5 >web/web
ci_commit down2
ci_runner
ci '75: web' 'down again' --deliver-timeout 1
github_faults '[]'
ci_runner
ci '0: ' 'the next job has nothing to build'
is "$(event .emitted) $(count) $(hooked)" 'false 6 6' 'and delivers what was left'

# --- for good
github_faults '[{"match": "POST .*", "status": 404}]'
echo 6 >web/web
ci_commit refused
ci_runner
ci '1: web' 'a target that refuses'
like "$(cat "$OUT.err")" '*1 delivery was refused for good*' 'fails the job'
github_faults '[]'
ci_runner
exits 0 'when that is mended' send
is "$(count)" 7 'it is told'

# --- left to another job
echo 7 >web/web
ci_commit later
ci_runner
ci '0: web' 'without sending' --no-dispatch
is "$(event '[.emitted, .deliveries]') $(count)" '[true,[]] 7' 'nobody is told'
ci_runner
exits 0 'another job' send
is "$(count)" 8 'sends it'

# --- two jobs at once
ci_runner
echo 8 >web/web
ci_commit a
git worktree add -q "$PLAY/other" HEAD
echo 9 >"$PLAY/other/tool/tool"
git -C "$PLAY/other" commit -qam b
(cd "$PLAY/other" && LOCKSTEP_STATE=$PLAY/b-state lockstep ci >"$PLAY/b" 2>&1 && echo 0 >"$PLAY/b.status" || echo $? >"$PLAY/b.status") &
other=$!
lockstep ci >"$PLAY/a" 2>&1 && echo 0 >"$PLAY/a.status" || echo $? >"$PLAY/a.status"
wait "$other" # not for the registry
is "$(cat "$PLAY/a.status" "$PLAY/b.status" | tr '\n' ' ')" '0 0 ' 'two jobs at once both end well'
[ "$(cat "$PLAY/a.status" "$PLAY/b.status" | tr -d '\n')" = 00 ] || diag "$(cat "$PLAY/a" "$PLAY/b")"
is "$(told '[.events[].client_payload.seq] | length == (unique | length)')" true 'no number is there twice'

# --- half a release
echo 10 >web/web
echo 'RUN ["/bin/busybox", "false"]' >>tool/Dockerfile
ci_commit half
before=$(count)
ci_runner
exits 1 'one leaf is new, another one cannot be built' lockstep ci
is "$(count)" "$before" 'F10: nobody is told of half a release'
sed -i '$d' tool/Dockerfile
echo 10 >tool/tool
ci_commit whole
ci_runner
exits 0 'both can' lockstep ci
is "$(told ".events[$before:] | map([.client_payload.changed[].image | split(\"/\")[-1]] | sort | join(\"+\")) | join(\" \")")" 'tool+web' \
	'F10: one event, with both'

# --- the registry gives no answer
registry_stop "$REG_PID"
before=$(count)
ci_runner
exits 75 'no registry' send
is "$(count)" "$before" 'is not "no event"'
registry_start plain "$PLAY/reg" "${REG_HOST##*:}"

# --- killed
# killed NAME SQL: a job with a new image dies after the commit that makes SQL true.
killed() {
	date +%N >web/web
	ci_commit "$1"
	before=$(count)
	ci_runner
	# What is built already costs the same commits in every try.
	GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_PATH=$PLAY/pr.json lockstep ci --publish keys >"$OUT" 2>&1
	for n in 1 2 3 4 5 6 7 8 9; do
		ci_runner
		status=0
		LOCKSTEP_FAULT=kill-after-commit:$n lockstep ci >"$OUT" 2>&1 || status=$?
		[ "$status" = 137 ] || break
		[ "$(sqlite3 "$LOCKSTEP_STATE/lockstep.db" "SELECT count(*) FROM $2")" = 0 ] || break
	done
	is "$status $(count)" "137 $before" "killed $1: nobody is told"
	ci_runner
	ci '0: ' 'the next job'
	is "$(($(count) - before)) $(event .emitted)" "1 $3" 'tells, once'
}
if [ "${FAULTS-}" = yes ]; then
	killed 'when the event is recorded, and is not in the registry yet' event true
	killed 'when it is there, and before it is sent' "delivery WHERE state = 'inflight'" false
	date +%N >web/web
	ci_commit sent
	before=$(count)
	ci_runner
	status=0
	LOCKSTEP_FAULT=kill-after-send lockstep ci >"$OUT" 2>&1 || status=$?
	is "$status" 137 'killed when it was sent, before that was written down'
	ci_runner
	ci '0: ' 'the next job'
	is "$(told ".events[$before:] | map(.client_payload.id) | [length, (unique | length)] | join(\" \")")" '2 1' \
		'tells once more, with the same id'
fi

# --- nothing planted anywhere
is "$(grep -rlE "$GITHUB_SECRET|cGxhbnRlZHNlY3JldG9mdGhldGVzdHMwMDA" "$PLAY" --exclude-dir=github --exclude=hook.log || :)" '' 'no secret was written'
done_testing
