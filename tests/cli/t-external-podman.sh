#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external-podman.sh: t-external.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-external.sh
. "${top_srcdir:?}/tests/cli/t-external.sh"
