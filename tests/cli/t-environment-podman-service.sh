#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-environment-podman-service.sh: t-environment.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-environment.sh
. "${top_srcdir:?}/tests/cli/t-environment.sh"
