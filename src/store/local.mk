# SPDX-License-Identifier: Apache-2.0
# store: what we remember.
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES =

# list: begin (written by scripts/list-sources)
libstore_a_SOURCES += \
	%D%/schema.c \
	%D%/schema.h \
	%D%/store.c \
	%D%/store.h \
	%D%/store_check.c \
	%D%/store_check.h \
	%D%/store_inputs.c \
	%D%/store_inputs.h \
	%D%/store_outbox.c \
	%D%/store_outbox.h \
	%D%/store_priv.h \
	%D%/store_run.c \
	%D%/store_run.h \
	%D%/store_stat.c \
	%D%/store_stat.h \
	%D%/store_trace.c \
	%D%/store_trace.h \
	$(NULL)
# list: end
