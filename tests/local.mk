# SPDX-License-Identifier: Apache-2.0
# How tests run: every one speaks TAP, programs and scripts alike.
TEST_EXTENSIONS = .sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/lib/tap-run
SH_LOG_COMPILER = $(LOG_COMPILER)

# What is tested, apart from the house itself: for scripts/test.
.PHONY: print-tests print-fuzz print-flags
print-tests:
	@for test in $(TESTS); do case $$test in scripts/*) ;; *) echo $$test ;; esac; done
print-fuzz:
	@echo $(fuzz_programs)
print-flags:
	@echo $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(house_cppflags)

AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	LOCKSTEP='$(abs_top_builddir)/lockstep$(EXEEXT)'; export LOCKSTEP; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	LC_ALL=C; export LC_ALL; \
	CC='$(CC)'; export CC; \
	AR='$(AR)'; export AR; \
	HOUSE_CPPFLAGS='$(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(house_cppflags) $(CPPFLAGS)'; export HOUSE_CPPFLAGS; \
	HOUSE_CFLAGS='$(AM_CFLAGS) $(CFLAGS)'; export HOUSE_CFLAGS; \
	HOUSE_LDFLAGS='$(AM_LDFLAGS) $(LDFLAGS)'; export HOUSE_LDFLAGS; \
	BASE_LIBS='$(BASE_LIBS) $(LIBS)'; export BASE_LIBS; \
	IO_LIBS='$(IO_LIBS)'; export IO_LIBS; \
	FUZZ_PROGRAMS='$(fuzz_programs)'; export FUZZ_PROGRAMS; \
	FAULTS='$(faults)'; export FAULTS;
house_cppflags = $(LIBFYAML_CFLAGS) $(LIBCRYPTO_CFLAGS) $(SQLITE3_CFLAGS) $(LIBARCHIVE_CFLAGS) $(LIBCURL_CFLAGS) $(CMOCKA_CFLAGS)
if FAULTS
faults = yes
else
faults = no
endif

unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
unit_libs = libtest.a
