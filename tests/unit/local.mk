# SPDX-License-Identifier: Apache-2.0
# One cmocka program per module: t-MODULE.c, linked with the floor of MODULE and those below.

# list: begin (written by scripts/list-sources)
if HAVE_CMOCKA
check_PROGRAMS += \
	%D%/t-sql \
	$(NULL)
TESTS += \
	%D%/t-sql \
	$(NULL)
endif
%C%_t_sql_CPPFLAGS = $(unit_cppflags)
%C%_t_sql_LDADD = $(unit_libs) $(LDADD_io) $(CMOCKA_LIBS)
# list: end
