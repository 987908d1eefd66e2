#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-run-podman.sh: t-check-run.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-check-run.sh
. "${top_srcdir:?}/tests/cli/t-check-run.sh"
