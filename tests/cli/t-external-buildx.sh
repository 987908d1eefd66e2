#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external-buildx.sh: t-external.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-external.sh
. "${top_srcdir:?}/tests/cli/t-external.sh"
