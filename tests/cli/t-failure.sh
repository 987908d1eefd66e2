#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure.sh: images that fail, runs that are stopped or killed, two runs at once, state that is damaged.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

states() {
	jq -r '[.images[] | "\(.image)=\(.state)"] | sort | join(" ")' "$OUT"
}

# --- a failing image
printf 'RUN ["/bin/busybox", "false"]\n' >>left/Dockerfile
exits 1 'a failing RUN' sh -c "$LOCKSTEP build -k --json 2>$OUT.err >$OUT"
is "$(states)" 'base=built leaf=skipped left=failed lone=built right=built' '--keep-going builds the rest'
like "$(cat "$OUT.err")" '*left * failed*leaf * skipped*' 'progress names both'
exits 1 'again, as text' lockstep build -k
like "$tap_out" '*left/Dockerfile:4: *
    the whole output: lockstep log left*' 'the message names the line of the instruction and the log'
like "$(lockstep plan left)" '*left *build*' 'a failed image is tried again'
like "$(lockstep why left)" '*never built here*failed*' 'why tells of the attempt'
sed -i '$d' left/Dockerfile
sed -i 's/^COPY right.sh.*/COPY right.sh nosuch \/x\//' right/Dockerfile
exits 2 'a source that does not exist is told before anything is built' lockstep build
like "$tap_out" "*right/Dockerfile:3: COPY: 'nosuch' does not exist*
*" 'with its line'
git checkout -q -- right

# --- SIGINT, SIGTERM: nothing is left running, nothing half recorded
# The number is ours alone: others on this machine may run this test as well.
printf 'RUN ["/bin/busybox", "sleep", "59", "%d"]\n' $$ >>lone/Dockerfile
sed -i 's/^FROM scratch/FROM localhost\/t\/base:1/' lone/Dockerfile
# end_step: ends it where podman's service goes on with it, and lets the service find that out.
end_step() {
	pkill -KILL -f "busybox sleep 59 $$" || :
	sleep 2
}
for signal in INT TERM; do
	# A shell starts background jobs with SIGINT ignored; setsid's child has it as it should be.
	setsid env --default-signal=INT "$LOCKSTEP" build lone >"$OUT" 2>&1 &
	pid=$!
	for _ in $(seq 900); do
		pgrep -f "busybox sleep 59 $$" >/dev/null && break
		sleep 0.1
	done
	kill -"$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	want=130
	[ "$signal" = INT ] || want=143
	is "$status" "$want" "SIG$signal ends with its status"
	is "$(pgrep -f "$LOCKSTEP_STATE/(storage|stage)" || :)" '' "SIG$signal leaves nothing running"
	if [ "$BUILDER" = podman-service ]; then
		end_step
		skip 'and the step has ended' "podman's service does not end a step when its client goes"
		continue
	fi
	for _ in $(seq 100); do
		pgrep -f "busybox sleep 59 $$" >/dev/null || break
		sleep 0.1
	done
	is "$(pgrep -f "busybox sleep 59 $$" || :)" '' 'and the step has ended'
done
is "$(lockstep history --json -n 1 | jq -r '.[0].state + " " + (.[0].images | map(.image + "=" + .outcome) | join(" "))')" \
	'cancelled lone=cancelled' 'and the run is recorded as cancelled'

# --- a time limit
sed -i 's/context: lone/&, timeout: 5s/' lockstep.yaml
exits 1 'an image that takes too long' lockstep build lone
like "$tap_out" '*lone/Dockerfile:3: timed out after*' 'the message says so'
[ "$BUILDER" != podman-service ] || end_step
git checkout -q -- lone lockstep.yaml

# --- killed at a bad moment: what was finished stays
lockstep build >/dev/null 2>&1
echo changed >>base/etc/motd
sed -i "s/count\"/count; \/bin\/busybox sleep 2; : $$\"/" right/Dockerfile
setsid "$LOCKSTEP" build >"$OUT" 2>&1 &
pid=$!
for _ in $(seq 900); do
	pgrep -f "busybox sleep 2; : $$\$" >/dev/null && break
	sleep 0.1
done
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
like "$(lockstep plan base | tail -n 1)" 'nothing to do*' 'base was recorded before the kill'
pkill -KILL -f "$LOCKSTEP_STATE/(storage|stage)" || :
exits 0 'and the next run finishes' lockstep build
[ ! -e "$LOCKSTEP_STATE/storage" ] || is "$(cat "$LOCKSTEP_STATE"/storage/*-containers/*containers.json | jq -s add)" '[]' 'after clearing what the killed builder left'
is "$(find "$LOCKSTEP_STATE/tmp" "$LOCKSTEP_STATE/stage" -mindepth 1 2>/dev/null || :)" '' 'in all places'
like "$(lockstep history | grep '^run')" '*interrupted*' 'history calls the killed run interrupted'
is "$(lockstep build)" 'nothing to do: 5 images up to date' 'nothing is left to do'

# --- two at once
echo more >>base/etc/motd
"$LOCKSTEP" build --json >"$OUT.1" 2>"$OUT.1.err" &
first=$!
sleep 0.3
exits 0 'a second lockstep waits' sh -c "$LOCKSTEP build --json 2>$OUT.2.err >$OUT.2"
wait "$first"
like "$(cat "$OUT.1.err" "$OUT.2.err")" '*waiting for another lockstep (pid *' 'and says for whom'
is "$(cat "$OUT.1" "$OUT.2" | jq -s '[.[].built // 0] | add')" 4 'each image is built once'

# --- no room for what the builder makes (engines make it elsewhere)
builder=${BUILDER:-buildah}
if ! in_engine && [ "$(id -u)" = 0 ] && mkdir "$OUT.small" && mount -t tmpfs -o size=2800k none "$OUT.small" 2>/dev/null; then
	head -c 2000000 /dev/urandom >lone/big
	printf 'FROM scratch\nCOPY big /big\n' >lone/Dockerfile
	exits 3 'a full disk is no image'"'"'s fault' lockstep build lone --state "$OUT.small/state"
	# With buildx there may be no room for the database either, by then.
	like "$tap_out" "*
*$builder has no room: *no space left on device
    free some on the disk of its storage*" 'and that is said'
	git checkout -q -- lone/Dockerfile
	rm lone/big
	mount | sed -n "s:.* on \($OUT.small/[^ ]*\) type.*:\1:p" | sort -r | xargs -r umount
	umount "$OUT.small"
else
	skip 'a full disk' 'no tmpfs can be mounted'
fi

# --- several make the database at once
for i in 1 2 3 4; do
	"$LOCKSTEP" plan --state "$OUT.new" >/dev/null 2>"$OUT.$i" &
done
wait
is "$(cat "$OUT".[1234])" '' 'several that start at once in a new state folder'

# --- a damaged database, one from a newer lockstep
dd if=/dev/zero of="$LOCKSTEP_STATE/lockstep.db" bs=1000 count=20 conv=notrunc 2>/dev/null
rm -f "$LOCKSTEP_STATE"/lockstep.db-*
exits 0 'a damaged database is set aside' lockstep plan
like "$tap_out" '*database was damaged: set aside as*' 'and that is said'
sqlite3 "$LOCKSTEP_STATE/lockstep.db" 'PRAGMA user_version = 1000'
exits 3 'a database of a newer lockstep is refused' lockstep plan
like "$tap_out" '*schema version 1000, this lockstep knows*' 'with both versions'
done_testing
