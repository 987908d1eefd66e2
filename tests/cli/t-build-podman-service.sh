#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-build-podman-service.sh: t-build.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-build.sh
. "${top_srcdir:?}/tests/cli/t-build.sh"
