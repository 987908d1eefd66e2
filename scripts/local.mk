# SPDX-License-Identifier: Apache-2.0
# The checks that guard the house, and the scripts of developers.
house_checks = \
	%D%/check-lists \
	%D%/check-floors \
	%D%/check-headers \
	%D%/check-banned \
	%D%/check-size \
	%D%/check-format \
	$(NULL)
TESTS += $(house_checks)

# One of them by hand: make check-floors
.PHONY: check-house check-lists check-floors check-headers check-banned check-size check-format
check-house: check-lists check-floors check-headers check-banned check-size check-format
check-floors: $(noinst_LIBRARIES)
check-lists check-floors check-headers check-banned check-size check-format: config.h
	@$(AM_TESTS_ENVIRONMENT) $(top_srcdir)/scripts/$@

clean-local:
	rm -rf .check-size

# list: begin (written by scripts/list-sources)
EXTRA_DIST += \
	%D%/banned.txt \
	%D%/bench \
	%D%/bootstrap \
	%D%/check-banned \
	%D%/check-dist \
	%D%/check-floors \
	%D%/check-format \
	%D%/check-headers \
	%D%/check-lists \
	%D%/check-size \
	%D%/demo \
	%D%/format \
	%D%/lib/buildx.sh \
	%D%/lib/dockerd.sh \
	%D%/lib/env.sh \
	%D%/lib/import-base \
	%D%/lib/make-busybox \
	%D%/lib/make-debian-base \
	%D%/lib/registry.sh \
	%D%/list-sources \
	%D%/mutation \
	%D%/size-allow.txt \
	%D%/test \
	%D%/third-party.txt \
	%D%/update-man \
	$(NULL)
# list: end
