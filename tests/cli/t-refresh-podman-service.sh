#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-refresh-podman-service.sh: t-refresh.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-refresh.sh
. "${top_srcdir:?}/tests/cli/t-refresh.sh"
