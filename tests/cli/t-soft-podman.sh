#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft-podman.sh: t-soft.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-soft.sh
. "${top_srcdir:?}/tests/cli/t-soft.sh"
