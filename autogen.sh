#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# autogen.sh: make ./configure in a fresh checkout. Build out of tree afterwards: see HACKING.md.
set -eu
cd "$(dirname "$0")"
# Several builds may share this source tree: only one may write these files at a time.
if command -v flock >/dev/null; then
	exec flock ./configure.ac autoreconf -fi
fi
exec autoreconf -fi
