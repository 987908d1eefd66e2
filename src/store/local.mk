# SPDX-License-Identifier: Apache-2.0
# store: what we remember.
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES =

# list: begin (written by scripts/list-sources)
# list: end
