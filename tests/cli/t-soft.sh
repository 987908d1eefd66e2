#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft.sh: a soft image that fails keeps its last good one, for its children too; where there is none, it fails.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open
sed -i 's/left: { context: left }/left: { context: left, soft: true, checks: [ { file: \/left.txt, not-contains: bad } ] }/' lockstep.yaml

states() {
	jq -r '[.images[] | "\(.image)=\(.state)"] | sort | join(" ")' "$OUT"
}
# build WANT NAME [ARG...]
build() {
	want=$1
	name=$2
	shift 2
	status=0
	lockstep build --json "$@" >"$OUT" 2>"$OUT.err" || status=$?
	is "$status: $(states)" "$want" "$name"
}
# of IMAGE FIELD: in the last report
of() {
	jq -r ".images[] | select(.image == \"$1\") | $2" "$OUT"
}

# --- never built
printf 'RUN ["/bin/busybox", "false"]\n' >>left/Dockerfile
build '1: base=built leaf=skipped left=failed lone=built right=built' 'without a good image it fails as any other' -k --allow-soft
git checkout -q -- left
build '0: base=up to date leaf=built left=built lone=up to date right=up to date' 'then it is built'
good=$(of left .image_id)
leaf=$(of leaf .image_id)

# --- its build fails, and a child has changed as well
printf 'RUN ["/bin/busybox", "false"]\n' >>left/Dockerfile
echo 'ENV MORE=1' >>leaf/Dockerfile
build '1: base=up to date leaf=built left=degraded lone=up to date right=up to date' 'a failing build leaves the last good one, and the others go on'
is "$(of left .image_id)" "$good" 'which is the one before'
is "$([ "$(of leaf .image_id)" != "$leaf" ] && echo new)" new 'the child is built on it'
is "$(jq .degraded "$OUT")" 1 'the report counts it'
like "$(of left .message)" 'left/Dockerfile:*' 'and says why'
like "$(cat "$OUT.err")" "*lockstep: degraded: 'left' stays as last built*--allow-soft*" 'the end names it'
leaf=$(of leaf .image_id)
build '0: base=up to date leaf=up to date left=degraded lone=up to date right=up to date' '--allow-soft takes that for success' --allow-soft
is "$(of leaf .image_id)" "$leaf" 'and builds nothing on it again'
exits 1 'as text' lockstep build
like "$tap_out" '*left is degraded: it stays at sha256:*1 degraded*' 'says so too'
like "$(lockstep history -n 1)" '*failed*left * failed: left/Dockerfile:*' 'history has the attempt and its message'
like "$(lockstep why left)" '*failed*' 'so has why'

# --- it heals
sed -i '$d' left/Dockerfile
echo better >left/left.txt
build '0: base=up to date leaf=built left=built lone=up to date right=up to date' 'the next good build is its own'
good=$(of left .image_id)

# --- its check fails
echo bad >left/left.txt
build '1: base=up to date leaf=up to date left=degraded lone=up to date right=up to date' 'a failing check leaves it as well'
is "$(of left .image_id)" "$good" 'at the last one that passed'
build '1: base=up to date leaf=up to date left=degraded lone=up to date right=up to date' 'without --keep-going too' -j 1

# --- a hard one does not
sed -i 's/, soft: true//' lockstep.yaml
build '1: base=up to date leaf=skipped left=failed lone=up to date right=up to date' 'an image that is not soft fails' -k
done_testing
