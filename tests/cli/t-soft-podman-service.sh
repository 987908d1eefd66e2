#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-soft-podman-service.sh: t-soft.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-soft.sh
. "${top_srcdir:?}/tests/cli/t-soft.sh"
