#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ci-soft.sh: a soft image that fails stays as the registry has it: for its children, at the new commit, in the event.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/ci.sh
. "$top_srcdir/tests/lib/ci.sh"
# shellcheck disable=SC2119 # no more tools
ci_open
registry_start plain "$PLAY/reg"
IMAGES='flaky child solid'
mkdir flaky child solid
cp "$(command -v busybox)" flaky/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY what /what\nRUN ["/bin/busybox", "grep", "-q", "good", "/what"]\n' >flaky/Dockerfile
printf 'FROM %s/t/flaky:x\nCOPY file /file\n' "$REG_HOST" >child/Dockerfile
printf 'FROM scratch\nCOPY file /file\n' >solid/Dockerfile
echo 1 >child/file
echo 1 >solid/file
cat >lockstep.yaml <<YAML
version: 1
registry: $REG_HOST/t
images:
  flaky: { context: flaky, soft: true }
  child: { context: child }
  solid: { context: solid }
events: { group: g }
YAML
states() { jq -r '[.images[] | "\(.image)=\(.state)"] | sort | join(" ")' "$OUT"; }
last_event() {
	sqlite3 "$LOCKSTEP_STATE/lockstep.db" 'SELECT body FROM event ORDER BY seq DESC LIMIT 1' | jq -r "$1"
}

# --- never released
echo bad >flaky/what
ci_commit bad
ci_runner
ci '1: solid' 'a soft image that was never released fails as any other' --allow-soft
is "$(ci_digests latest | tr '\n' ' ')" 'flaky  child  solid  ' 'nothing is released'
echo good >flaky/what
ci_commit good
ci_runner
ci '0: child flaky' 'then it is built'
good=$(ci_digest flaky latest)

# --- it fails, and its child has changed
echo bad >flaky/what
echo 2 >child/file
ci_commit broken
ci_runner
ci '1: child' 'its failure makes the job fail'
is "$(states)" 'child=built flaky=degraded solid=up to date' 'but the child is built'
is "$(jq -r '.images[] | select(.image == "flaky").digest' "$OUT")" "$good" 'on the last good one'
like "$(cat "$OUT.err")" "*degraded: 'flaky' stays as last built*" 'which is said by name'
is "$(ci_digest flaky "$(git rev-parse HEAD)") $(ci_digest flaky latest)" "$good $good" 'it has the tag of the commit too'
is "$(last_event '[(.source.degraded | join(" ")), (.changed | map(.image) | join(" "))] | join(": ")')" \
	"$REG_HOST/t/flaky: $REG_HOST/t/child" 'the event names it as degraded, and what changed'
ci_runner
ci '0: ' 'again, with --allow-soft: nothing is built, status 0' --allow-soft
is "$(states)" 'child=up to date flaky=degraded solid=up to date' 'though it was tried'
is "$(jq .event.emitted "$OUT")" false 'and there is no event'

# --- it heals
echo 'very good' >flaky/what
ci_commit mended
ci_runner
ci '0: child flaky' 'it heals with the next good build'
is "$([ "$(ci_digest flaky latest)" != "$good" ] && echo new)" new 'and is released'
is "$(last_event '.source.degraded | length')" 0 'the event says so'
done_testing
