# SPDX-License-Identifier: Apache-2.0
# Case files, and the programs (run-*.c) and TAP scripts (*.sh) that run them.

# list: begin (written by scripts/list-sources)
# list: end
