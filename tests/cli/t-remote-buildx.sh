#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote-buildx.sh: t-remote.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-remote.sh
. "${top_srcdir:?}/tests/cli/t-remote.sh"
