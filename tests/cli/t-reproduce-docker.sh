#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce-docker.sh: t-reproduce.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-reproduce.sh
. "${top_srcdir:?}/tests/cli/t-reproduce.sh"
