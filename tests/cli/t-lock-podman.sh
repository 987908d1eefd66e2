#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock-podman.sh: t-lock.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-lock.sh
. "${top_srcdir:?}/tests/cli/t-lock.sh"
