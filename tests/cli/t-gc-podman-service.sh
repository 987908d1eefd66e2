#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-gc-podman-service.sh: t-gc.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-gc.sh
. "${top_srcdir:?}/tests/cli/t-gc.sh"
