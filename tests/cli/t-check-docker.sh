#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-docker.sh: t-check.sh with docker, whose engine saves the images that are looked into.
BUILDER=docker
export DOCKERD_BRIDGE=yes
# shellcheck source=tests/cli/t-check.sh
. "${top_srcdir:?}/tests/cli/t-check.sh"
