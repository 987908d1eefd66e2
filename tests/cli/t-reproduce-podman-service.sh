#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-reproduce-podman-service.sh: t-reproduce.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-reproduce.sh
. "${top_srcdir:?}/tests/cli/t-reproduce.sh"
