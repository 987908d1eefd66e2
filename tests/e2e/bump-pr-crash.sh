#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bump-pr-crash.sh: runs at once, and runs that are killed anywhere, end in the state of one that was left alone.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/github.sh
. "$top_srcdir/tests/lib/github.sh"
# shellcheck source=tests/lib/gitops.sh
. "$top_srcdir/tests/lib/gitops.sh"
gitops_open
KILLS=${KILLS:-30}

# at_once N VIA: so many runs of one event, with two state folders.
at_once() {
	racers=
	for racer in $(seq "$1"); do
		LOCKSTEP_STATE=$gitops_dir/state$((racer % 2)) bump --via "$2" >"$gitops_dir/racer$racer" 2>&1 &
		racers="$racers $!"
	done
	statuses=
	for racer in $racers; do
		status=0
		wait "$racer" || status=$?
		statuses="$statuses $status"
	done
}

# what_is: everything that has to be the same in the end.
what_is() {
	git -C "$BARE" for-each-ref --format='%(refname)' refs/heads
	git -C "$BARE" diff-tree -r main "$BRANCH"
	git -C "$BARE" rev-list --count "main..$BRANCH"
	github_state '[.pulls[] | select(.state == "open") | [.title, .body, .draft]]'
}

for via in push graphql; do
	event 5 "$(tag 2)"
	at_once 4 $via
	is "$(echo "$statuses" | tr -d ' ' | sed 's/0\|75//g')" '' "F22: four runs at once, $via: each is done, or is to be tried again"
	ok 'one more' bump --via $via
	like "$tap_out" '*unchanged: *' 'finds nothing to do'
	is "$(git -C "$BARE" rev-list --count "main..$BRANCH")" 1 'F22: one commit'
	is "$(github_state '[.pulls[] | select(.state == "open")] | length')" 1 'F22: one pull request'
	is "$(git -C "$BARE" for-each-ref --format='%(refname)' refs/heads | tr '\n' ' ')" "refs/heads/$BRANCH refs/heads/main " 'and no other branch'
	number=$(github_state '.pulls[-1].number')
	curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $GITHUB_SECRET" -d '{"state": "closed"}' "$GITHUB/repos/o/r/pulls/$number"
	git push -q origin ":$BRANCH"
done

# How long a whole run takes is how far a kill can come.
event 6 "$(tag 3)"
began=$(date +%s%N)
ok 'a run that is left alone' bump
took=$((($(date +%s%N) - began) / 1000000))
what_is >"$gitops_dir/wanted"
differ=0
several=0
reset_all() {
	for number in $(open_pulls | jq -r '.[]'); do
		curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $GITHUB_SECRET" -d '{"state": "closed"}' "$GITHUB/repos/o/r/pulls/$number"
	done
	git -C "$BARE" update-ref -d "refs/heads/$BRANCH"
	# Every other one begins where an older event left off.
	if [ $(($1 % 2)) -eq 0 ]; then
		event 5 "$(tag 2)"
		bump >"$gitops_dir/said" 2>&1
		event 6 "$(tag 3)"
	fi
}
for kill in $(seq "$KILLS"); do
	reset_all "$kill"
	[ $((kill % 5)) -ne 0 ] || rm -rf "$LOCKSTEP_STATE"
	via=push
	[ $((kill % 6)) -ne 0 ] || via=graphql
	"$LOCKSTEP" bump --event "$EVENT" --gate off --via $via --api-url "$GITHUB" >"$gitops_dir/said" 2>&1 &
	victim=$!
	sleep "$(awk -v t="$took" -v seed="$kill$took" 'BEGIN { srand(seed); printf "%.3f", rand() * t / 1000 }')"
	kill -9 $victim 2>/dev/null || :
	wait $victim 2>/dev/null || :
	# Children of the dead one may still hold a lock of git's.
	for again in 1 2 3; do
		! bump --via $via >"$gitops_dir/said" 2>&1 || break
		[ "$again" -lt 3 ] || cat "$gitops_dir/said" >&2
		sleep 0.3
	done
	what_is >"$gitops_dir/got"
	cmp -s "$gitops_dir/wanted" "$gitops_dir/got" || {
		differ=$((differ + 1))
		diff -u "$gitops_dir/wanted" "$gitops_dir/got" >&2 || :
	}
	[ "$(open_pulls | jq length)" -le 1 ] || several=$((several + 1))
done
is "$differ $several" '0 0' "$KILLS runs that were killed: the same state in the end, at most one pull request"
is "$(grep -rl "$GITHUB_SECRET" "$gitops_dir" || :)" '' 'the token is in no file'
done_testing
