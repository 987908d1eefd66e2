# SPDX-License-Identifier: Apache-2.0
# base: bytes, strings, vectors, errors, JSON, YAML, hashing, output.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES =
libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(LIBFYAML_CFLAGS) $(LIBCRYPTO_CFLAGS)

# list: begin (written by scripts/list-sources)
libbase_a_SOURCES += \
	%D%/arena.h \
	%D%/buf.h \
	%D%/clock.h \
	%D%/enum.h \
	%D%/err.h \
	%D%/file.h \
	%D%/json.h \
	%D%/map.h \
	%D%/mem.h \
	%D%/out.h \
	%D%/path.h \
	%D%/sha256.h \
	%D%/str.h \
	%D%/vec.h \
	%D%/yaml.h \
	$(NULL)
# list: end
