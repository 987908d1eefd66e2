#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-dispatch-secrets.sh: where tokens and secrets come from, and that they are written down nowhere.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/dispatch.sh
. "$top_srcdir/tests/lib/dispatch.sh"
dispatch_open
LOCKSTEP_DEBUG=1
export LOCKSTEP_DEBUG
said=$graph_dir/said # everything that is printed
: >"$said"

# try STATUS NAME COMMAND...
try() {
	exits "$@"
	printf '%s\n' "$tap_out" >>"$said"
}

# -- a variable, a file, neither
try 0 'from a variable' emit variable
HUB_TOKEN='' try 2 'an empty variable' emit empty
like "$tap_out" "*the environment variable 'HUB_TOKEN' is empty*" 'is named'
unset HUB_TOKEN
try 2 'a variable that is not set' lockstep dispatch
HUB_TOKEN=$GITHUB_SECRET
export HUB_TOKEN
is "$(states | cut -d ' ' -f 1)" 'pending:0' 'the event waits, and no attempt is lost'
dispatch_to "github: { repository: o/r, event: built, token-file: token, url: '$GITHUB' }"
try 3 'no such file' lockstep dispatch
like "$tap_out" "*token': No such file or directory*" 'is named'
printf '%s\n' "$GITHUB_SECRET" >token
try 0 'from a file beside the graph file' lockstep dispatch
: >token
try 2 'an empty file' emit nothing
printf 'x\n%s' "$GITHUB_SECRET" >token
try 2 'a file with two lines holds no token' lockstep dispatch
rm token
dispatch_to
GITHUB_TOKEN=$GITHUB_SECRET
export GITHUB_TOKEN
dispatch_to "github: { repository: o/r, event: built, url: '$GITHUB' }"
try 0 'GITHUB_TOKEN where nothing is said' lockstep dispatch
unset GITHUB_TOKEN

# -- a server that says it aloud, while everything goes wrong
dispatch_to
github_faults '[{"match": "POST .*", "status": 500, "echo": true, "times": 2}, {"match": "POST .*", "status": 401, "echo": true}]'
try 75 'a server that repeats the token' emit aloud
try 75 'again' at 100 lockstep dispatch --json
try 1 'and refuses it' at 400 lockstep dispatch
try 0 'the list' lockstep dispatch --list
like "$tap_out" '*Bad token Bearer \*\*\**' 'has stars in its place'
try 0 'as JSON too' lockstep dispatch --list --json

# -- webhooks, GitLab, Gitea
hook_start 500 200 403
HOOK_SECRET=whsec_cGxhbnRlZDBzZWNyZXQwb2YwdGhlMHRlc3RzMDAwMA==
PLAIN_SECRET=planted0secret0plain
export HOOK_SECRET PLAIN_SECRET
dispatch_to "webhook: { url: '$HOOK/standard', secret-env: HOOK_SECRET }" \
	"webhook: { url: '$HOOK/github', secret-env: PLAIN_SECRET, signing: github, format: ce-binary }" \
	"gitlab: { url: '$HOOK', project: g/p, ref: main, token-env: HUB_TOKEN }" \
	"gitea-workflow: { url: '$HOOK', repository: o/r, workflow: bump.yml, token-env: HUB_TOKEN }"
try 1 'one refuses, one fails, two take it' emit many
is "$(states | tr ' ' '\n' | head -n 4 | sort | tr '\n' ' ')" 'dead:1 done:1 done:1 pending:1 ' 'each on its own'
is "$(jq -r '.path' "$HOOK_LOG" | sort -u | tr '\n' ' ')" \
	'/api/v1/repos/o/r/actions/workflows/bump.yml/dispatches /api/v4/projects/g%2Fp/trigger/pipeline /github /standard ' \
	'all four were asked'
HOOK_SECRET=planted0secret0that0is0no0base64- try 2 'a secret of no use' at 100 lockstep dispatch
HOOK_SECRET=whsec_cGxhbnRlZDBzZWNyZXQwb2YwdGhlMHRlc3RzMDAwMA== try 0 'the failed one comes again' at 200 lockstep dispatch
is "$(jq -rs '[.[] | select(.path == "/standard") | .headers["webhook-id"]] | (length, (unique | length))' "$HOOK_LOG" | tr '\n' ' ')" \
	'2 1 ' 'with the same id'
is "$(jq -rs '[.[] | select(.path == "/standard") | .headers["webhook-signature"]] | unique | length' "$HOOK_LOG")" 2 \
	'signed with the time of the attempt'

# -- in no argument of a process, either
github_faults '[{"match": "POST .*", "slow": 2}]'
dispatch_to
"$LOCKSTEP" dispatch --replay "$(newest)" >>"$said" 2>&1 &
pid=$!
sleep 0.7
tr '\0' ' ' <"/proc/$pid/cmdline" >>"$said" 2>/dev/null || :
wait "$pid" || :

# Everything that lockstep wrote, and what was printed. The stand-ins' own logs hold no authorization.
sqlite3 "$LOCKSTEP_STATE/lockstep.db" .dump >"$graph_dir/dump"
for secret in planted0secret cGxhbnRlZDBzZWNyZXQ; do
	is "$(grep -rl "$secret" "$LOCKSTEP_STATE" "$said" "$graph_dir/dump" 2>/dev/null || :)" '' "'$secret' is nowhere"
done
is "$(grep -c . "$said" | awk '{ print ($1 > 20) }')" 1 'and something was said'
done_testing
