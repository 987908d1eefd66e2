#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc-docker-classic.sh: t-gc.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-gc.sh
. "${top_srcdir:?}/tests/cli/t-gc.sh"
