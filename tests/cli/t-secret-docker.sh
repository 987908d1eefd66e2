#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret-docker.sh: t-secret.sh with docker.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-secret.sh
. "${top_srcdir:?}/tests/cli/t-secret.sh"
