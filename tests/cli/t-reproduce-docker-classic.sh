#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce-docker-classic.sh: t-reproduce.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-reproduce.sh
. "${top_srcdir:?}/tests/cli/t-reproduce.sh"
