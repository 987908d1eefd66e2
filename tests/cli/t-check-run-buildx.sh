#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-run-buildx.sh: t-check-run.sh with buildx, whose images come back as layouts and are run by podman.
BUILDER=buildx
# shellcheck source=tests/cli/t-check-run.sh
. "${top_srcdir:?}/tests/cli/t-check-run.sh"
