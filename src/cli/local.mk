# SPDX-License-Identifier: Apache-2.0
# cli: text, flags, exit status. Everything but main.c is an archive, so that tests can link it.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES =

# list: begin (written by scripts/list-sources)
# list: end

bin_PROGRAMS += lockstep
lockstep_SOURCES = %D%/main.c
lockstep_LDADD = $(LDADD_cli)
