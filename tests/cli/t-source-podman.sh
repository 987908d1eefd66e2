#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source-podman.sh: t-source.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-source.sh
. "${top_srcdir:?}/tests/cli/t-source.sh"
