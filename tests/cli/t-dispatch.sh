#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-dispatch.sh: events from the outbox to a stand-in for GitHub: order, faults, repetition, by hand.
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

# -- what is told, and when
is "$(lockstep dispatch)" 'nothing to deliver' 'an empty outbox'
is "$(lockstep dispatch --list)" 'no events yet' 'and its list'
exits 0 'the first event' lockstep dispatch --emit "app:k-1@$(digest 1)" --emit "ghcr.io/o/lib@$(digest l)"
is "$(github_state '.events | map([.repository, .event_type, (.client_payload | keys)])')" \
	'[["o/r","built",["changed","group","id","images","images_sha","schema","seq","source","time"]]]' \
	'what GitHub gets'
is "$(github_state '.events[0].client_payload.images_sha')" "\"$(git rev-parse HEAD)\"" 'the flat field is the commit'
like "$(emit 1)" '*no event: these are the digests of the latest one*' 'the same digest under another tag is no event'
for tag in A B A; do
	at 1 emit $tag >/dev/null
done
is "$(told)" 'k-1  A B A' 'A, B, A is three events'
is "$(github_state '[.events[1:][].client_payload.changed[0].was.tag] | join(" ")')" '"k-1 A B"' 'with what was there before'
is "$(github_state '[.events[].client_payload.seq] | . == sort and . == unique')" true 'numbers rise'
is "$(states)" 'done:1 done:1 done:1 done:1' 'all are done'

