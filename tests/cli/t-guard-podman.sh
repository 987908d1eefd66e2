#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard-podman.sh: t-guard.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-guard.sh
. "${top_srcdir:?}/tests/cli/t-guard.sh"
