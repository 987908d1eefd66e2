#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment-docker.sh: t-environment.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-environment.sh
. "${top_srcdir:?}/tests/cli/t-environment.sh"
