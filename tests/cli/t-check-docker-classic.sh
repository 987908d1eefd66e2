#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-docker-classic.sh: t-check.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-check.sh
. "${top_srcdir:?}/tests/cli/t-check.sh"
