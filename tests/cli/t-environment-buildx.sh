#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment-buildx.sh: t-environment.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-environment.sh
. "${top_srcdir:?}/tests/cli/t-environment.sh"
