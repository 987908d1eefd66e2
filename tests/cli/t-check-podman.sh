#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-podman.sh: t-check.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-check.sh
. "${top_srcdir:?}/tests/cli/t-check.sh"
