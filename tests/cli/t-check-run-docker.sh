#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-check-run-docker.sh: t-check-run.sh in docker's engine, without its client.
BUILDER=docker-classic
# shellcheck source=tests/cli/t-check-run.sh
. "${top_srcdir:?}/tests/cli/t-check-run.sh"
