#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce.sh: two builds of one image, with a real builder; and what is no record.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"
graph_open

# What a second build comes to, and how the history tells of a RUN.
same=0 run='/bin/sh*' created=
case $BUILDER in
docker) same=4 run='RUN /bin/busybox sh -c ' ;;
docker-classic) same=4 run='/bin/busybox sh -c ' ;;
podman-service) same=4 ;;
buildx)
	run='RUN /bin/busybox sh -c '
	# With BuildKit before 0.13.
	! lockstep doctor | grep -q '^ok   times ' || same=4
	;;
esac
# Whether files have the times of the build.
timed=$same
[ "$BUILDER" != podman-service ] || timed=0
case $BUILDER in docker*)
	created='
  config created: "*", "*"; the builder writes the time of the build*'
	;;
esac
# The layer with other content is the first that differs, unless the times of those before it do.
case $timed in
0) first='is the first that differs' times='' ;;
*) first='differs' times=', time' ;;
esac

# reproduce WANT NAME ARG...: the exit status; $OUT is what was printed, $OUT.err what was said
reproduce() {
	want=$1
	name=$2
	shift 2
	status=0
	lockstep reproduce "$@" >"$OUT" 2>"$OUT.err" || status=$?
	is "$status" "$want" "$name"
	[ "$status" = "$want" ] || diag "$(cat "$OUT" "$OUT.err")"
}

reproduce $same 'a new state folder: what the image stands on is built first' --twice leaf
if [ $same = 0 ]; then
	like "$(cat "$OUT")" 'leaf: reproduced: twice sha256:*, key *' 'both are one image'
else
	like "$(cat "$OUT")" "leaf: not reproducible: first it was sha256:*, and now sha256:*$created
  a container of either sees the same: only times, history or layers differ" 'both hold the same, built at two times'
fi
is "$(lockstep history --json | jq '[.. | objects | select(.image? == "leaf")] | length')" '0' 'no build of it is in the history'
like "$(lockstep plan leaf)" '*leaf*build*' 'and no plan takes it for built'
lockstep build >/dev/null 2>&1
lockstep plan --json >"$OUT.before"
reproduce $same 'an image that is built' --twice --json leaf
if [ $same = 0 ]; then
	is "$(jq -r '"\(.image) \(.reproduced) \(.first == .second) \(.commit)"' "$OUT")" 'leaf true true null' 'as JSON'
	is "$(jq -r .first "$OUT")" "$(jq -r '.images[] | select(.image == "leaf") | .image_id' "$OUT.before")" 'it is the image of the build'
else
	is "$(jq -r '"\(.image) \(.reproduced) \(.first == .second) \(.commit) \(.same_content)"' "$OUT")" \
		'leaf false false null true' 'as JSON'
	[ $timed = 0 ] && differ='[]' || differ='["time"]'
	is "$(jq -c '[.layers[].paths[].differs[]] | unique' "$OUT")" "$differ" 'of the files, at most the times differ'
fi
is "$(lockstep plan --json | jq -S 'del(.. | .expected_ms?)')" "$(jq -S 'del(.. | .expected_ms?)' "$OUT.before")" 'the plan is as it was'

# --- what differs
cat >>lone/Dockerfile <<-'DF'
	COPY --from=localhost/t/base:x /bin/busybox /bin/busybox
	ENV PATH=/bin
	RUN ["/bin/busybox", "sh", "-c", "echo the same >/still"]
	RUN ["/bin/busybox", "sh", "-c", "date +%s >/stamp; mkdir -p /var/log; date >/var/log/dpkg.log"]
DF
reproduce 4 'a RUN that writes the time' --twice lone
like "$(cat "$OUT")" '*lone: not reproducible: first it was sha256:*, and now sha256:*
*layer * of * '"$first: *$run"'date +%s*
    /stamp: content'"$times"'
    /var/log/dpkg.log: content'"$times"'; a log with times*' 'names layer, command, files, and the known cause'
if [ $timed = 0 ]; then
	is "$(grep -c /still "$OUT" || :)" '0' 'and no file that is the same'
else
	like "$(grep /still "$OUT")" "* differs: ${run}echo the same*
    /still: time" 'and of a file that is the same, its time'
fi
like "$(cat "$OUT.err")" "*'lone' is not reproducible*" 'said as an error, too'
reproduce 4 'as JSON' --twice --json lone
if [ $timed = 0 ]; then
	is "$(jq -c '[.layers[] | .count, .order, (.paths[] | [.path, .differs[0], .first.type, (.cause != null)])]' "$OUT")" \
		'[2,false,["/stamp","content","file",false],["/var/log/dpkg.log","content","file",true]]' 'the same in JSON'
else
	is "$(jq -c '[.layers[].paths[] | select(.differs[0] != "time") | [.path, .differs, .first.type, (.cause != null)]]' "$OUT")" \
		'[["/stamp",["content","time"],"file",false],["/var/log/dpkg.log",["content","time"],"file",true]]' 'the same in JSON'
fi
is "$(jq -r '"\(.reproduced) \(.same_content) \(.layers[-1].paths[0].first.digest != .layers[-1].paths[0].second.digest)"' "$OUT")" \
	'false false true' 'with the digests of both'
sed -i '/date/d' lone/Dockerfile
cat >>lone/Dockerfile <<-'DF'
	RUN ["/bin/busybox", "sh", "-c", "date >/new-$(date +%s); touch /x; chmod $(($(date +%s) / 2 % 2 * 100 + 644)) /x"]
DF
reproduce 4 'a name with the time in it' --twice lone
like "$(cat "$OUT")" '*/new-*: only in the first*/new-*: only in the second*' 'is told from both sides'

# --- failures
sed -i '/new-/d' lone/Dockerfile
echo 'RUN ["/bin/busybox", "sh", "-c", "echo that went wrong; exit 3"]' >>lone/Dockerfile
reproduce 1 'a build that fails' --twice lone
like "$(cat "$OUT.err")" '*lone/Dockerfile:6: *
*the whole output: *reproduce.log*' 'says where, and where its output is'
like "$(cat "$LOCKSTEP_STATE/logs/reproduce.log")" '*that went wrong*' 'which is there'
is "$(find "$LOCKSTEP_STATE/stage" 2>/dev/null)" '' 'nothing staged is left'
sed -i 's/exit 3/sleep 60/' lone/Dockerfile
rm "$LOCKSTEP_STATE/logs/reproduce.log"
"$LOCKSTEP" reproduce --twice lone >"$OUT" 2>"$OUT.err" &
pid=$!
for _ in $(seq 100); do
	grep -qs 'went wrong' "$LOCKSTEP_STATE/logs/reproduce.log" && break
	sleep 0.1
done
kill -TERM $pid
status=0
wait $pid || status=$?
is "$status" '143' 'a signal ends it'
is "$(find "$LOCKSTEP_STATE/stage" 2>/dev/null)" '' 'and nothing staged is left'
git checkout -q lone

# --- usage
reproduce 2 'no image' --twice
reproduce 2 'no such image' --twice lonely
reproduce 2 'two builds here are about no image of then' --twice lone@latest
reproduce 2 'nothing behind the @' lone@
reproduce 75 'a registry that does not answer' lone
printf '{}' >record
reproduce 2 'what is no record' --record record
like "$(cat "$OUT.err")" "record: schema: is no text*" 'says so'
reproduce 3 'a record that is not there' --record nothing
done_testing
