# SPDX-License-Identifier: Apache-2.0
# One fuzz target per pure parser; without --enable-fuzz each is a program that replays its corpus.

# list: begin (written by scripts/list-sources)
TESTS += \
	%D%/replay.sh \
	$(NULL)
EXTRA_DIST += \
	%D%/replay.sh \
	$(NULL)
# list: end
