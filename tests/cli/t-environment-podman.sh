#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment-podman.sh: t-environment.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-environment.sh
. "${top_srcdir:?}/tests/cli/t-environment.sh"
