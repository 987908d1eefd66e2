#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-lock-podman-service.sh: t-lock.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-lock.sh
. "${top_srcdir:?}/tests/cli/t-lock.sh"
