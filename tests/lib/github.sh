# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# github.sh: the stand-in for GitHub (tests/lib/github.py) for a script. Source it after tap.sh.
#
#   github_start FOLDER     starts it; $GITHUB is its address, $GITHUB_SECRET a token that may write, and FOLDER/log what
#                           it was asked. Bare repositories are FOLDER/git/OWNER/NAME.git.
#   github_stop
#   github_faults JSON      what goes wrong next, see github.py
#   github_state FILTER     jq FILTER of what it knows
GITHUB=
GITHUB_SECRET=ghp_planted0secret0of0the0tests0000
github_pid=
github_dir=

github_start() {
	# shellcheck disable=SC2034 # for actions.sh
	github_dir=$1
	mkdir -p "$1/git"
	rm -f "$1/port"
	"${top_srcdir:?}/tests/lib/github.py" --token "$GITHUB_SECRET" --read-token ghp_reads0only --git "$1/git" \
		--log "$1/log" --port-file "$1/port" 2>"$1/err" &
	github_pid=$!
	for _ in $(seq 100); do
		[ ! -s "$1/port" ] || break
		sleep 0.1
	done
	GITHUB=http://127.0.0.1:$(cat "$1/port")
}

github_stop() {
	[ -z "$github_pid" ] || kill "$github_pid" 2>/dev/null || :
	[ -z "$github_pid" ] || wait "$github_pid" 2>/dev/null || :
	github_pid=
}

github_faults() {
	curl -fsS -X POST -H 'Content-Type: application/json' -d "$1" "$GITHUB/_control/faults"
}

github_state() {
	curl -fsS "$GITHUB/_control/state" | jq -c "$1"
}
