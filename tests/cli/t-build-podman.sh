#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build-podman.sh: t-build.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-build.sh
. "${top_srcdir:?}/tests/cli/t-build.sh"
