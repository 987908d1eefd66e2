/* SPDX-License-Identifier: Apache-2.0 */
/* t-tree_process.c: files of the working tree, hashed and copied. */
/* floor: io */
#include "base/file.h"
#include "io/fault.h"
#include "io/tree.h"
#include "lib/tmp.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define EPOCH 1234567890

/* A tree of files "in/…" and a folder "out" to copy into. */
struct work {
	char *dir;
	struct tree *t;
	struct pool *pool;
	int out;
	struct tree_job *jobs;
	size_t n;
};

static void
work_init(struct work *w, char *dir)
{
	char *AUTO_FREE in = tmp_path(dir, "in"), *AUTO_FREE out = tmp_path(dir, "out");
	struct err AUTO_ERR err = ERR_INIT;

	*w = (struct work){ .dir = dir };
	tmp_mkdir(dir, "in");
	tmp_mkdir(dir, "out");
	w->out = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(w->out >= 0);
	assert_int_equal(tree_open_dir(in, &w->t, &err), 0);
	w->pool = pool_new(3);
	w->jobs = xcalloc(1000, sizeof(*w->jobs));
}

static void
work_fini(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free((char *)w->jobs[i].path.p);
		free((char *)w->jobs[i].dst_path);
		err_clear(&w->jobs[i].err);
	}
	free(w->jobs);
	tree_free(w->t);
	pool_free(w->pool);
	close(w->out);
}

/* A job for a file that is there; dst = NULL: only its hash. */
static struct tree_job *
job(struct work *w, const char *path, const char *dst)
{
	struct tree_job *j = &w->jobs[w->n++];
	struct err AUTO_ERR err = ERR_INIT;

	*j = (struct tree_job){ .path = str_c(xstrdup(path)),
				.dst_dirfd = dst ? w->out : -1,
				.dst_path = dst ? xstrdup(dst) : NULL,
				.dst_time_s = EPOCH };
	assert_int_equal(tree_stat(w->t, j->path, &j->entry, &err), 0);
	assert_non_null(j->entry);
	return j;
}

static void
run(struct work *w)
{
	struct err AUTO_ERR err = ERR_INIT;

	if (tree_process(w->t, w->pool, w->jobs, w->n, &err))
		fail_msg("%s", err.msg);
}

static void
assert_run_fails(struct work *w, int class, const char *want)
{
	struct err AUTO_ERR err = ERR_INIT;

	assert_int_equal(tree_process(w->t, w->pool, w->jobs, w->n, &err), -class);
	assert_string_equal(err.msg, want);
}

static void
assert_hash(const struct tree_job *j, struct str bytes)
{
	struct sha256 want = sha256_of(bytes.p, bytes.n);

	assert_memory_equal(j->hash.b, want.b, SHA256_LEN);
}

/* Bytes that repeat nowhere within a buffer of the reader. */
static void
fill(char *bytes, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (char)(seed >> 24);
	}
}

static void
files_of_all_sizes_are_hashed_and_copied(void **state)
{
	static const size_t sizes[] = { 0, 1, 4096, 65535, 65536, 65537, 131072 + 7, 3 << 20 };
	char *bytes = xmalloc(3 << 20);
	struct work w;

	work_init(&w, *state);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *AUTO_FREE name = xasprintf("in/d%zu/f%zu", i % 3, i);

		fill(bytes, sizes[i], (uint32_t)i);
		tmp_write(*state, name, (struct str){ bytes, sizes[i] }, 0644);
		(void)job(&w, name + 3, i % 2 ? name + 6 : NULL);
	}
	run(&w);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *AUTO_FREE copied = NULL;

		fill(bytes, sizes[i], (uint32_t)i);
		assert_hash(&w.jobs[i], (struct str){ bytes, sizes[i] });
		if (!w.jobs[i].dst_path)
			continue;
		copied = xasprintf("out/%s", w.jobs[i].dst_path);
		char *AUTO_FREE got = tmp_read(*state, copied);
		assert_memory_equal(got, bytes, sizes[i]);
	}
	work_fini(&w);
	free(bytes);
}

