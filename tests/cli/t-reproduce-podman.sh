#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce-podman.sh: t-reproduce.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-reproduce.sh
. "${top_srcdir:?}/tests/cli/t-reproduce.sh"
