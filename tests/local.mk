# SPDX-License-Identifier: Apache-2.0
# How tests run: every one speaks TAP, programs and scripts alike.
TEST_EXTENSIONS = .sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)

# ASLR-proof reports and no leak of a fuzzer's or sanitizer's taste into the tests' own settings.
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
