#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-buildx.sh: t-check.sh with buildx, whose images come back as layouts.
BUILDER=buildx
# shellcheck source=tests/cli/t-check.sh
. "${top_srcdir:?}/tests/cli/t-check.sh"
