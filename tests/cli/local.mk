# SPDX-License-Identifier: Apache-2.0
# TAP scripts that call the real binary.

# list: begin (written by scripts/list-sources)
check_PROGRAMS += \
	%D%/ignore_tool \
	$(NULL)
TESTS += \
	%D%/house.sh \
	%D%/t-ignore-buildah.sh \
	%D%/t-ignore-docker.sh \
	$(NULL)
%C%_ignore_tool_LDADD = $(LDADD_model)
EXTRA_DIST += \
	%D%/house.sh \
	%D%/t-ignore-buildah.sh \
	%D%/t-ignore-docker.sh \
	$(NULL)
# list: end
