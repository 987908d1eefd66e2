#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# events-contract.sh: what lockstep sends holds against others' readings of the contracts: GitHub's own OpenAPI
# description in front of the stand-in, and the libraries with which receivers check signatures and CloudEvents.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/dispatch.sh
. "$top_srcdir/tests/lib/dispatch.sh"
# shellcheck source=tests/lib/contract.sh
. "$top_srcdir/tests/lib/contract.sh"
dispatch_open
# shellcheck disable=SC2317 # by the trap
contract_cleanup() {
	contract_stop
	dispatch_cleanup
}
trap contract_cleanup EXIT
contract_open "$graph_dir/contract" || skip_all 'the npm registry cannot be reached'

# ask METHOD PATH [JSON]: the status, and what the description says against the request.
ask() {
	curl -s -o "$graph_dir/answer" -D "$graph_dir/headers" -X "$1" -H "Authorization: Bearer $GITHUB_SECRET" -H 'Content-Type: application/json' \
		-H 'Accept: application/vnd.github+json, application/json;q=0.9' ${3:+-d "$3"} "$PRISM$2"
	awk 'NR == 1 { printf "%s", $2 }' "$graph_dir/headers"
	# Of an answer with very much that is missing prism only says so: the stand-in's pull requests are small.
	sed -n 's/^sl-violations: \[/[/Ip' "$graph_dir/headers" | jq -r '.[] | select(.location[0] == "request") | " " + .message' | tr -d '\r\n'
	echo
}

# -- GitHub: with --errors a request that the description forbids is answered 422 and never reaches the stand-in
contract_start --errors
dispatch_to "github: { repository: o/r, event: built, token-env: HUB_TOKEN, url: '$PRISM' }" \
	"github-workflow: { repository: o/r, workflow: bump.yml, token-env: HUB_TOKEN, url: '$PRISM' }"
exits 0 'repository_dispatch and workflow_dispatch' emit contract
is "$(github_state '[(.events | length), (.runs | length)]')" '[1,1]' 'both reach the stand-in'
is "$(github_state '.runs[0].inputs.event | fromjson | .group')" '"g"' 'the workflow gets the event as its input'
is "$(ask POST /repos/o/r/dispatches '{"event_type": "x", "client_payload": {"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"10":1,"11":1}}' | cut -c 1-3)" \
	422 'the description forbids eleven fields'
is "$(github_state '.events | length')" 1 'which the stand-in has not seen'

# -- the stand-in itself: a pull request from branch to merge, each request as the description wants it
contract_start
git init -q --bare -b main "$graph_dir/github/git/o/r.git"
git push -q "$graph_dir/github/git/o/r.git" HEAD:refs/heads/main
tip=$(git rev-parse HEAD)
is "$(ask POST /repos/o/r/git/blobs '{"content": "aGk=", "encoding": "base64"}')" 201 'a blob'
blob=$(jq -r .sha "$graph_dir/answer")
is "$blob" "$(printf hi | git hash-object --stdin)" 'is the one that git knows'
is "$(ask POST /repos/o/r/git/trees "{\"base_tree\": \"$(git rev-parse 'HEAD^{tree}')\", \"tree\": [{\"path\": \"hi\", \"mode\": \"100644\", \"type\": \"blob\", \"sha\": \"$blob\"}]}")" \
	201 'a tree'
tree=$(jq -r .sha "$graph_dir/answer")
is "$(ask POST /repos/o/r/git/commits "{\"message\": \"hi\", \"tree\": \"$tree\", \"parents\": [\"$tip\"]}")" 201 'a commit'
commit=$(jq -r .sha "$graph_dir/answer")
is "$(ask POST /repos/o/r/git/refs "{\"ref\": \"refs/heads/lockstep/x\", \"sha\": \"$commit\"}")" 201 'a branch'
is "$(ask GET /repos/o/r/git/ref/heads%2Flockstep%2Fx)" 200 'is there'
is "$(ask PATCH /repos/o/r/git/refs/heads%2Flockstep%2Fx "{\"sha\": \"$tip\"}")" 422 'it does not go back'
is "$(ask PATCH /repos/o/r/git/refs/heads%2Flockstep%2Fx "{\"sha\": \"$commit\", \"force\": true}")" 200 'nor without a change'
is "$(ask GET '/repos/o/r/pulls?head=o:lockstep/x&base=main&state=open')" 200 'the list of pull requests'
is "$(jq -c . "$graph_dir/answer")" '[]' 'is empty'
is "$(ask POST /repos/o/r/pulls '{"title": "t", "head": "lockstep/x", "base": "main", "body": "b"}')" 201 'a pull request'
is "$(ask POST /repos/o/r/pulls '{"title": "t", "head": "lockstep/x", "base": "main"}')" 422 'only one for a branch'
like "$(jq -r .message "$graph_dir/answer")" '*A pull request already exists for o:lockstep/x.*' 'says the stand-in as GitHub does'
is "$(ask PATCH /repos/o/r/pulls/1 '{"title": "u"}')" 200 'another title'
is "$(ask POST /repos/o/r/issues/1/labels '{"labels": ["lockstep"]}')" 200 'a label'
is "$(ask POST /repos/o/r/issues/1/comments '{"body": "c"}')" 201 'a comment'
is "$(ask PUT /repos/o/r/pulls/1/merge '{}')" 200 'merged'
is "$(git -C "$graph_dir/github/git/o/r.git" show main:hi)" hi 'the file is on main'
is "$(ask DELETE /repos/o/r/git/refs/heads%2Flockstep%2Fx)" 204 'the branch goes'
graphql() {
	curl -fsS -X POST -H "Authorization: Bearer $GITHUB_SECRET" -H 'Content-Type: application/json' -d "{\"query\": \"mutation(\$input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: \$input) { commit { oid } } }\", \"variables\": {\"input\": {\"branch\": {\"repositoryNameWithOwner\": \"o/r\", \"branchName\": \"main\"}, \"expectedHeadOid\": \"$1\", \"message\": {\"headline\": \"h\"}, \"fileChanges\": {\"additions\": [{\"path\": \"a/b\", \"contents\": \"aGV5\"}], \"deletions\": [{\"path\": \"hi\"}]}}}}" "$GITHUB/graphql"
}
is "$(graphql "$tip" | jq -r '.errors[0].type')" STALE_DATA 'createCommitOnBranch compares'
like "$(graphql "$(git -C "$graph_dir/github/git/o/r.git" rev-parse main)" | jq -r .data.createCommitOnBranch.commit.oid)" '????????????????????????????????????????' 'and swaps'
is "$(git -C "$graph_dir/github/git/o/r.git" show main:a/b)" hey 'the new file is there'

