# SPDX-License-Identifier: Apache-2.0
# io: the world: processes, loop, thread pool, files, SQLite, HTTP, archives.
noinst_LIBRARIES += libio.a
libio_a_SOURCES =
libio_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE3_CFLAGS) $(LIBARCHIVE_CFLAGS) $(LIBCURL_CFLAGS)

# list: begin (written by scripts/list-sources)
libio_a_SOURCES += \
	%D%/disk.c \
	%D%/disk.h \
	%D%/fault.c \
	%D%/fault.h \
	%D%/git.c \
	%D%/git.h \
	%D%/git_branch.c \
	%D%/git_branch.h \
	%D%/git_cat.c \
	%D%/git_files.c \
	%D%/git_files.h \
	%D%/git_head.c \
	%D%/git_paths.h \
	%D%/git_priv.h \
	%D%/git_remote.c \
	%D%/git_remote.h \
	%D%/git_run.c \
	%D%/http.c \
	%D%/http.h \
	%D%/http_curl.c \
	%D%/http_priv.h \
	%D%/http_text.c \
	%D%/http_transfer.c \
	%D%/library.c \
	%D%/library.h \
	%D%/lock.c \
	%D%/lock.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/output.c \
	%D%/output.h \
	%D%/owner.c \
	%D%/owner.h \
	%D%/pool.c \
	%D%/pool.h \
	%D%/port.c \
	%D%/port.h \
	%D%/proc.c \
	%D%/proc.h \
	%D%/proc_priv.h \
	%D%/proc_run.c \
	%D%/proc_spawn.c \
	%D%/replace.c \
	%D%/replace.h \
	%D%/sql.c \
	%D%/sql.h \
	%D%/tar.c \
	%D%/tar.h \
	%D%/tar_priv.h \
	%D%/tar_split.c \
	%D%/tar_split.h \
	%D%/tar_write.c \
	%D%/tar_write.h \
	%D%/tree.c \
	%D%/tree.h \
	%D%/tree_copy.c \
	%D%/tree_dir.c \
	%D%/tree_dir_priv.h \
	%D%/tree_dir_process.c \
	%D%/tree_dir_scan.c \
	%D%/tree_git.c \
	%D%/tree_priv.h \
	$(NULL)
# list: end
