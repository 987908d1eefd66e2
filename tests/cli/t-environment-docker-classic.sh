#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment-docker-classic.sh: t-environment.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-environment.sh
. "${top_srcdir:?}/tests/cli/t-environment.sh"
