#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc-podman.sh: t-gc.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-gc.sh
. "${top_srcdir:?}/tests/cli/t-gc.sh"
