# SPDX-License-Identifier: Apache-2.0
# Benchmarks, run by scripts/bench.

# list: begin (written by scripts/list-sources)
# list: end
