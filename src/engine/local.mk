# SPDX-License-Identifier: Apache-2.0
# engine: decide and do.
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES =

# list: begin (written by scripts/list-sources)
# list: end
