#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure-docker-classic.sh: t-failure.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-failure.sh
. "${top_srcdir:?}/tests/cli/t-failure.sh"