# -- lockstep's own requests for a pull request, from the first to the last
contract_start
printf 'image: ghcr.io/o/a:1\n' >app.yaml
graph_commit 'a manifest'
git push -qf "$graph_dir/github/git/o/r.git" HEAD:refs/heads/main
# bump TAG [ARG...]
bump() {
	bump_tag=$1
	shift
	GITHUB_TOKEN=$GITHUB_SECRET lockstep bump --image "ghcr.io/o/a=$bump_tag" --group contract --gate off --via push \
		--repo-url "file://$graph_dir/github/git/o/r.git" --api-url "$PRISM" "$@"
}
exits 0 'a pull request' bump 2 --label x --reviewer alice
like "$tap_out" '*opened https://stand.in/o/r/pull/2' 'is opened'
exits 0 'another version' bump 3
like "$tap_out" '*updated https://stand.in/o/r/pull/2' 'updates it'
exits 0 'the version that is there' bump 1
like "$tap_out" '*closed https://stand.in/o/r/pull/2: *' 'closes it'
is "$(github_state '.pulls[1] | [.state, (.labels | length), (.requested_reviewers | length), (.comments_list | length)]')" '["closed",1,1,1]' 'the stand-in was told all of it'
is "$(contract_against)" '' 'and the description has nothing against any of the requests'
like "$(ask POST /repos/o/r/pulls '{"title": 1}')" '422*' 'one that is wrong'
like "$(contract_against)" '?*' 'is found'

# -- webhooks, by the libraries of the other side
# shellcheck disable=SC2119 # no answers said: always 200
hook_start
STANDARD=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
PLAIN="It's a Secret to Everybody"
export STANDARD PLAIN
dispatch_to "webhook: { url: '$HOOK/standard', secret-env: STANDARD }" \
	"webhook: { url: '$HOOK/github', secret-env: PLAIN, signing: github }" \
	"webhook: { url: '$HOOK/binary', signing: none, format: ce-binary }" \
	"webhook: { url: '$HOOK/structured', secret-env: STANDARD, format: ce-structured }"
GITHUB_REPOSITORY=o/r GITHUB_SERVER_URL=https://github.com GITHUB_RUN_ID=7 exits 0 'four webhooks' emit hooks
cat >"$CONTRACT_MODULES/check.mjs" <<'END'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { verify } from "@octokit/webhooks-methods";
const require = createRequire(import.meta.url);
const { Webhook } = require("standardwebhooks");
const { HTTP } = require("cloudevents");
const hooks = Object.fromEntries(readFileSync(process.argv[2], "utf8").trim().split("\n").map(JSON.parse).map((h) => [h.path, h]));
const standard = new Webhook(process.env.STANDARD);
const refuses = (f) => { try { f(); return false; } catch { return true; } };
const show = (name, value) => console.log(name + " " + value);
for (const path of ["/standard", "/structured"]) {
	const { headers, body } = hooks[path];
	show("standard" + path, !refuses(() => standard.verify(body, headers)) && refuses(() => standard.verify(body + " ", headers)));
}
const hub = hooks["/github"];
show("github", (await verify(process.env.PLAIN, hub.body, hub.headers["x-hub-signature-256"])) && !(await verify("other", hub.body, hub.headers["x-hub-signature-256"])));
for (const path of ["/binary", "/structured"]) {
	const event = HTTP.toEvent({ headers: hooks[path].headers, body: hooks[path].body });
	show("cloudevent" + path, [event.validate(), event.type, event.source, event.id === hooks["/github"].headers["x-github-delivery"], event.data.group].join(" "));
}
END
is "$(cd "$CONTRACT_MODULES" && node check.mjs "$HOOK_LOG" 2>&1)" 'standard/standard true
standard/structured true
github true
cloudevent/binary true dev.lockstep.images.v1 //github.com/o/r true g
cloudevent/structured true dev.lockstep.images.v1 //github.com/o/r true g' 'the libraries take what is signed, and nothing else'

# -- the event by its schema, with a validator that is not ours
python3 -c 'import jsonschema' 2>/dev/null && {
	jq -rs '.[] | select(.path == "/github") | .body' "$HOOK_LOG" >event.json
	ok 'the event is what its schema says' python3 -c 'import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$top_srcdir/docs/lockstep-event.schema.json" event.json
}
done_testing
