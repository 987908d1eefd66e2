#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft-docker.sh: t-soft.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-soft.sh
. "${top_srcdir:?}/tests/cli/t-soft.sh"
