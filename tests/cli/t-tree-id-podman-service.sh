#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-tree-id-podman-service.sh: t-tree-id.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-tree-id.sh
. "${top_srcdir:?}/tests/cli/t-tree-id.sh"
