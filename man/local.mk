# SPDX-License-Identifier: Apache-2.0
# Manual pages.

# list: begin (written by scripts/list-sources)
# list: end
