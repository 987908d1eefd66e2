#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-podman-service.sh: t-check.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-check.sh
. "${top_srcdir:?}/tests/cli/t-check.sh"
