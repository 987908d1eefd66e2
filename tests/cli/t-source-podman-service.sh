#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-source-podman-service.sh: t-source.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-source.sh
. "${top_srcdir:?}/tests/cli/t-source.sh"
