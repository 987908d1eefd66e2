#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock-buildx.sh: t-lock.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-lock.sh
. "${top_srcdir:?}/tests/cli/t-lock.sh"
