# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# contract.sh: GitHub's own OpenAPI description in front of the stand-in for GitHub. Source it after tap.sh and github.sh.
#
#   contract_open FOLDER        fetches the description and prism, once for all tests ($CONTRACT_MODULES), and keeps the
#                               paths that are used here; fails where they are not to be had
#   contract_start [FLAG...]    prism between: $PRISM is its address. With --errors a request that the description
#                               forbids is answered 422 and never reaches the stand-in
#   contract_stop
#   contract_against            what the description had against requests since contract_start, a line each
PRISM=
CONTRACT_MODULES=
contract_dir=
contract_pid=

contract_open() {
	for contract_tool in node npm curl python3; do
		command -v $contract_tool >/dev/null || return 1
	done
	mkdir -p "${top_builddir:?}/tests/e2e/npm" "$1"
	contract_dir=$1
	CONTRACT_MODULES=$(cd "$top_builddir/tests/e2e/npm" && pwd)
	if [ ! -f "$CONTRACT_MODULES/installed" ]; then
		echo '{"private": true}' >"$CONTRACT_MODULES/package.json"
		npm install --prefix "$CONTRACT_MODULES" --no-audit --no-fund --silent @octokit/openapi@23.0.2 \
			@stoplight/prism-cli@5.14.2 standardwebhooks@1.1.1 @octokit/webhooks-methods@6.0.0 cloudevents@10.0.0 \
			>"$CONTRACT_MODULES/log" 2>&1 || return 1
		: >"$CONTRACT_MODULES/installed"
	fi
	# Reading all of GitHub's API would take most of a minute. GraphQL is not in it: anything goes.
	python3 - "$CONTRACT_MODULES/node_modules/@octokit/openapi/generated/api.github.com.json" "$contract_dir/api.json" <<'END'
import json, re, sys
api = json.load(open(sys.argv[1]))
r = "/repos/{owner}/{repo}/"
used = [r + p for p in ("dispatches", "actions/workflows/{workflow_id}/dispatches", "pulls", "pulls/{pull_number}", "pulls/{pull_number}/merge",
        "issues/{issue_number}/labels", "issues/{issue_number}/comments", "git/refs", "git/refs/{ref}", "git/ref/{ref}", "git/blobs",
        "git/trees", "git/commits", "git/commits/{commit_sha}", "compare/{basehead}", "pulls/{pull_number}/requested_reviewers")]
used.append("/repos/{owner}/{repo}")
out = {k: v for k, v in api.items() if k not in ("paths", "components", "x-webhooks")}
out["paths"] = {p: api["paths"][p] for p in used}
anything = {"application/json": {"schema": {"type": "object"}}}
out["paths"]["/graphql"] = {"post": {"requestBody": {"content": anything}, "responses": {"200": {"description": "ok", "content": anything}}}}
want, kept = [json.dumps(out["paths"])], {}
while want:
    for kind, name in re.findall(r'"#/components/([\w-]+)/([\w.-]+)"', want.pop()):
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = api["components"][kind][name]
            want.append(json.dumps(kept[kind][name]))
out["components"] = kept
json.dump(out, open(sys.argv[2], "w"))
END
}

contract_start() {
	contract_stop
	contract_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	PRISM=http://127.0.0.1:$contract_port
	node "$CONTRACT_MODULES/node_modules/.bin/prism" proxy "$@" -h 127.0.0.1 -p "$contract_port" "$contract_dir/api.json" "$GITHUB" \
		>"$contract_dir/log" 2>&1 &
	contract_pid=$!
	for _ in $(seq 300); do
		if curl -s -o /dev/null "$PRISM"; then
			contract_asked=$(wc -l <"$contract_dir/log") # by this
			return 0
		fi
		kill -0 "$contract_pid" 2>/dev/null || break
		sleep 0.2
	done
	fail 'prism starts' "$(head -n 5 "$contract_dir/log")"
	done_testing
	exit 1
}

contract_stop() {
	[ -z "$contract_pid" ] || kill "$contract_pid" 2>/dev/null || :
	contract_pid=
}

# By prism's log. Of answers it is the stand-in's business.
contract_against() {
	tail -n +"$((contract_asked + 1))" "$contract_dir/log" | sed 's/\x1b\[[0-9;]*m//g' | grep -i 'violation: *request' || :
}
