#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo.sh: scripts/demo runs the main job from beginning to end, as root or not, and checks itself as it goes.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
command -v buildah >/dev/null || skip_all 'no buildah'

exits 0 'scripts/demo' "$top_srcdir/scripts/demo"
like "$tap_out" '*run 1: 5 built, 0 up to date*nothing to do: 5 images up to date*run 2: 2 built, 3 up to date*workshop  rebuilt in run 2*changed in comments only*is no input*' \
	'it shows: cold, null, two images, a comment, why'
done_testing
