#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft-docker-classic.sh: t-soft.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-soft.sh
. "${top_srcdir:?}/tests/cli/t-soft.sh"
