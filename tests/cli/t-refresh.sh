#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh.sh: `refresh:` builds an image again when its period ends, each at a day of its own.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/graph.sh
. "$top_srcdir/tests/lib/graph.sh"

graph_write() {
	mkdir base x
	cat >lockstep.yaml <<-'YAML'
		version: 1
		registry: localhost/r
		images:
		  daily: { context: x, refresh: 1d }
		  weekly: { context: x, refresh: 7d }
		  fortnightly: { context: x, refresh: 2w }
		  never: { context: x }
	YAML
	printf 'FROM scratch\nCOPY f /f\n' >x/Dockerfile
	echo f >x/f
}
graph_open

day=86400000
start=$((20000 * day))
# at DAY [MS]: that many days, and milliseconds, after the start.
at() {
	LOCKSTEP_CLOCK=$((start + $1 * day + ${2:-0}))
	export LOCKSTEP_CLOCK
}
due() {
	lockstep inputs "$1" --json | jq -r '.inputs[] | select(.kind == "refresh") | .due'
}
# days_until IMAGE: from the start to its next refresh.
days_until() {
	echo $((($(date -u -d "$(due "$1")" +%s) * 1000 - start) / day))
}

at 0
rebuilds 'daily fortnightly never weekly' 'the first build'
rebuilds '' 'nothing is due on the same day'
at 0 $((day - 1))
rebuilds '' 'nor in its last millisecond'
at 0
is "$(days_until daily)" 1 'a daily refresh is due tomorrow'
week=$(days_until weekly)
fortnight=$(days_until fortnightly)
ok 'a weekly one within a week' test "$week" -ge 1 -a "$week" -le 7
ok 'one of two weeks within these' test "$fortnight" -ge 1 -a "$fortnight" -le 14
TZ=UTC
export TZ
is "$(lockstep inputs daily | sed -n 's/^refresh  *//p')" 'every 1d  next 2024-10-05 00:00' 'inputs tells it to people, too'
is "$(lockstep inputs never | grep -c refresh)" 0 'and nothing of an image that has none'

at 1
rebuilds 'daily' 'the day after'
like "$(lockstep why daily)" '*because daily refresh*' 'and why: daily refresh'
at $((week - 1)) $((day - 1))
is "$(lockstep plan weekly --json | jq -r '.images[0].state')" 'up to date' 'before the week is over'
at "$week"
is "$(lockstep plan weekly --json | jq -r '.images[0].state')" build 'when it is over'
is "$(lockstep plan weekly --json --frozen | jq -r '.images[0].state')" 'up to date' 'but not with --frozen'
rebuilds '' 'nor is it built' weekly --frozen
rebuilds weekly 'without it, it is' weekly
like "$(lockstep why weekly)" '*because weekly refresh*' 'and why: weekly refresh'
at $((week + 6))
is "$(lockstep plan weekly --json | jq -r '.images[0].state')" 'up to date' 'then for a week it is not'
at $((week + 7))
is "$(lockstep plan weekly --json | jq -r '.images[0].state')" build 'and after that it is'
is "$(lockstep plan fortnightly --json | jq -r '.images[0].state')" "$([ $((week + 7)) -ge "$fortnight" ] && echo build || echo 'up to date')" \
	'each in its own time'

# A new period is asked for: the old one says nothing about it.
sed -i 's/refresh: 1d/refresh: 3d/' lockstep.yaml
is "$(lockstep plan daily --frozen --json | jq -r '.images[0].reasons[].kind' | sort -u)" refresh 'another period is another input'

# Not all on one day.
{
	printf 'version: 1\nimages:\n'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		printf '  image-%d: { context: x, refresh: 7d }\n' "$i"
	done
} >many.yaml
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	lockstep inputs "image-$i" --graph many.yaml --json | jq -r '.inputs[] | select(.kind == "refresh") | .due'
done | sort -u >"$OUT"
ok 'twelve images refresh on at least four days' test "$(wc -l <"$OUT")" -ge 4
done_testing
