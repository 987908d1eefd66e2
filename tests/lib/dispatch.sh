# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# dispatch.sh: a graph whose events go to stand-ins. Source it after tap.sh, graph.sh and github.sh.
#
#   dispatch_open           a graph with the images app and lib of group g, and the stand-in for GitHub; $HOOK is the
#                           address of a receiver of webhooks, which writes $HOOK_LOG
#   dispatch_to ITEM...     the graph's targets; without one: repository_dispatch at o/r
#   digest TEXT             a digest
#   emit TEXT               lockstep dispatch --emit: the image app has the digest of TEXT
#   at SECONDS COMMAND...   under a clock that stands still so many seconds from now
#   states                  "state:attempts …" of all deliveries, the newest first
HOOK=
HOOK_LOG=
hook_pid=
dispatch_now=

dispatch_cleanup() {
	github_stop
	hook_stop
	graph_cleanup
}

# hook_start [ANSWER...]
hook_start() {
	# shellcheck disable=SC2154 # of graph.sh
	HOOK_LOG=$graph_dir/hook.log
	rm -f "$graph_dir/hook.port" "$HOOK_LOG"
	"${top_srcdir:?}/tests/lib/hook.py" "$HOOK_LOG" "$graph_dir/hook.port" "$@" &
	hook_pid=$!
	for _ in $(seq 100); do
		[ ! -s "$graph_dir/hook.port" ] || break
		sleep 0.1
	done
	# shellcheck disable=SC2034 # for the scripts
	HOOK=http://127.0.0.1:$(cat "$graph_dir/hook.port")
}

hook_stop() {
	[ -z "$hook_pid" ] || kill "$hook_pid" 2>/dev/null || :
	[ -z "$hook_pid" ] || wait "$hook_pid" 2>/dev/null || :
	hook_pid=
}

dispatch_to() {
	{
		echo 'version: 1'
		echo 'registry: ghcr.io/o'
		echo 'images: { app: { context: lone }, lib: { context: lone } }'
		echo 'events: { group: g, payload: { images_sha: "{commit}" } }'
		echo 'dispatch:'
		[ $# -gt 0 ] || set -- "github: { repository: o/r, event: built, token-env: HUB_TOKEN, url: '$GITHUB', timeout: 2s }"
		printf '  - %s\n' "$@"
	} >lockstep.yaml
}

dispatch_open() {
	command -v python3 >/dev/null || skip_all 'no python3'
	command -v jq >/dev/null || skip_all 'no jq'
	graph_files
	trap dispatch_cleanup EXIT
	github_start "$graph_dir/github"
	HUB_TOKEN=$GITHUB_SECRET
	export HUB_TOKEN
	unset GITHUB_TOKEN GITHUB_REPOSITORY GITHUB_SERVER_URL GITHUB_RUN_ID CI_JOB_URL CI_PROJECT_PATH
	dispatch_to
	dispatch_now=$(date +%s)
}

digest() {
	printf 'sha256:%s' "$(printf %s "$1" | sha256sum | cut -c 1-64)"
}

emit() {
	lockstep dispatch --emit "app:$1@$(digest "$1")"
}

at() {
	dispatch_ms=$(((dispatch_now + $1) * 1000))
	shift
	LOCKSTEP_CLOCK=$dispatch_ms "$@"
}

states() {
	lockstep dispatch --list --json | jq -r '[.[].deliveries[] | "\(.state):\(.attempts)"] | join(" ")'
}

# told: what GitHub's stand-in was told: tags of the changed images, in order.
told() {
	github_state '[.events[].client_payload.changed[].tag] | join(" ")' | tr -d '"'
}

newest() {
	lockstep dispatch --list --json | jq -r '.[0].event'
}
