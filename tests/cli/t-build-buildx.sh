#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build-buildx.sh: t-build.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-build.sh
. "${top_srcdir:?}/tests/cli/t-build.sh"
