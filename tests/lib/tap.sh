# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# tap.sh: what a TAP script needs. Source it, assert, and end with done_testing, which prints the plan: a
# script that checks nothing fails. Every assertion that fails prints what it got and what it wanted.
#
#   . "${top_srcdir:?}/tests/lib/tap.sh"
#   is "$(cmd)" "expected" 'what is being said'
#   done_testing

tap_count=0
tap_failed=0

# Where sh is dash, the EXIT trap of a script, which stops its servers, runs only when it exits by itself.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# pass NAME, fail NAME [DIAGNOSTICS]
pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	[ -z "${2-}" ] || diag "$2"
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# skip_all REASON: end the script, having nothing to test on this machine.
skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# skip_if_quick: for scripts that start builders or servers, which LOCKSTEP_TEST_QUICK leaves out.
skip_if_quick() {
	[ -z "${LOCKSTEP_TEST_QUICK-}" ] || skip_all 'LOCKSTEP_TEST_QUICK is set'
}

diag() {
	printf '%s\n' "$1" | sed 's/^/# /'
}

# is GOT WANT NAME
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3" "got:
$1
wanted:
$2"
	fi
}

# like GOT PATTERN NAME: PATTERN is a shell pattern that the whole of GOT must match.
like() {
	# shellcheck disable=SC2254 # it is meant as a pattern
	case $1 in
	$2) pass "$3" ;;
	*) fail "$3" "got:
$1
wanted something like:
$2" ;;
	esac
}

# same_file GOT WANT NAME: byte for byte.
same_file() {
	if tap_diff=$(diff -u "$2" "$1" 2>&1); then
		pass "$3"
	else
		fail "$3" "$tap_diff"
	fi
}

# ok NAME COMMAND...: it succeeds. What it says is shown only if it does not.
ok() {
	tap_name=$1
	shift
	if tap_out=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "'$*' ended with status $?:
$tap_out"
	fi
}

# exits STATUS NAME COMMAND...: it ends with exactly this status; its output is then in $tap_out.
exits() {
	tap_want=$1
	tap_name=$2
	shift 2
	tap_got=0
	tap_out=$("$@" 2>&1) || tap_got=$?
	if [ "$tap_got" -eq "$tap_want" ]; then
		pass "$tap_name"
	else
		fail "$tap_name" "'$*' ended with status $tap_got, wanted $tap_want:
$tap_out"
	fi
}

done_testing() {
	[ "$tap_count" -gt 0 ] || fail 'the script checked nothing'
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ]
}
