#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-drivers.sh: what runs the tests: a test that does not end stops what it started, and says so; what a fuzz target
# found can be repeated from the log alone.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
lib=$top_srcdir/tests/lib

dir=$(mktemp -d "${TMPDIR:-/tmp}/drivers.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# slow NAME WAIT [LINE...]: a test with a server in a session of its own, as dockerd has, that WAITs.
slow() {
	name=$1
	wait=$2
	shift 2
	{
		echo ". '$lib/tap.sh'"
		echo 'setsid sleep 300 >/dev/null 2>&1 & server=$!'
		echo "trap 'kill \$server; echo stopped >$name.stopped' EXIT"
		printf '%s\n' "$@"
		echo "echo \$server >$name.server; pass first; : >$name.ready; $wait; done_testing"
	} >"$name"
}

# alive PID: yes or no; nobody may have waited for it yet
alive() {
	case $(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) in
	'' | Z*) echo no ;;
	*) echo yes ;;
	esac
}

# run NAME: under the driver; sets said and status
run() {
	said=$("$lib/tap-run" sh "$1" 2>/dev/null) && status=0 || status=$?
}

# until_there FILE: wait for it
until_there() {
	tries=0
	while [ ! -e "$1" ] && [ $tries -lt 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
}

slow busy 'sleep 300'
TEST_TIMEOUT=2 run busy
is "$status $said" "124 ok 1 - first
Bail out! no end after 2 s" 'a test without end is ended, and told to have had none'
is "$(cat busy.stopped 2>&1) $(alive "$(cat busy.server)")" 'stopped no' 'its EXIT trap ran, and its server is gone'

slow deaf 'sleep 300 & while :; do wait; done' 'trap "" TERM'
TEST_TIMEOUT=2 TEST_GRACE=1 run deaf
is "$status $said" "137 ok 1 - first
Bail out! no end after 2 s" 'a test that does not listen is killed, and told to have had no end'
kill "$(cat deaf.server)"

slow left 'sleep 300' "sh -c 'trap \"\" TERM; echo \$\$ >child; while :; do sleep 0.1; done' &" \
	'until [ -s child ]; do sleep 0.1; done'
TEST_TIMEOUT=3 run left
is "$status $(alive "$(cat child)")" '124 no' 'a child that does not listen does not outlive its test'

slow told 'sleep 300'
"$lib/tap-run" sh told >told.out 2>/dev/null &
driver=$!
until_there told.ready
kill "$driver"
wait "$driver" && status=0 || status=$?
is "$status $(alive "$(cat told.server)") $(cat told.out)" '143 no ok 1 - first' 'who ends the driver ends the test'

# --- fuzz-report
printf 'a\000b' >crash-1
cat >fuzz-x.log <<'E2'
INFO: Running with entropic power schedule (0xFF, 100).
INFO: Seed: 17
#2	INITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb
	NEW_FUNC[1/1]: 0x1 in f x.c:1
#12	REDUCE cov: 3 ft: 4 corp: 1/1b lim: 4 exec/s: 0 rss: 30Mb L: 1/1 MS: 1 EraseBytes-
lockstep: internal error at x.c:2: n
==1== ERROR: libFuzzer: deadly signal
    #7 0x55 in bug_at src/base/mem.c:12:2
    #8 0x56 in fuzzer::Fuzzer::MutateAndTestOne() (fuzz-x+0x1) (BuildId: 00)
SUMMARY: libFuzzer: deadly signal
0x61,0x0,0x62,
artifact_prefix='./'; Test unit written to crash-1
Base64: YQBi
stat::number_of_executed_units: 12
###### Recommended dictionary. ######
"x" # Uses: 3
###### End of recommended dictionary. ######
E2
is "$("$lib/fuzz-report" fuzz-x.log ./fuzz-x)" "INFO: Seed: 17
lockstep: internal error at x.c:2: n
==1== ERROR: libFuzzer: deadly signal
    #7 0x55 in bug_at src/base/mem.c:12:2
SUMMARY: libFuzzer: deadly signal
artifact_prefix='./'; Test unit written to crash-1
base64 -d >input <<'.' && ./fuzz-x input
YQBi
." 'fuzz-report: what went wrong, where, and the input'
done_testing
