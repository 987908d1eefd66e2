#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard-docker.sh: t-guard.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-guard.sh
. "${top_srcdir:?}/tests/cli/t-guard.sh"
