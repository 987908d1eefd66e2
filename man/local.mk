# SPDX-License-Identifier: Apache-2.0
# Manual pages.

# list: begin (written by scripts/list-sources)
dist_man_MANS += \
	%D%/lockstep-graph.5 \
	%D%/lockstep.1 \
	$(NULL)
# list: end
