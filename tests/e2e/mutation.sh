#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mutation.sh: a part of scripts/mutation with a fixed seed: keys and images move together, for every builder here; and
# the suite is not blind.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

[ "$(id -u)" = 0 ] || skip_all 'layers can be read by root only'
command -v buildah >/dev/null || skip_all 'no buildah'
command -v busybox >/dev/null || skip_all 'no busybox'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# suite NAME BUILDER OPTION...: its verdicts are in $tmp/NAME.
suite() {
	suite_name=$1
	shift
	suite_status=0
	"$top_srcdir/scripts/mutation" "$@" >"$tmp/$suite_name" 2>"$tmp/err" || suite_status=$?
}

# verdict NAME KIND: how many
verdict() {
	sed -n '/^{$/,$p' "$tmp/$1" | jq -r ".verdicts[\"$2\"] // 0"
}

suite buildah buildah --every 3 --mutants 2 --random 3 --warm
is "$suite_status" 0 "buildah: sound, faithful, and never stale with a warm cache: $(verdict buildah moved) moved, \
$(verdict buildah kept) kept, $(verdict buildah imprecise) needless"
[ "$suite_status" = 0 ] || diag "$(tail -n 100 "$tmp/buildah" "$tmp/err")"

for builder in docker docker-classic buildx; do
	suite "$builder" "$builder" --every 9 --mutants 2
	if [ "$suite_status" = 3 ]; then
		skip "$builder" "$(tail -n 1 "$tmp/err")"
		continue
	fi
	is "$suite_status" 0 "$builder: sound and faithful: $(verdict "$builder" moved) moved, $(verdict "$builder" kept) kept"
	[ "$suite_status" = 0 ] || diag "$(tail -n 100 "$tmp/$builder" "$tmp/err")"
done

# What its service makes of a key is compared with what buildah's code makes without it.
suite podman-service podman-service --every 9 --mutants 2 --warm
if [ "$suite_status" = 3 ]; then
	skip podman-service "$(tail -n 1 "$tmp/err")"
else
	is "$suite_status" 0 "podman-service: sound and faithful: $(verdict podman-service moved) moved, \
$(verdict podman-service kept) kept"
	[ "$suite_status" = 0 ] || diag "$(tail -n 100 "$tmp/podman-service" "$tmp/err")"
fi

suite blind buildah --blind file --only 'plain: byte' plain
is "$suite_status" 1 'a key without files is found out'
like "$(cat "$tmp/blind")" '*unsound: plain: byte*' 'and by which change'
if [ "$suite_status" != 1 ]; then
	diag "$(tail -n 100 "$tmp/blind" "$tmp/err")"
fi
done_testing