static void
hundreds_of_small_files(void **state)
{
	struct work w;

	work_init(&w, *state);
	for (int i = 0; i < 900; i++) {
		char *AUTO_FREE name = xasprintf("in/%d/%d", i / 70, i);

		tmp_text(*state, name, name);
		(void)job(&w, name + 3, NULL);
	}
	run(&w);
	for (int i = 0; i < 900; i++) {
		char *AUTO_FREE name = xasprintf("in/%d/%d", i / 70, i);

		assert_hash(&w.jobs[i], str_c(name));
	}
	work_fini(&w);
}

static void
assert_copy(const struct work *w, const char *name, mode_t mode)
{
	struct stat st;

	assert_int_equal(fstatat(w->out, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | mode);
	assert_int_equal(st.st_mtim.tv_sec, EPOCH);
	assert_int_equal(st.st_mtim.tv_nsec, 0);
	assert_int_equal(st.st_atim.tv_sec, EPOCH);
	assert_int_equal(st.st_uid, geteuid());
}

static void
copies_have_two_modes_and_one_time(void **state)
{
	mode_t old = umask(0077);
	struct work w;

	work_init(&w, *state);
	umask(0077);
	tmp_write(*state, "in/a", STR_LIT("a"), 0600);
	tmp_write(*state, "in/b", STR_LIT("b"), 0664);
	tmp_write(*state, "in/c", STR_LIT("c"), 0700);
	tmp_write(*state, "in/d", STR_LIT("d"), 06755);
	tmp_write(*state, "in/e", STR_LIT("e"), 0655);
	for (const char *p = "a\0b\0c\0d\0e\0"; *p; p += 2)
		(void)job(&w, p, p);
	run(&w);
	umask(0);
	assert_copy(&w, "a", 0644);
	assert_copy(&w, "b", 0644);
	assert_copy(&w, "c", 0755);
	assert_copy(&w, "d", 0755);
	assert_copy(&w, "e", 0644);
	umask(old);
	work_fini(&w);
}

static void
change_after_the_listing_is_found(void **state)
{
	const struct timespec now = { .tv_nsec = UTIME_NOW };
	struct timespec times[2];
	struct stat st;
	struct work w;
	char *AUTO_FREE path = tmp_path(*state, "in/x");

	/* Another text of the same size, and the old time put back: only ctime tells. */
	work_init(&w, *state);
	tmp_text(*state, "in/x", "before");
	(void)job(&w, "x", "x");
	assert_int_equal(stat(path, &st), 0);
	tmp_text(*state, "in/x", "after!");
	times[0] = now;
	times[1] = st.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_run_fails(&w, ERR_INPUT, "'x' changed while it was read");
	assert_int_equal(faccessat(w.out, "x", F_OK, 0), -1);
	work_fini(&w);
}

/* What stands in the place of a file by the time it is read. */
static void
become(const char *dir, const char *what)
{
	char *AUTO_FREE path = tmp_path(dir, "in/d/x"), *AUTO_FREE parent = tmp_path(dir, "in/d");
	char *AUTO_FREE aside = tmp_path(dir, "in/aside");

	if (!strcmp(what, "parent")) {
		assert_int_equal(rename(parent, aside), 0);
		assert_int_equal(symlink("aside", parent), 0);
		return;
	}
	assert_int_equal(unlink(path), 0);
	if (!strcmp(what, "directory"))
		assert_int_equal(mkdir(path, 0755), 0);
	else if (!strcmp(what, "link"))
		assert_int_equal(symlink("/etc/passwd", path), 0);
	else if (!strcmp(what, "fifo"))
		assert_int_equal(mkfifo(path, 0644), 0);
	else if (!strcmp(what, "twin"))
		tmp_text(dir, "in/d/x", "same text");
}

static void
replaced_file_is_found(void **state)
{
	static const char *const ways[] = {
		"nothing", "directory", "link", "fifo", "twin", "parent"
	};

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		char *AUTO_FREE dir = tmp_path(*state, ways[i]);
		struct work w;

		tmp_mkdir(*state, ways[i]);
		work_init(&w, dir);
		tmp_text(dir, "in/d/x", "same text");
		(void)job(&w, "d/x", "x");
		become(dir, ways[i]);
		assert_run_fails(&w, ERR_INPUT, "'d/x' changed while it was read");
		assert_int_equal(faccessat(w.out, "x", F_OK, 0), -1);
		work_fini(&w);
	}
}

