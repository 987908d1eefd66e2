# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# stage.sh: what the stages of scripts/test share. Source it; it moves into the stage's own folder.
#
# scripts/test sets top_srcdir, BUILD (an existing folder, kept from the last run) and JOBS. A stage prints TAP, or
# lines "N passed, N failed[, N skipped]", and fails with its exit status as well.

: "${top_srcdir:?}" "${BUILD:?}" "${JOBS:=2}"
cd "$BUILD" || exit 1
# Sanitizers: as strict as they get, and findings that name functions.
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1"
export UBSAN_OPTIONS="print_stacktrace=1"
export TSAN_OPTIONS="second_deadlock_stack=1"
# Settings of the person at the keyboard are no part of a test.
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS LIBS LOCKSTEP_STATE LOCKSTEP_FAULT LOCKSTEP_DEBUG

# configure_here FLAG...: configure in this folder, unless it was already done with these flags.
configure_here() {
	if [ -f Makefile ] && [ "$(cat .flags 2>/dev/null)" = "$*" ] &&
		[ -z "$(find "$top_srcdir/configure" -newer config.status)" ]; then
		return 0
	fi
	rm -f .flags
	echo "configure $*"
	if ! "$top_srcdir/configure" "$@" >configure.log 2>&1; then
		cat configure.log
		return 1
	fi
	printf '%s' "$*" >.flags
}

# make_check TARGET [VARIABLE=VALUE...]: make it, show what failed, and print the sum that scripts/test reads.
make_check() {
	status=0
	make -j"$JOBS" -k "$@" >make.log 2>&1 || status=$?
	grep -E '^(FAIL|ERROR|XPASS|SKIP):' make.log || :
	if [ $status -ne 0 ]; then
		show_failed >failed.log
		# Under --keep-going the end of the log is seldom where the trouble is.
		[ -s failed.log ] || grep -E -A 12 '(error:|undefined reference|\*\*\*)' make.log | head -n 200 >failed.log || :
		[ -s failed.log ] || tail -n 60 make.log >failed.log
		cat failed.log
	fi
	awk -v status=$status '
		/^# (PASS|XFAIL): / { passed += $3 }
		/^# (FAIL|XPASS|ERROR): / { failed += $3 }
		/^# SKIP: / { skipped += $3 }
		# The driver counts the exit status of a test that said what failed as one more error.
		/^FAIL: / { told[$2] = 1 }
		/^ERROR: .* - exited with status / && ($2 in told) { failed-- }
		END {
			if (status && !failed)
				failed = 1
			printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		}' make.log
	return $status
}

# show_failed: the logs of the tests that failed, without what passed in them.
show_failed() {
	find . -name '*.trs' | sort | while read -r trs; do
		grep -q '^:test-result: *\(FAIL\|ERROR\|XPASS\)' "$trs" || continue
		echo "--- ${trs%.trs}"
		grep -vE '^(ok|PASS)' "${trs%.trs}.log" | head -n 200
	done
}
