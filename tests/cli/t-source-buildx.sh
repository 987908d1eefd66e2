#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source-buildx.sh: t-source.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-source.sh
. "${top_srcdir:?}/tests/cli/t-source.sh"
