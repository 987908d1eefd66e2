/* SPDX-License-Identifier: Apache-2.0 */
/* t-image_tree.c: layers that tar(1) wrote, laid over each other. */
#include "base/file.h"
#include "engine/image_tree.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define CONFIG                                                                                     \
	"{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2026-01-01T00:00:00Z\","       \
	"\"config\":{\"Env\":[\"PATH=/usr/bin:/bin\"],"                                            \
	"\"Labels\":{\"io.buildah.version\":\"1.28.2\",\"a\":\"b\"}},"                             \
	"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"history\":[{\"created_by\":\"x\"}]}"

/* An export "image" in a folder of the test, from folders "0", "1", … and a config. */
static void
write_blob(const char *dir, struct str bytes, char digest[DIGEST_SIZE])
{
	AUTO_FREE char *name = NULL;

	sha256_digest(sha256_of(bytes.p, bytes.n), digest);
	name = xasprintf("image/%s", digest + 7);
	tmp_write(dir, name, bytes, 0644);
}

static void
add_layer(const char *dir, const char *layer, struct buf *manifest)
{
	AUTO_BUF struct buf bytes = BUF_INIT;
	AUTO_FREE char *path = xasprintf("%s/%s.tar.gz", dir, layer);
	AUTO_ERR struct err err = ERR_INIT;
	char digest[DIGEST_SIZE];

	TMP_RUN(dir, "tar", "--sort=name", "--format=pax", "--owner=3", "--group=4", "-C", layer,
		"-czf", path, ".");
	buf_init(&bytes, 0);
	assert_int_equal(file_read(AT_FDCWD, path, MAX_JSON_FILE, &bytes, &err), 0);
	write_blob(dir, buf_str(&bytes), digest);
	buf_addf(manifest,
		 "%s{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\","
		 "\"digest\":\"%s\",\"size\":%zu}",
		 manifest->data[manifest->len - 1] == '[' ? "" : ",", digest, bytes.len);
}

static void
make_export(const char *dir, size_t nlayers, const char *config)
{
	AUTO_BUF struct buf manifest = BUF_INIT;
	char digest[DIGEST_SIZE];

	buf_init(&manifest, 0);
	write_blob(dir, str_c(config), digest);
	buf_addf(&manifest, "{\"config\":{\"digest\":\"%s\",\"size\":%zu},\"layers\":[", digest,
		 strlen(config));
	for (size_t i = 0; i < nlayers; i++) {
		AUTO_FREE char *layer = xasprintf("%zu", i);

		add_layer(dir, layer, &manifest);
	}
	buf_adds(&manifest, "]}");
	tmp_text(dir, "image/manifest.json", manifest.data);
}

static int
read_export(const char *dir, struct image_tree **ret, struct err *err)
{
	AUTO_FREE char *at = tmp_path(dir, "image");
	struct pool *pool = pool_new(3);
	int r = image_tree_open(at, IMAGE_TREE_HASH, ret, err);

	if (!r)
		while ((r = image_tree_step(*ret, pool, err)) > 0)
			;
	pool_free(pool);
	return r;
}

static struct image_tree *
tree_of(const char *dir, size_t nlayers)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct image_tree *t = NULL;

	make_export(dir, nlayers, CONFIG);
	if (read_export(dir, &t, &err))
		fail_msg("%s", err.msg);
	return t;
}

static int
collect(void *ctx, struct str piece, bool *ret_enough, struct err *err)
{
	(void)ret_enough;
	(void)err;
	buf_add_str(ctx, piece);
	return 0;
}

/* "path", or "path=what the file holds", or "path>target"; the root is left out. */
static char *
listing(const struct image_tree *t)
{
	const struct image_entry *const *e;
	AUTO_BUF struct buf b = BUF_INIT;
	size_t n;

	buf_init(&b, 0);
	e = image_tree_entries(t, &n);
	for (size_t i = 0; i < n; i++) {
		AUTO_ERR struct err err = ERR_INIT;

		if (!strcmp(e[i]->path, "/"))
			continue;
		buf_adds(&b, e[i]->path);
		if (e[i]->type == TAR_SYMLINK)
			buf_addf(&b, ">%s", e[i]->target);
		if (e[i]->type == TAR_FILE) {
			buf_addc(&b, '=');
			assert_int_equal(image_tree_read(t, e[i], collect, &b, &err), 0);
		}
		buf_addc(&b, '\n');
	}
	return buf_steal(&b);
}

