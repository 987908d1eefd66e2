#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard-docker-classic.sh: t-guard.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-guard.sh
. "${top_srcdir:?}/tests/cli/t-guard.sh"
