# SPDX-License-Identifier: Apache-2.0
# remote: whom we talk to.
noinst_LIBRARIES += libremote.a
libremote_a_SOURCES =

# list: begin (written by scripts/list-sources)
libremote_a_SOURCES += \
	%D%/registry.h \
	$(NULL)
# list: end
