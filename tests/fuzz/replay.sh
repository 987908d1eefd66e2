#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# replay.sh: every fuzz target takes every file of its committed corpus (tests/fuzz/corpus/TARGET/).
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

[ -n "${FUZZ_PROGRAMS-}" ] || skip_all 'there is no fuzz target yet'
for program in $FUZZ_PROGRAMS; do
	name=${program##*/}
	corpus=$top_srcdir/tests/fuzz/corpus/$name
	if [ -d "$corpus" ]; then
		ok "$name: corpus" "${top_builddir:?}/$program" "$corpus"/*
	else
		fail "$name: corpus" "'tests/fuzz/corpus/$name' is missing: commit a few small inputs"
	fi
done
done_testing
