# SPDX-License-Identifier: Apache-2.0
# remote: whom we talk to.
noinst_LIBRARIES += libremote.a
libremote_a_SOURCES =

# list: begin (written by scripts/list-sources)
libremote_a_SOURCES += \
	%D%/creds.c \
	%D%/creds.h \
	%D%/docker_api.c \
	%D%/docker_api.h \
	%D%/docker_call.c \
	%D%/docker_call.h \
	%D%/github.c \
	%D%/github.h \
	%D%/registry.c \
	%D%/registry.h \
	%D%/registry_artifact.c \
	%D%/registry_auth.c \
	%D%/registry_certs.c \
	%D%/registry_certs.h \
	%D%/registry_list.c \
	%D%/registry_priv.h \
	%D%/registry_probe.c \
	%D%/registry_read.c \
	%D%/registry_refer.c \
	%D%/registry_write.c \
	%D%/sender.c \
	%D%/sender.h \
	$(NULL)
# list: end
