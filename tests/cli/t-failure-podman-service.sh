#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-failure-podman-service.sh: t-failure.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-failure.sh
. "${top_srcdir:?}/tests/cli/t-failure.sh"