# -- what goes wrong and passes
# later NAME FAULT [ATTEMPTS]: under that fault the event stays, and comes with the same id when it is over.
later() {
	tag=$(echo "$1" | tr -c 'a-z0-9\n' -)
	github_faults "[{\"match\": \"POST /repos/.*/dispatches\", $2}]"
	exits 75 "$1: is tried again later" emit "$tag"
	is "$(states | cut -d ' ' -f 1)" "pending:${3:-1}" "$1: an attempt is ${3:+not }lost"
	id=$(newest)
	at 100 lockstep dispatch >/dev/null
	is "$(github_state "[.events[] | select(.client_payload.id == \"$id\")] | length")" "${4:-1}" "$1: told with the same id"
	is "$(states | cut -d ' ' -f 1)" "done:$((${3:-1} + 1))" "$1: done"
}
later '502 in HTML' '"status": 502, "body": "<html>"'
later '503 with Retry-After' '"status": 503, "headers": {"Retry-After": "60"}'
later '403 with Retry-After' '"status": 403, "headers": {"Retry-After": "90"}' 0
later '429' '"status": 429' 0
later '403 with nothing left' "\"status\": 403, \"headers\": {\"X-RateLimit-Remaining\": \"0\", \"X-RateLimit-Reset\": \"$((dispatch_now + 60))\"}" 0
later 'closed before the answer' '"close": "before"'
later 'closed half way' '"close": "half", "status": 500'
later 'done, and then closed' '"close": "before", "after": true' 1 2
later 'too slow' '"slow": 4'

# Retry-After is heeded: not before.
github_faults '[{"match": "POST .*", "status": 429, "headers": {"Retry-After": "500"}}]'
exits 75 'limited' emit limited
exits 75 'before the limit is over nothing is sent' at 400 lockstep dispatch
is "$(github_state '[.events[] | select(.client_payload.changed[0].tag == "limited")] | length')" 0 'indeed'
at 600 lockstep dispatch >/dev/null
is "$(states | cut -d ' ' -f 1)" 'done:1' 'after it, it is'

# Several tries within one call.
github_faults '[{"match": "POST .*", "status": 500}]'
exits 0 '--deliver-timeout waits for the next try' lockstep dispatch --emit "app:waits@$(digest waits)" --deliver-timeout 15
is "$(states | cut -d ' ' -f 1)" 'done:2' 'which was the second'

# A newer event takes the place of one that nobody has heard.
github_faults '[{"match": "POST .*", "status": 500}]'
exits 75 'the older' emit older
exits 0 'the newer' emit newer
is "$(states | cut -d ' ' -f 1-2)" 'done:1 superseded:1' 'the older is superseded'
is "$(told | grep -c older || :)" 0 'and was never told'

# -- what a person has to see to
github_faults '[{"match": "POST .*", "status": 422, "body": "{\"message\": \"No\\u001b[2J way\"}"}]'
exits 1 '422 is final' emit refused
like "$tap_out" '*status 422: No ?2J way*' 'and says why, without its escape sequences'
is "$(states | cut -d ' ' -f 1)" 'dead:1' 'dead'
exits 0 'and is not tried again by itself' lockstep dispatch
HUB_TOKEN=ghp_reads0only exits 1 'a token that may not: GitHub says 404' emit reads
like "$tap_out" "*status 404: Not Found; the token needs 'Contents: write' on o/r*" 'and lockstep says what is missing'
exits 0 '--retry' lockstep dispatch --retry "$(newest)"
is "$(states | cut -d ' ' -f 1-2)" 'done:1 dead:1' 'the newest is done'
is "$(lockstep dispatch --drop "$(lockstep dispatch --list --json | jq -r '.[1].event')")" \
	"dropped 1 delivery of $(lockstep dispatch --list --json | jq -r '.[1].event')" '--drop'
is "$(states | cut -d ' ' -f 1-2)" 'done:1 dropped:1' 'dropped'
exits 2 'there is nothing more to drop' lockstep dispatch --drop "$(newest)"
before=$(github_state '.events | length')
exits 0 '--replay' lockstep dispatch --replay "$(newest)"
is "$(github_state '.events | length')" $((before + 1)) 'tells once more'
exits 2 'of an event that is none' lockstep dispatch --replay 01ARZ3NDEKTSV4RRFFQ69G5FAV

# -- redirects
github_faults '[{"match": "POST /repos/o/r/.*", "status": 307, "headers": {"Location": "/repos/o/moved/dispatches"}}]'
exits 0 'GitHub may send on' emit moved
is "$(github_state '.events[-1].repository')" '"o/moved"' 'there it is told'
other=http://localhost:${GITHUB##*:}
github_faults "[{\"match\": \"POST /repos/o/r/.*\", \"status\": 308, \"headers\": {\"Location\": \"$other/repos/o/r/dispatches\"}}]"
exits 1 'to another host' emit elsewhere
is "$(jq -sr '.[-1].token' "$graph_dir/github/log")" none 'the token does not go along'
github_faults '[{"match": "POST .*", "status": 301, "times": 9, "headers": {"Location": "/repos/o/r/dispatches"}}]'
exits 1 'in a circle' emit circle
is "$(jq -s '[.[-5:][].path] | unique | length' "$graph_dir/github/log")" 1 'four requests, then no more'
github_faults '[{"match": "POST .*", "status": 302, "headers": {"Location": "/x"}}]'
exits 1 'not with 302' emit found

# -- an event by hand
github_faults '[]'
sqlite3 "$LOCKSTEP_STATE/lockstep.db" 'SELECT body FROM event ORDER BY seq LIMIT 1' >event.json
before=$(github_state '.events | length')
exits 0 '--event FILE' lockstep dispatch --event event.json
# shellcheck disable=SC2016 # the inner shell's
exits 0 '--event -' sh -c 'jq . event.json | "$LOCKSTEP" dispatch --event -'
is "$(github_state ".events[$before:] | map(.client_payload.changed[0].tag) | join(\" \")")" '"k-1 k-1"' 'both arrive'
is "$(github_state ".events[$before:] | .[0] == .[1]")" true 'and are the same'
jq '.group = "other"' event.json >other.json
exits 2 'not of another group' lockstep dispatch --event other.json
jq '.id = "x" | .seq = 0' event.json >wrong.json
exits 2 'not a wrong one' lockstep dispatch --event wrong.json
like "$tap_out" "wrong.json: id: no event id: 'x'*wrong.json: seq: no number of an event*2 mistakes" 'with all that is wrong'
exits 2 'two wishes at once' lockstep dispatch --list --replay x
exits 2 'an image that the graph has not' lockstep dispatch --emit "ap@$(digest 1)"
like "$tap_out" "*did you mean 'app'?*" 'the nearest is named'
exits 2 'an image without a digest' lockstep dispatch --emit app:1
exits 2 'a digest that is none' lockstep dispatch --emit app@sha256:12
done_testing
