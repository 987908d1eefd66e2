# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# chain.sh: from a commit to a merged pin, with real parts: lockstep ci on fresh runners, a registry, GitHub's contract
# in front of a stand-in for GitHub, a workflow that events start there, and a GitOps repository. Source it after
# tap.sh, in bash; it sources what it stands on.
#
#   chain_open TOOL...      starts it all; the images' repository is in $PLAY/repo, the current folder; the bare GitOps
#                           repository is $BARE, o/r, with the receiver of docs/pullrequest.md. $API is GitHub's
#                           API behind its contract (without npm: the stand-in), $NAMES what the images' names begin with
#   chain_close             for a trap
#   chain_events            what lockstep.yaml says of events
#   chain_gitops FUNCTION   the GitOps repository: FUNCTION writes the manifests into the current folder, which is empty
#   chain_file FILE [REV]   a file of the GitOps repository, of main unless something else is named
#   chain_pulls             numbers of open pull requests: [1]
#   chain_merge             the open pull request is merged, as by a person
#   chain_clone             the current main, in $PLAY/gitops
#   chain_told FILTER       jq FILTER of what GitHub was told, a list of events
# shellcheck source=tests/lib/ci.sh
. "${top_srcdir:?}/tests/lib/ci.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/contract.sh
. "$top_srcdir/tests/lib/contract.sh"
# shellcheck source=tests/lib/actions.sh
. "$top_srcdir/tests/lib/actions.sh"

# shellcheck disable=SC2034 # for the scripts
BARE=
API=
NAMES=
# shellcheck disable=SC2034 # for the scripts
BRANCH=lockstep/bump/agents

chain_close() {
	actions_stop
	contract_stop
	github_stop
	ci_close
}

chain_open() {
	ci_open python3 curl setsid "$@"
	trap chain_close EXIT
	registry_start plain "$PLAY/reg"
	github_start "$PLAY/github"
	API=$GITHUB
	if contract_open "$PLAY/contract"; then
		# shellcheck disable=SC2119 # no flags
		contract_start
		API=$PRISM
	else
		skip "GitHub's contract" 'the npm registry cannot be reached'
	fi
	actions_open "$PLAY/actions" "$API"
	# shellcheck disable=SC2034 # for the scripts
	NAMES=$REG_HOST/t
	HUB_TOKEN=$GITHUB_SECRET
	export HUB_TOKEN GITHUB_REPOSITORY=o/images GITHUB_SERVER_URL=https://github.com
	unset GITHUB_TOKEN GH_TOKEN GITHUB_API_URL CI_JOB_URL CI_PROJECT_PATH
}

chain_events() {
	cat <<-YAML
		events: { group: agents, payload: { agent_images_sha: "{commit}" } }
		dispatch:
		  - github: { repository: o/r, event: images-built, token-env: HUB_TOKEN, url: '$API', timeout: 5s }
	YAML
}

chain_gitops() {
	BARE=$PLAY/github/git/o/r.git
	git init -q --bare -b main "$BARE"
	chain_clone 2>/dev/null
	(
		cd "$PLAY/gitops" || exit 1
		"$1"
		mkdir -p .github/workflows
		workflow_of_docs pullrequest.md >.github/workflows/bump.yml
		git add -A && git commit -qm 'the cluster' && git push -q origin HEAD:main
	)
}

chain_clone() {
	rm -rf "$PLAY/gitops"
	git clone -q "$BARE" "$PLAY/gitops"
}

chain_file() {
	git -C "$BARE" show "${2:-main}:$1"
}

chain_pulls() {
	github_state '[.pulls[] | select(.state == "open") | .number]'
}

chain_merge() {
	curl -fsS -o /dev/null -X PUT -H "Authorization: Bearer $GITHUB_SECRET" -H 'Content-Type: application/json' \
		-H 'Accept: application/vnd.github+json, application/json;q=0.9' -d '{}' \
		"$API/repos/o/r/pulls/$(chain_pulls | jq -r '.[0]')/merge"
}

chain_told() {
	github_state "[.events[].client_payload] | $1" | tr -d '"'
}
