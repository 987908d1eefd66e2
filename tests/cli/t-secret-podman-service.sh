#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-secret-podman-service.sh: t-secret.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-secret.sh
. "${top_srcdir:?}/tests/cli/t-secret.sh"