static void
check(const char *dir, size_t nlayers, const char *want)
{
	struct image_tree *t = tree_of(dir, nlayers);
	AUTO_FREE char *got = listing(t);

	assert_string_equal(got, want);
	image_tree_free(t);
}

static void
test_whiteouts_and_opaque_folders(void **state)
{
	tmp_text(*state, "0/a/one", "1");
	tmp_text(*state, "0/a/two", "2");
	tmp_text(*state, "0/b/sub/x", "x");
	tmp_text(*state, "0/c/old", "o");
	tmp_text(*state, "0/ab", "not in a");
	tmp_text(*state, "1/a/.wh.one", "");
	tmp_text(*state, "1/.wh.b", "");
	tmp_text(*state, "1/c/.wh..wh..opq", "");
	tmp_text(*state, "1/c/new", "n");
	tmp_text(*state, "1/.wh..wh.plnk", "");
	check(*state, 2, "/a\n/a/two=2\n/ab=not in a\n/c\n/c/new=n\n");
	/* a whiteout is of what lies below it, never of its own layer or one above */
	tmp_text(*state, "2/b/sub/y", "y");
	tmp_text(*state, "2/.wh.b", "");
	tmp_text(*state, "2/a/one", "again");
	check(*state, 3,
	      "/a\n/a/one=again\n/a/two=2\n/ab=not in a\n/b\n/b/sub\n/b/sub/y=y\n/c\n/c/new=n\n");
}

static void
test_types_that_change(void **state)
{
	AUTO_FREE char *up = tmp_path(*state, "3/d");

	tmp_text(*state, "0/d/in", "0");
	tmp_text(*state, "0/e", "a file");
	tmp_text(*state, "1/d", "now a file");
	tmp_text(*state, "1/e/in", "now a folder");
	check(*state, 2, "/d=now a file\n/e\n/e/in=now a folder\n");
	/* and back: what the first layer had in it stays away */
	tmp_text(*state, "2/d/other", "2");
	check(*state, 3, "/d\n/d/other=2\n/e\n/e/in=now a folder\n");
	tmp_mkdir(*state, "3");
	assert_int_equal(symlink("e", up), 0);
	check(*state, 4, "/d>e\n/e\n/e/in=now a folder\n");
}

static void
test_hard_links(void **state)
{
	AUTO_FREE char *a = tmp_path(*state, "0/a"), *b = tmp_path(*state, "0/z");

	tmp_text(*state, "0/a", "first");
	assert_int_equal(link(a, b), 0);
	check(*state, 1, "/a=first\n/z=first\n");
	/* the name that has the content goes or is written anew: the other keeps what it had */
	tmp_text(*state, "1/a", "second");
	check(*state, 2, "/a=second\n/z=first\n");
	tmp_text(*state, "2/.wh.a", "");
	check(*state, 3, "/z=first\n");
}

static void
test_links_are_followed(void **state)
{
	static const char *const links[][2] = { { "0/bin", "usr/bin" },
						{ "0/usr/bin/sh", "/bin/dash" },
						{ "0/usr/bin/up", "../../usr/lib/../bin/dash" },
						{ "0/loop", "loop" },
						{ "0/dangling", "nowhere" },
						{ "0/out", "../../../usr" } };
	AUTO_FREE char *dash = tmp_path(*state, "0/usr/bin/dash"), *where = NULL;
	struct image_tree *t;

	tmp_text(*state, "0/usr/bin/dash", "dash");
	assert_int_equal(chmod(dash, 0755), 0);
	tmp_text(*state, "0/usr/bin/plain", "no program");
	tmp_mkdir(*state, "0/usr/lib");
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		AUTO_FREE char *at = tmp_path(*state, links[i][0]);

		assert_int_equal(symlink(links[i][1], at), 0);
	}
	t = tree_of(*state, 1);
	assert_string_equal(image_tree_follow(t, "/bin/sh")->path, "/usr/bin/dash");
	assert_string_equal(image_tree_follow(t, "/usr/bin/up")->path, "/usr/bin/dash");
	assert_string_equal(image_tree_follow(t, "/out/lib")->path, "/usr/lib");
	assert_string_equal(image_tree_get(t, "/bin")->target, "usr/bin");
	assert_null(image_tree_get(t, "/bin/sh"));
	assert_null(image_tree_follow(t, "/loop"));
	assert_null(image_tree_follow(t, "/dangling"));
	assert_null(image_tree_follow(t, "/usr/bin/dash/x"));
	assert_string_equal(image_tree_command(t, "sh")->path, "/usr/bin/dash");
	where = image_tree_which(t, "sh");
	assert_string_equal(where, "/usr/bin/sh");
	assert_null(image_tree_which(t, "gone"));
	assert_null(image_tree_command(t, "plain"));
	assert_null(image_tree_command(t, "lib"));
	image_tree_free(t);
}

