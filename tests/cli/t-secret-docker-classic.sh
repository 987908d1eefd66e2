#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret-docker-classic.sh: t-secret.sh with docker's classic builder.
BUILDER=docker-classic
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-secret.sh
. "${top_srcdir:?}/tests/cli/t-secret.sh"
