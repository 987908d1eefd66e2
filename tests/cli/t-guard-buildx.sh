#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard-buildx.sh: t-guard.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-guard.sh
. "${top_srcdir:?}/tests/cli/t-guard.sh"
