#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-dispatch-crash.sh: killed around the commit and between sending and marking, a full disk, two senders, a signal.
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
exits 0 'a first event' emit first

ids() {
	github_state '[.events[].client_payload.id] | (length, (unique | length))' | tr '\n' ' '
}

# -- two senders at once: one send for one lease
lockstep dispatch --replay "$(newest)" >/dev/null
github_faults '[{"match": "POST .*", "slow": 1}]'
HUB_TOKEN='' lockstep dispatch --emit "app:two@$(digest two)" >/dev/null 2>&1 || :
lockstep dispatch --deliver-timeout 10 >"$OUT.1" 2>&1 &
one=$!
lockstep dispatch --deliver-timeout 10 >"$OUT.2" 2>&1 &
two=$!
wait "$one" || :
wait "$two" || :
is "$(told)" 'first first two' 'two senders, one request'
is "$(states | cut -d ' ' -f 1)" 'done:1' 'one attempt'

# -- a signal while the answer is awaited
github_faults '[{"match": "POST .*", "slow": 3}]'
HUB_TOKEN='' lockstep dispatch --emit "app:sig@$(digest sig)" >/dev/null 2>&1 || :
"$LOCKSTEP" dispatch >"$OUT" 2>&1 &
pid=$!
sleep 0.7
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is "$status" 143 'SIGTERM ends it with 143'
is "$(states | cut -d ' ' -f 1)" 'pending:0' 'and the delivery is free again'
sleep 3
exits 0 'the next run makes it' lockstep dispatch

# -- watching
github_faults '[]'
"$LOCKSTEP" dispatch --watch >"$OUT" 2>&1 &
pid=$!
HUB_TOKEN='' lockstep dispatch --emit "app:watched@$(digest watched)" >/dev/null 2>&1 || :
for _ in $(seq 80); do
	[ "$(states | cut -d ' ' -f 1)" != done:1 ] || break
	sleep 0.1
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is "$status $(states | cut -d ' ' -f 1)" '143 done:1' '--watch sends what another recorded'

[ "${FAULTS-}" = yes ] || {
	skip 'crashes' 'needs --enable-faults'
	done_testing
	exit
}

count=$(github_state '.events | length')
fault() {
	LOCKSTEP_FAULT=$1
	export LOCKSTEP_FAULT
	shift
	exits "$@"
	unset LOCKSTEP_FAULT
}

fault kill-before-commit 137 'killed before the commit' emit before
is "$(lockstep dispatch --list --json | jq 'map(select(.event)) | length')" 4 'there is no event'
is "$(lockstep dispatch)" 'nothing to deliver' 'and nothing to send'
fault sql-commit 3 'a full disk at the commit' emit full
is "$(lockstep dispatch)" 'nothing to deliver' 'is told, and nothing is sent'
is "$(github_state '.events | length')" "$count" 'indeed nothing'

fault kill-after-commit 137 'killed after the commit' emit after
is "$(states | cut -d ' ' -f 1)" 'pending:0' 'the event is there'
exits 0 'the next run' lockstep dispatch
is "$(github_state '.events | length')" $((count + 1)) 'delivers it, once'

fault kill-after-send 137 'killed after sending' emit twice
is "$(states | cut -d ' ' -f 1)" 'inflight:0' 'nobody knows how it went'
exits 0 'the next run does not wait for the lease of the dead' lockstep dispatch
is "$(github_state '[.events[].client_payload | select(.changed[0].tag == "twice").id] | (length, (unique | length))' | tr '\n' ' ')" \
	'2 1 ' 'it was told twice, with one id'
is "$(states | cut -d ' ' -f 1)" 'done:2' 'and is done'
# Of a sender on another machine nothing is known: its lease has to end.
sqlite3 "$LOCKSTEP_STATE/lockstep.db" "UPDATE delivery SET state = 'inflight', lease_owner = 'elsewhere/pid:[1]/1',
	lease_until_ms = $(((dispatch_now + 60) * 1000)) WHERE event_seq = (SELECT max(seq) FROM event)"
exits 75 'a lease of another machine' lockstep dispatch
exits 0 'when it has ended' at 61 lockstep dispatch
done_testing
