#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id-podman.sh: t-tree-id.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-tree-id.sh
. "${top_srcdir:?}/tests/cli/t-tree-id.sh"
