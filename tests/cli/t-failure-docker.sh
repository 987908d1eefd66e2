#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure-docker.sh: t-failure.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-failure.sh
. "${top_srcdir:?}/tests/cli/t-failure.sh"
