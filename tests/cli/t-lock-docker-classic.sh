#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock-docker-classic.sh: t-lock.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-lock.sh
. "${top_srcdir:?}/tests/cli/t-lock.sh"
