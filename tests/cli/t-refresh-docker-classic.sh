#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh-docker-classic.sh: t-refresh.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-refresh.sh
. "${top_srcdir:?}/tests/cli/t-refresh.sh"
