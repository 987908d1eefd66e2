#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce-buildx.sh: t-reproduce.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-reproduce.sh
. "${top_srcdir:?}/tests/cli/t-reproduce.sh"
