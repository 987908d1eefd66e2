# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# actions.sh: GitHub Actions for the stand-in of GitHub: workflows that events start (tests/lib/actions.py). Source it
# after tap.sh and github.sh; github_start comes first. $LOCKSTEP is on the PATH of the jobs.
#
#   actions_open FOLDER [API]   jobs run below FOLDER, and speak to the API there (to $GITHUB unless one is named)
#   actions_run                 the jobs of all events that have not run to a good end; fails as the last of them did
#   actions_start, actions_stop the same in the background, for each event as it comes (jobs that fail stay failed)
#   actions_said                what the jobs of the last event said; those of the Nth: FOLDER/jobs/N/log
#   workflow_of_docs FILE       the workflow in that page of docs/ which listens to repository_dispatch
actions_dir=
actions_api=
actions_pid=

actions_open() {
	python3 -c 'import yaml' 2>/dev/null || skip_all 'no python3 with yaml'
	mkdir -p "$1/bin" "$1/jobs"
	actions_dir=$1
	actions_api=${2:-$GITHUB}
	ln -sf "${LOCKSTEP:?}" "$1/bin/lockstep"
}

# It replaces the shell that calls it.
actions_exec() {
	# shellcheck disable=SC2154 # of github.sh
	exec env PATH="$actions_dir/bin:$PATH" "${top_srcdir:?}/tests/lib/actions.py" --github "$GITHUB" --api "$actions_api" \
		--git "$github_dir/git" --token "$GITHUB_SECRET" --work "$actions_dir/jobs" "$@"
}

actions_run() (
	actions_exec
)

actions_start() {
	actions_exec --watch 2>"$actions_dir/err" &
	actions_pid=$!
}

actions_stop() {
	[ -z "$actions_pid" ] || kill "$actions_pid" 2>/dev/null || :
	[ -z "$actions_pid" ] || wait "$actions_pid" 2>/dev/null || :
	actions_pid=
}

actions_said() {
	cat "$actions_dir/jobs/$(find "$actions_dir/jobs" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)/log"
}

# The block that is indented behind the key, without its indentation.
workflow_of_docs() {
	awk '/^    / { block = block substr($0, 5) "\n"; next }
		/^$/ && block { block = block "\n"; next }
		block ~ /repository_dispatch/ { exit }
		{ block = "" }
		END { printf "%s", block }' "${top_srcdir:?}/docs/$1"
}
