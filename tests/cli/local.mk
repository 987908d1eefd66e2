# SPDX-License-Identifier: Apache-2.0
# TAP scripts that call the real binary.

# list: begin (written by scripts/list-sources)
TESTS += \
	%D%/house.sh \
	$(NULL)
EXTRA_DIST += \
	%D%/house.sh \
	$(NULL)
# list: end
