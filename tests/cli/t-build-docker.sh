#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build-docker.sh: t-build.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-build.sh
. "${top_srcdir:?}/tests/cli/t-build.sh"
