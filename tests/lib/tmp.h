/* SPDX-License-Identifier: Apache-2.0 */
/* tmp.h: a folder of its own for each test, and files in it. */
#ifndef LOCKSTEP_TESTS_TMP_H
#define LOCKSTEP_TESTS_TMP_H

#include "base/mem.h"
#include "base/str.h"

#include <sys/types.h>

/*
 * cmocka_unit_test_setup_teardown(test, tmp_setup, tmp_teardown): *state is the absolute path of
 * a new folder (no symlink in it), which is removed afterwards. Whatever fails here ends the test
 * program with a message: it is no result of the test.
 */
int tmp_setup(void **state);
int tmp_teardown(void **state);

/* dir/name; caller frees. */
char *tmp_path(const char *dir, const char *name) NODISCARD;
/* Writes dir/name, making the folders on the way (0755) and the file (mode, whatever the umask). */
void tmp_write(const char *dir, const char *name, struct str bytes, mode_t mode);
void tmp_text(const char *dir, const char *name, const char *text); /* mode 0644 */
void tmp_mkdir(const char *dir, const char *name);                  /* and those on the way */
/* The whole of dir/name and a NUL; caller frees. */
char *tmp_read(const char *dir, const char *name) NODISCARD;
/* Runs a program (argv[0] looked up in PATH) in dir to its end, which must be success. Its output
 * goes to the test's stderr. */
void tmp_run(const char *dir, const char *const *argv);
#define TMP_RUN(dir, ...) tmp_run((dir), (const char *const[]){ __VA_ARGS__, NULL })

#endif
