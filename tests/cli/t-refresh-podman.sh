#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh-podman.sh: t-refresh.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-refresh.sh
. "${top_srcdir:?}/tests/cli/t-refresh.sh"
