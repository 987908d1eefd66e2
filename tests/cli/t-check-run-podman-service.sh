#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-run-podman-service.sh: t-check-run.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-check-run.sh
. "${top_srcdir:?}/tests/cli/t-check-run.sh"
