# SPDX-License-Identifier: Apache-2.0
# The stages of scripts/test.

# list: begin (written by scripts/list-sources)
EXTRA_DIST += \
	%D%/10-check-gcc \
	%D%/20-check-clang-asan \
	%D%/30-tsan-pool \
	%D%/40-distcheck \
	%D%/50-lint \
	%D%/60-fuzz \
	%D%/70-e2e \
	$(NULL)
# list: end
