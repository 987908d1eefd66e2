#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft-buildx.sh: t-soft.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-soft.sh
. "${top_srcdir:?}/tests/cli/t-soft.sh"
