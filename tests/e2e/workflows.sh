#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# workflows.sh: the workflows that docs/ gives to receivers of events, run as they stand there.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/gitops.sh
. "$top_srcdir/tests/lib/gitops.sh"
# shellcheck source=tests/lib/actions.sh
. "$top_srcdir/tests/lib/actions.sh"
gitops_open
actions_open "$gitops_dir/actions"
# The images of these events are in no registry that could be asked.
without_gate() {
	workflow_of_docs "$1" | sed 's/lockstep bump/& --gate off/'
}
# tell SEQ TAG: what lockstep dispatch sends of such an event.
tell() {
	event "$1" "$2"
	jq '{ event_type: "images-built", client_payload: . }' "$EVENT" >"$gitops_dir/dispatch"
	curl -fsS -o /dev/null -H "Authorization: Bearer $GITHUB_SECRET" -d "@$gitops_dir/dispatch" "$GITHUB/repos/o/r/dispatches"
}

tell 5 "$(tag 2)"
exits 0 'an event that no workflow listens to' actions_run
is "$(open_pulls) $(tip)" '[] none' 'does nothing'

mkdir -p .github/workflows
without_gate events.md >.github/workflows/bump.yml
like "$(cat .github/workflows/bump.yml)" '*repository_dispatch*lockstep bump --gate off --github-event --via push*' 'docs/events.md has a workflow'
commit_base 'a receiver'
tell 6 "$(tag 3)"
exits 0 'with it' actions_run
like "$(actions_said)" '*GITHUB_TOKEN starts no workflows*opened https://stand.in/o/r/pull/1*' 'a job opens a pull request'
is "$(open_pulls) $(branch_file apps/a/a.yaml)" "[1] image: ghcr.io/o/a:$(tag 3) # kept" 'with the edit'

without_gate pullrequest.md >.github/workflows/bump.yml
like "$(cat .github/workflows/bump.yml)" '*create-github-app-token*--via graphql*' 'docs/pullrequest.md has another one'
commit_base 'another receiver'
tell 7 "$(tag 4)"
exits 0 'with that' actions_run
like "$(actions_said)" '*updated https://stand.in/o/r/pull/1*' 'the pull request is updated'
is "$(open_pulls) $(branch_file apps/a/a.yaml) $(github_state '[.pulls[0].labels[].name]')" \
	"[1] image: ghcr.io/o/a:$(tag 4) # kept [\"images\"]" 'with edit and label'
like "$(cat "$actions_dir/jobs/3/summary")" '*ghcr.io/o/a*2/2 pins*' 'and the summary of the job shows it'
actions_start
tell 8 "$(tag 5)"
for _ in $(seq 300); do
	[ ! -e "$actions_dir/jobs/4/status" ] || break
	sleep 0.1
done
actions_stop
is "$(open_pulls) $(branch_file apps/a/a.yaml)" "[1] image: ghcr.io/o/a:$(tag 5) # kept" 'an event that comes while somebody listens'
github_faults '[{"match": "POST /graphql", "times": 9, "status": 503}]'
tell 9 "$(tag 6)"
exits 75 'a job that fails' actions_run
github_faults '[]'
exits 0 'can be run again' actions_run
is "$(branch_file apps/a/a.yaml) $(cat "$actions_dir"/jobs/*/status | tr -d '\n')" "image: ghcr.io/o/a:$(tag 6) # kept 00000" 'and does its work'
is "$(grep -rl "$GITHUB_SECRET" "$actions_dir" || :)" '' 'the token is in no file'
done_testing
