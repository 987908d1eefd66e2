#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id-docker-classic.sh: t-tree-id.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-tree-id.sh
. "${top_srcdir:?}/tests/cli/t-tree-id.sh"
