#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc.sh: what gc removes and what it keeps, in a real storage.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_open
unset CI
state=$LOCKSTEP_STATE

# n KIND: what the last gc --json removed of it.
n() {
	jq -r --arg kind "$1" '.kinds[$kind].removed' "$OUT"
}
# images: how many are in our storage.
images() {
	case $BUILDER in
	docker* | podman-service) "$DOCKER" images -q 'lockstep.invalid/id' | wc -l ;;
	buildx) find "$state/oci/images" -mindepth 1 -maxdepth 1 | wc -l ;;
	*) jq length "$state/storage/$ENV_DRIVER-images/images.json" ;;
	esac
}
# gc [ARG...]
gc() {
	lockstep gc --json "$@" >"$OUT" || fail "gc $*" "$(cat "$OUT")"
}
runs() {
	lockstep history --json | jq -r '[.[].run] | join(" ")'
}

lockstep build >/dev/null 2>&1
first=$(lockstep plan lone --json | jq -r '.images[0].image_id')
for text in two three four; do
	echo $text >lone/file
	lockstep build >/dev/null 2>&1
done
last=$(lockstep plan lone --json | jq -r '.images[0].image_id')
is "$(runs)" '4 3 2 1' 'four runs'
before=$(images)

gc
is "$(n runs) $(n logs) $(n images) $(n leftovers)" '0 0 0 0' 'nothing is old'
is "$(images) $(runs)" "$before 4 3 2 1" 'so all is there'

# What killed runs left.
mkdir -p "$state/stage/1" "$state/tmp" "$state/downloads" "$state/git/0123456789abcdef.git" "$state/logs/77"
echo x >"$state/stage/1/left"
echo x >"$state/tmp/left"
echo x >"$state/logs/77/of-no-run.log"
echo x >"$state/downloads/$(printf x | sha256sum | cut -d' ' -f1)"
echo x >"$state/downloads/.part-new"
echo x >"$state/downloads/.part-old"
touch -d '3 days ago' "$state/downloads/.part-old"
gc --dry-run
is "$(n logs) $(n downloads) $(n 'git repositories') $(n leftovers)" '1 0 0 3' 'leftovers are found, and what is young is not old'
is "$(jq -r '.dry_run, (.bytes > 0)' "$OUT")" 'true
true' 'with their bytes'
ok 'and nothing was removed' test -e "$state/stage/1/left" -a -e "$state/logs/77" -a -e "$state/downloads/.part-old"
gc
is "$(n logs) $(n leftovers)" '1 3' 'they go'
ok 'all of them, but not what may be under way' test ! -e "$state/stage/1" -a ! -e "$state/tmp/left" -a ! -e "$state/logs/77" \
	-a ! -e "$state/downloads/.part-old" -a -e "$state/downloads/.part-new"

# Age: with no time and one run to keep.
gc --keep 0d --keep-runs 1 --dry-run
is "$(n runs) $(n logs) $(n downloads) $(n 'git repositories')" '2 2 1 1' 'runs that built no image last, and what nothing names'
gone=$(n images)
is "$([ "$gone" -ge 2 ] && echo yes)" yes "images of those runs ($gone)"
is "$(images) $(runs)" "$before 4 3 2 1" 'a dry run removes nothing'
gc --keep 0d --keep-runs 1
is "$(n images)" "$gone" 'the same goes'
case $BUILDER in
docker* | podman-service) ;;
*) is "$(jq '.kinds.images.bytes > 0' "$OUT")" true 'with what their layers took' ;;
esac
is "$(runs)" '4 1' 'the last run stays, and the one that built the others'
is "$(ls "$state/logs")" '1
4' 'with their logs'
is "$(images)" "$((before - gone))" 'images are gone from the storage'
like "$(lockstep history)" '*runs up to 3: forgotten by *' 'history says what was forgotten'
like "$(lockstep why lone)" '*because lone/file changed*' 'why explains as before'
rebuilds '' 'nothing has to be built'
is "$(lockstep plan lone --json | jq -r '.images[0].image_id')" "$last" 'the last image is what it was'
ok 'and is whole' lockstep stage lone --into "$graph_dir/staged"

# The first run built what is current, so its own image of lone stays; that of another run comes back by a build.
echo two >lone/file
rebuilds lone 'what was removed is built again'
like "$(lockstep why lone)" '*is no longer in the storage*' 'and why says so'
echo lone >lone/file
is "$(lockstep plan lone --json | jq -r '.images[0].image_id // .images[0].state')" "$first" 'a run that stays keeps its images'

# What the graph uses now stays even if its run is old: lone is what run 1 made.
gc --keep 0d --keep-runs 1
is "$(lockstep plan --json | jq -r '[.images[].state] | unique | join(" ")')" 'up to date' 'and so does what is up to date now'

# The layer cache of what stays is of use.
sed -i 's/^RUN.*count.*/&\nRUN ["\/bin\/busybox", "true"]/' right/Dockerfile
rebuilds right 'a build after gc'

# A soft image that fails keeps its last good one, however old.
sed -i 's/lone: {/lone: { soft: true, /' lockstep.yaml
cp lone/Dockerfile "$graph_dir/lone"
echo 'RUN ["/nothing"]' >>lone/Dockerfile
for _ in 1 2; do
	lockstep build --allow-soft >/dev/null 2>&1 || :
done
gc --keep 0d --keep-runs 1
lockstep build --allow-soft --json >"$OUT" 2>/dev/null || :
is "$(jq -r '.images[] | select(.image == "lone") | .state' "$OUT")" degraded 'the last good image of a soft one is still there'
cp "$graph_dir/lone" lone/Dockerfile

# Who builds is waited for.
mkfifo "$graph_dir/hold"
flock "$state/lock" cat "$graph_dir/hold" >/dev/null &
holder=$!
sleep 0.3
"$LOCKSTEP" gc --json >"$OUT" 2>"$OUT.err" &
waiter=$!
for _ in $(seq 100); do
	! grep -q 'waiting for another lockstep' "$OUT.err" || break
	sleep 0.1
done
like "$(cat "$OUT.err")" '*waiting for another lockstep*' 'gc waits for who holds the lock'
is "$(wc -c <"$OUT")" 0 'and does nothing meanwhile'
echo go >"$graph_dir/hold"
wait "$holder"
waited=0
wait "$waiter" || waited=$?
is "$waited" 0 'then it goes on'

exits 2 'a duration that is none' lockstep gc --keep soon
like "$tap_out" "*--keep 'soon': write days or hours, as 30d*" 'is told'
exits 2 'an argument' lockstep gc lone
done_testing
