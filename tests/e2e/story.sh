#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# story.sh: one day in three repositories, from the fused pod of old to a fourth image, with real parts: builds, a registry,
# bare git repositories, workflows that events start, pods, a browser. Beside it the same day with a matrix and sed.
#
# STORY_SHOW=yes tells it to a visitor (scripts/demo --story). BASE_TAR: where scripts/lib/make-debian-base has made a
# root file system, or shall; to save its half a minute.
#
# limit: 1800 s
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
for tool in buildah podman docker-registry mmdebstrap git jq curl python3 dpkg-deb; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
# The one of Ubuntu is a snap, which sees no folder of ours.
CHROMIUM=$(command -v chromium || :)
case $(readlink -f "${CHROMIUM:-/}") in *snap*) CHROMIUM= ;; esac
for lib in scripts/lib/env.sh scripts/lib/registry.sh tests/lib/github.sh tests/lib/contract.sh tests/lib/actions.sh \
	tests/e2e/story/play.sh tests/e2e/story/old.sh tests/e2e/story/acts.sh tests/e2e/story/troubles.sh; do
	# shellcheck source=/dev/null
	. "$top_srcdir/$lib"
done
# shellcheck disable=SC2154 # assigned in the line itself
trap 'status=$?; play_close; exit $status' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
play_open
old_open
for act in 1 2 3 4 5 6 7 8 9 10 11; do
	"act_$act"
done
done_testing
