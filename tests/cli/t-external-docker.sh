#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external-docker.sh: t-external.sh with docker.
BUILDER=docker
# shellcheck source=tests/cli/t-external.sh
. "${top_srcdir:?}/tests/cli/t-external.sh"
