#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret-buildx.sh: t-secret.sh with buildx, and a BuildKit daemon of its own.
BUILDER=buildx
# shellcheck source=tests/cli/t-secret.sh
. "${top_srcdir:?}/tests/cli/t-secret.sh"