static void
id_of(const char *dir, size_t nlayers, char ret[DIGEST_SIZE])
{
	struct image_tree *t = tree_of(dir, nlayers);

	sha256_digest(image_tree_id(t), ret);
	image_tree_free(t);
}

static void
test_the_tree_id(void **state)
{
	char first[DIGEST_SIZE], other[DIGEST_SIZE];
	AUTO_FREE char *file = tmp_path(*state, "0/etc/f");
	AUTO_BUF struct buf b = BUF_INIT;
	struct image_tree *t;

	tmp_text(*state, "0/etc/f", "1\n");
	tmp_text(*state, "0/etc/hosts", "");
	t = tree_of(*state, 1);
	buf_init(&b, 0);
	image_tree_canonical(t, &b);
	assert_string_equal(
		b.data,
		"lockstep-tree\t1\n"
		"config\t{\"architecture\":\"amd64\",\"config\":{\"Env\":[\"PATH=/usr/bin:/bin\"],"
		"\"Labels\":{\"a\":\"b\"}},\"os\":\"linux\"}\n"
		"/\tdir\t0755\t3\t4\t\n"
		"/etc\tdir\t0755\t3\t4\t\n"
		"/etc/f\tfile\t0644\t3\t4\t"
		"4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865\n");
	sha256_digest(sha256_of(b.data, b.len), other);
	image_tree_free(t);
	id_of(*state, 1, first);
	assert_string_equal(first, other);
	TMP_RUN(*state, "touch", "-d", "2001-01-01", "0/etc/f"); /* times do not count */
	id_of(*state, 1, other);
	assert_string_equal(first, other);
	tmp_text(*state, "1/etc/f", "1\n"); /* nor does the number of layers */
	id_of(*state, 2, other);
	assert_string_equal(first, other);
	assert_int_equal(chmod(file, 0600), 0); /* hidden by the layer above */
	id_of(*state, 2, other);
	assert_string_equal(first, other);
	id_of(*state, 1, other);
	assert_string_not_equal(first, other);
	tmp_text(*state, "1/etc/hosts", "127.0.0.1 here\n"); /* no empty mount point any more */
	id_of(*state, 2, other);
	assert_string_not_equal(first, other);
}

/* What is no export, or not all of one. */
static void
test_broken_exports(void **state)
{
	static const char *const manifests[] = {
		"[1,",
		"[]",
		"{}",
		"{\"config\":{\"digest\":\"sha256:../../x\",\"size\":1}}",
		("{\"config\":{\"digest\":\"" /* of nothing */
		 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		 "\",\"size\":1}}"),
	};
	AUTO_ERR struct err err = ERR_INIT;
	struct image_tree *t = NULL;

	assert_int_equal(read_export(*state, &t, &err), -ERR_SYSTEM);
	tmp_text(*state, "image/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		 "");
	for (size_t i = 0; i < ARRAY_SIZE(manifests); i++) {
		tmp_text(*state, "image/manifest.json", manifests[i]);
		assert_int_equal(read_export(*state, &t, &err), -ERR_FAILED);
		assert_non_null(strstr(err.msg, "the exported image in"));
	}
	tmp_text(*state, "0/f", "1");
	make_export(*state, 1, "[]");
	assert_int_equal(read_export(*state, &t, &err), -ERR_FAILED);
	assert_non_null(strstr(err.msg, "no JSON object"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whiteouts_and_opaque_folders, tmp_setup,
						tmp_teardown),
		cmocka_unit_test_setup_teardown(test_types_that_change, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_hard_links, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_links_are_followed, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_the_tree_id, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_broken_exports, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
