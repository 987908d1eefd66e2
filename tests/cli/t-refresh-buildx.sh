#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh-buildx.sh: t-refresh.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-refresh.sh
. "${top_srcdir:?}/tests/cli/t-refresh.sh"
