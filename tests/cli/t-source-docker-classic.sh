#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source-docker-classic.sh: t-source.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-source.sh
. "${top_srcdir:?}/tests/cli/t-source.sh"
