#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-external-podman-service.sh: t-external.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-external.sh
. "${top_srcdir:?}/tests/cli/t-external.sh"
