#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source-docker.sh: t-source.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-source.sh
. "${top_srcdir:?}/tests/cli/t-source.sh"
