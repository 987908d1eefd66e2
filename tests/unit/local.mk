# SPDX-License-Identifier: Apache-2.0
# One cmocka program per module: t-MODULE.c, linked with the floor of MODULE and those below.

# list: begin (written by scripts/list-sources)
# list: end
