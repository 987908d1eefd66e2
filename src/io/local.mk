# SPDX-License-Identifier: Apache-2.0
# io: the world: processes, loop, thread pool, files, SQLite, HTTP, archives.
noinst_LIBRARIES += libio.a
libio_a_SOURCES =
libio_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE3_CFLAGS) $(LIBARCHIVE_CFLAGS) $(LIBCURL_CFLAGS)

# list: begin (written by scripts/list-sources)
# list: end
