/* SPDX-License-Identifier: Apache-2.0 */
/* t-tar_split.c: an archive put together again, and what does not make one. */
#include "base/base64.h"
#include "base/file.h"
#include "io/tar_split.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BLOCK 512

static void
add_bytes(struct buf *split, struct str bytes)
{
	AUTO_FREE char *text = base64_encode(bytes);

	buf_addf(split, "{\"type\":2,\"payload\":\"%s\",\"position\":0}\n", text);
}

/* What goes with the files of "x.tar", as "split"; its digest. All sizes and names are short. */
static struct sha256
take_apart(const char *dir)
{
	AUTO_FREE char *path = tmp_path(dir, "x.tar");
	AUTO_BUF struct buf tar = BUF_INIT, split = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	size_t from = 0, at = 0;

	buf_init(&tar, 0);
	buf_init(&split, 0);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &tar, &err), 0);
	while (at + BLOCK <= tar.len && tar.data[at]) {
		const char *header = tar.data + at;
		size_t size = strtoul(header + 124, NULL, 8);

		at += BLOCK;
		if (header[156] != '0' || !size)
			continue;
		add_bytes(&split, (struct str){ tar.data + from, at - from });
		buf_addf(&split, "{\"type\":1,\"name\":\"%s\",\"size\":%zu,\"payload\":\"\"}\n",
			 header, size);
		from = at + size;
		at += (size + BLOCK - 1) / BLOCK * BLOCK;
	}
	add_bytes(&split, (struct str){ tar.data + from, tar.len - from });
	tmp_write(dir, "split", buf_str(&split), 0644);
	return sha256_of(tar.data, tar.len);
}

/* A folder "files" as an archive. */
static struct sha256
make(const char *dir)
{
	AUTO_FREE char *large = xmalloc(300000);

	memset(large, 'l', 300000);
	tmp_text(dir, "files/a", "alpha");
	tmp_text(dir, "files/d/b", "beta");
	tmp_text(dir, "files/none", "");
	tmp_write(dir, "files/large", (struct str){ large, 300000 }, 0600);
	TMP_RUN(dir, "ln", "-s", "a", "files/link");
	TMP_RUN(dir, "tar", "--sort=name", "--format=ustar", "-C", "files", "-cf", "x.tar", ".");
	return take_apart(dir);
}

/* Every entry with its size and the first letter of what it holds; then the digest. */
static int
read_all(const char *dir, struct sha256 digest, struct buf *ret, struct err *err)
{
	AUTO_FREE char *split = tmp_path(dir, "split"), *files = tmp_path(dir, "files");
	struct tar_split *s = NULL;
	struct tar_entry e;
	struct str piece;
	int r = tar_split_open(split, files, &s, err);

	while (!r && (r = tar_next(tar_split_archive(s), &e, err)) > 0) {
		buf_addf(ret, "%.*s", STR_FMT(e.path));
		do {
			r = tar_read(tar_split_archive(s), &piece, err);
			if (!r && piece.n)
				buf_addf(ret, " %zu%c", piece.n, *piece.p);
		} while (!r && piece.n);
		buf_addc(ret, '\n');
	}
	if (!r)
		r = tar_split_verify(s, digest, err);
	tar_split_close(s);
	return r;
}

static void
test_the_archive_is_what_it_was(void **state)
{
	AUTO_BUF struct buf got = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	struct sha256 digest = make(*state);

	buf_init(&got, 0);
	if (read_all(*state, digest, &got, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(got.data, "./\n./a 5a\n./d/\n./d/b 4b\n./large 262144l 37856l\n./link\n"
				      "./none\n");
}

static void
test_it_may_be_compressed(void **state)
{
	AUTO_BUF struct buf got = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	struct sha256 digest = make(*state);

	buf_init(&got, 0);
	TMP_RUN(*state, "gzip", "split");
	TMP_RUN(*state, "mv", "split.gz", "split");
	if (read_all(*state, digest, &got, &err))
		fail_msg("%s", err.msg);
}

/* Reading ends with this message. */
static void
ends_with(const char *dir, struct sha256 digest, const char *want)
{
	AUTO_BUF struct buf ignored = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;

	buf_init(&ignored, 0);
	assert_true(read_all(dir, digest, &ignored, &err) < 0);
	if (!strstr(err.msg, want))
		fail_msg("'%s' is not in: %s", want, err.msg);
}

static void
test_files_that_changed(void **state)
{
	struct sha256 digest = make(*state);

	tmp_text(*state, "files/a", "aleph");
	ends_with(*state, digest, "are not the layer that they were");
	tmp_text(*state, "files/a", "al");
	ends_with(*state, digest, "has a file that has become shorter");
	TMP_RUN(*state, "rm", "files/a");
	ends_with(*state, digest, "cannot read 'a' of ");
}

static void
test_no_link_is_followed(void **state)
{
	struct sha256 digest = make(*state);

	tmp_text(*state, "a", "alpha");
	TMP_RUN(*state, "ln", "-sf", "../a", "files/a");
	ends_with(*state, digest, "cannot read 'a' of ");
	TMP_RUN(*state, "rm", "files/a");
	TMP_RUN(*state, "mkfifo", "files/a");
	ends_with(*state, digest, "names a file that is none");
	TMP_RUN(*state, "rm", "files/a");
	tmp_text(*state, "files/a", "alpha");
	TMP_RUN(*state, "mv", "files/d", "d");
	TMP_RUN(*state, "ln", "-s", "../d", "files/d");
	ends_with(*state, digest, "cannot read 'd/b' of ");
}

static void
test_what_leaves_the_folder(void **state)
{
	struct sha256 digest = make(*state);

	tmp_text(*state, "outside", "x");
	tmp_text(*state, "split", "{\"type\":1,\"name\":\"../outside\",\"size\":1}\n");
	ends_with(*state, digest, "cannot read '../outside' of ");
	tmp_text(*state, "split", "{\"type\":1,\"name_raw\":\"Li4vb3V0c2lkZQ==\",\"size\":1}\n");
	ends_with(*state, digest, "cannot read '../outside' of ");
}

static void
test_lines_that_are_none(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{\"type\":", "" },
		{ "[]\n", "of a type that is not known" },
		{ "{\"type\":3}\n", "of a type that is not known" },
		{ "{\"type\":2,\"payload\":\"=\"}\n", "bytes that are no base64" },
		{ "{\"type\":1,\"name_raw\":\"=\",\"size\":1}\n", "a name that is no base64" },
		{ "", "are not the layer that they were" },
		{ "{\"type\":2,\"payload\":\"eHl6\"}", "" },
	};
	struct sha256 digest = make(*state);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tmp_text(*state, "split", rows[i].text);
		ends_with(*state, digest, rows[i].want);
	}
}

static void
test_what_is_not_there(void **state)
{
	struct sha256 digest = make(*state);

	TMP_RUN(*state, "mv", "files", "elsewhere");
	ends_with(*state, digest, "cannot open ");
	TMP_RUN(*state, "rm", "split");
	ends_with(*state, digest, "cannot read ");
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, tmp_setup, tmp_teardown)
	static const struct CMUnitTest tests[] = {
		T(test_the_archive_is_what_it_was), T(test_it_may_be_compressed),
		T(test_files_that_changed),         T(test_no_link_is_followed),
		T(test_what_leaves_the_folder),     T(test_lines_that_are_none),
		T(test_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
