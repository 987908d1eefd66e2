#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-remote-podman-service.sh: t-remote.sh with podman's service.
BUILDER=podman-service
# shellcheck source=tests/cli/t-remote.sh
. "${top_srcdir:?}/tests/cli/t-remote.sh"
