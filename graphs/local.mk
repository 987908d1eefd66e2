# SPDX-License-Identifier: Apache-2.0
# Graphs that build.

# list: begin (written by scripts/list-sources)
# list: end
