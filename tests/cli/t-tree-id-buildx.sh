#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id-buildx.sh: t-tree-id.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-tree-id.sh
. "${top_srcdir:?}/tests/cli/t-tree-id.sh"
