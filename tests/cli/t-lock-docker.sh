#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock-docker.sh: t-lock.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-lock.sh
. "${top_srcdir:?}/tests/cli/t-lock.sh"
