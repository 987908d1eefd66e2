#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure-buildx.sh: t-failure.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-failure.sh
. "${top_srcdir:?}/tests/cli/t-failure.sh"
