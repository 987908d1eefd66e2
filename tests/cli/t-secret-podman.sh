#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret-podman.sh: t-secret.sh with podman.
BUILDER=podman
# shellcheck source=tests/cli/t-secret.sh
. "${top_srcdir:?}/tests/cli/t-secret.sh"