static void
first_failure_in_order_of_jobs_is_told(void **state)
{
	char *AUTO_FREE gone = tmp_path(*state, "in/file-290");
	char *AUTO_FREE early = tmp_path(*state, "in/file-170");
	struct work w;

	work_init(&w, *state);
	for (int i = 0; i < 300; i++) {
		char *AUTO_FREE name = xasprintf("in/file-%d", i);

		tmp_text(*state, name, name);
		(void)job(&w, name + 3, NULL);
	}
	assert_int_equal(unlink(gone), 0);
	assert_int_equal(unlink(early), 0);
	assert_run_fails(&w, ERR_INPUT, "'file-170' changed while it was read");
	/* The others were done all the same. */
	assert_hash(&w.jobs[299], STR_LIT("in/file-299"));
	assert_int_equal(w.jobs[290].err.class, ERR_INPUT);
	work_fini(&w);
}

static void
what_is_there_is_not_overwritten(void **state)
{
	char *AUTO_FREE link = tmp_path(*state, "out/link"), *AUTO_FREE got = NULL;
	struct work w;

	work_init(&w, *state);
	tmp_text(*state, "in/x", "new");
	tmp_text(*state, "out/x", "old");
	tmp_text(*state, "victim", "victim");
	assert_int_equal(symlink("../victim", link), 0);
	(void)job(&w, "x", "x");
	(void)job(&w, "x", "link");
	(void)job(&w, "x", "none/x");
	assert_run_fails(&w, ERR_SYSTEM, "cannot create 'x': File exists");
	assert_string_equal(w.jobs[1].err.msg, "cannot create 'link': File exists");
	assert_string_equal(w.jobs[2].err.msg, "cannot create 'none/x': No such file or directory");
	got = tmp_read(*state, "out/x");
	assert_string_equal(got, "old");
	work_fini(&w);
}

#ifdef LOCKSTEP_FAULTS
static void
full_disk_leaves_no_half_copy(void **state)
{
	char *AUTO_FREE got = NULL;
	struct work w;

	work_init(&w, *state);
	tmp_text(*state, "in/a", "a");
	tmp_text(*state, "in/b", "b");
	(void)job(&w, "a", "a");
	(void)job(&w, "b", "b");
	assert_int_equal(setenv("LOCKSTEP_FAULT", "disk-full:2", 1), 0);
	fault_reset();
	assert_run_fails(&w, ERR_SYSTEM, "cannot write 'b': No space left on device");
	assert_int_equal(unsetenv("LOCKSTEP_FAULT"), 0);
	assert_int_equal(faccessat(w.out, "b", F_OK, 0), -1);
	got = tmp_read(*state, "out/a");
	assert_string_equal(got, "a");
	work_fini(&w);
}
#endif

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)
	const struct CMUnitTest tests[] = {
		TEST(files_of_all_sizes_are_hashed_and_copied),
		TEST(hundreds_of_small_files),
		TEST(copies_have_two_modes_and_one_time),
		TEST(change_after_the_listing_is_found),
		TEST(replaced_file_is_found),
		TEST(first_failure_in_order_of_jobs_is_told),
		TEST(what_is_there_is_not_overwritten),
#ifdef LOCKSTEP_FAULTS
		TEST(full_disk_leaves_no_half_copy),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
