#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc-buildx.sh: t-gc.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-gc.sh
. "${top_srcdir:?}/tests/cli/t-gc.sh"
