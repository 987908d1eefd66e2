#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote-docker-classic.sh: t-remote.sh with docker's classic builder.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-remote.sh
. "${top_srcdir:?}/tests/cli/t-remote.sh"
