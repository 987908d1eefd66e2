#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build-docker-classic.sh: t-build.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-build.sh
. "${top_srcdir:?}/tests/cli/t-build.sh"
