#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external-docker-classic.sh: t-external.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-external.sh
. "${top_srcdir:?}/tests/cli/t-external.sh"
