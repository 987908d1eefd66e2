#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote-docker.sh: t-remote.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-remote.sh
. "${top_srcdir:?}/tests/cli/t-remote.sh"
