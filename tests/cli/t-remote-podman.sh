#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote-podman.sh: t-remote.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-remote.sh
. "${top_srcdir:?}/tests/cli/t-remote.sh"
