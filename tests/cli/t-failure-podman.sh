#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure-podman.sh: t-failure.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-failure.sh
. "${top_srcdir:?}/tests/cli/t-failure.sh"
