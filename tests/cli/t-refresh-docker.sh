#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh-docker.sh: t-refresh.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-refresh.sh
. "${top_srcdir:?}/tests/cli/t-refresh.sh"
