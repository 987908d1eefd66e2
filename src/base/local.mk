# SPDX-License-Identifier: Apache-2.0
# base: bytes, strings, vectors, errors, JSON, YAML, hashing, output.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES =
libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(LIBFYAML_CFLAGS) $(LIBCRYPTO_CFLAGS)

# list: begin (written by scripts/list-sources)
libbase_a_SOURCES += \
	%D%/arena.c \
	%D%/arena.h \
	%D%/base64.c \
	%D%/base64.h \
	%D%/buf.c \
	%D%/buf.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/enum.h \
	%D%/env.c \
	%D%/env.h \
	%D%/err.c \
	%D%/err.h \
	%D%/file.c \
	%D%/file.h \
	%D%/hmac.c \
	%D%/hmac.h \
	%D%/json.c \
	%D%/json.h \
	%D%/map.c \
	%D%/map.h \
	%D%/mem.c \
	%D%/mem.h \
	%D%/out.c \
	%D%/out.h \
	%D%/path.c \
	%D%/path.h \
	%D%/sha256.c \
	%D%/sha256.h \
	%D%/str.c \
	%D%/str.h \
	%D%/uri.c \
	%D%/uri.h \
	%D%/vec.c \
	%D%/vec.h \
	%D%/yaml.c \
	%D%/yaml.h \
	%D%/yaml_plain.c \
	%D%/yaml_priv.h \
	%D%/yaml_tree.c \
	%D%/yaml_value.c \
	$(NULL)
# list: end
