#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-guard-podman-service.sh: t-guard.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-guard.sh
. "${top_srcdir:?}/tests/cli/t-guard.sh"
