#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id-docker.sh: t-tree-id.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-tree-id.sh
. "${top_srcdir:?}/tests/cli/t-tree-id.sh"
