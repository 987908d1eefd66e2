# SPDX-License-Identifier: Apache-2.0
# One short page per contract.

# list: begin (written by scripts/list-sources)
# list: end
