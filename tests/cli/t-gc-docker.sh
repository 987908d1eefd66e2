#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc-docker.sh: t-gc.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-gc.sh
. "${top_srcdir:?}/tests/cli/t-gc.sh"
