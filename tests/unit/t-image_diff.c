/* SPDX-License-Identifier: Apache-2.0 */
/* t-image_diff.c: layers that tar(1) wrote, compared. */
#include "base/file.h"
#include "engine/image_diff.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void
write_blob(const char *dir, const char *image, struct str bytes, char digest[DIGEST_SIZE])
{
	AUTO_FREE char *name = NULL;

	sha256_digest(sha256_of(bytes.p, bytes.n), digest);
	name = xasprintf("%s/%s", image, digest + 7);
	tmp_write(dir, name, bytes, 0644);
}

/* Packs the folder `layer` of `image` in the order of sort. */
static void
add_layer(const char *dir, const char *image, const char *sort, struct buf *layers,
	  struct buf *diff_ids)
{
	AUTO_BUF struct buf bytes = BUF_INIT;
	AUTO_FREE char *path = xasprintf("%s/%s.tar", dir, image), *from = NULL;
	AUTO_ERR struct err err = ERR_INIT;
	char digest[DIGEST_SIZE];

	from = xasprintf("%s/%s-layer", dir, image);
	if (*sort == '-')
		TMP_RUN(dir, "sh", "-c",
			("cd \"$0\" && find . | sort -r | tar --format=gnu --owner=3 --group=4 "
			 "--no-recursion -T - -cf \"$1\""),
			from, path);
	else
		TMP_RUN(dir, "tar", "--sort=name", "--format=gnu", "--owner=3", "--group=4", "-C",
			from, "-cf", path, ".");
	buf_init(&bytes, 0);
	assert_int_equal(file_read(AT_FDCWD, path, MAX_JSON_FILE, &bytes, &err), 0);
	write_blob(dir, image, buf_str(&bytes), digest);
	buf_addf(layers,
		 "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"%s\","
		 "\"size\":%zu}",
		 digest, bytes.len);
	buf_addf(diff_ids, "\"%s\"", digest);
}

/* An export in the folder `image`, of one layer from the folder image-layer. */
static void
make_export(const char *dir, const char *image, const char *sort, const char *config)
{
	AUTO_BUF struct buf manifest = BUF_INIT, layers = BUF_INIT, ids = BUF_INIT, text = BUF_INIT;
	AUTO_FREE char *name = xasprintf("%s/manifest.json", image);
	char digest[DIGEST_SIZE];

	buf_init(&manifest, 0);
	buf_init(&layers, 0);
	buf_init(&ids, 0);
	buf_init(&text, 0);
	add_layer(dir, image, sort, &layers, &ids);
	buf_addf(&text,
		 "{\"rootfs\":{\"diff_ids\":[%s]},\"history\":[{\"created_by\":\"ENV\","
		 "\"empty_layer\":true},{\"created_by\":\"RUN x\"}],%s}",
		 ids.data, config);
	write_blob(dir, image, buf_str(&text), digest);
	buf_addf(&manifest, "{\"config\":{\"digest\":\"%s\",\"size\":%zu},\"layers\":[%s]}", digest,
		 text.len, layers.data);
	tmp_text(dir, name, manifest.data);
}

#define CONFIG "\"created\":\"1970-01-01T00:00:00Z\",\"config\":{\"Env\":[\"A=1\",\"B=2\"]}"

static void
add_change(struct buf *b, const struct image_change *c)
{
	buf_addf(b, "%s%s:", c->removal ? "removes " : "", c->path);
	for (size_t i = 0; i < image_aspect_count; i++)
		if (c->aspects & 1u << i)
			buf_addf(b, " %s", image_aspect_name((enum image_aspect)i));
	if (c->cause)
		buf_adds(b, " (known)");
	buf_addc(b, '\n');
}

/* What differs, a line each. */
static char *
listing(const struct image_diff *d)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < d->layers.n; i++) {
		const struct image_layer_diff *l = &d->layers.v[i];

		buf_addf(&b, "layer %zu %s: %zu%s\n", l->number, l->made_by ? l->made_by : "-",
			 l->nchanges, l->order ? " order" : "");
		for (size_t k = 0; k < l->changes.n; k++)
			add_change(&b, &l->changes.v[k]);
	}
	for (size_t i = 0; i < d->fields.n; i++)
		buf_addf(&b, "%s: %s -> %s%s\n", d->fields.v[i].field,
			 d->fields.v[i].before ? d->fields.v[i].before : "nothing",
			 d->fields.v[i].after ? d->fields.v[i].after : "nothing",
			 d->fields.v[i].cause ? " (known)" : "");
	return buf_steal(&b);
}

/* The exports "one" and "two". */
static int
read_both(const char *dir, struct image_diff *d, struct err *err)
{
	AUTO_FREE char *one = tmp_path(dir, "one"), *two = tmp_path(dir, "two");
	AUTO_ARENA struct arena *arena = arena_new();
	struct pool *pool = pool_new(2);
	struct image_export exports[2];
	int r = image_export_read(arena, one, &exports[0], err);

	image_diff_init(d);
	if (!r)
		r = image_export_read(arena, two, &exports[1], err);
	if (!r)
		r = image_diff_read(d, exports, pool, err);
	pool_free(pool);
	return r;
}

static void
check(const char *dir, const char *config, const char *sort, const char *want)
{
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_FREE char *got = NULL;
	struct image_diff d;

	make_export(dir, "one", "", CONFIG);
	make_export(dir, "two", sort, config);
	if (read_both(dir, &d, &err))
		fail_msg("%s", err.msg);
	got = listing(&d);
	assert_string_equal(got, want);
	image_diff_fini(&d);
}

static void
write_both(const char *dir, const char *name, const char *text)
{
	AUTO_FREE char *one = xasprintf("one-layer/%s", name);
	AUTO_FREE char *two = xasprintf("two-layer/%s", name);

	tmp_text(dir, one, text);
	tmp_text(dir, two, text);
}

static void
still(const char *dir)
{
	TMP_RUN(dir, "find", "one-layer", "two-layer", "-exec", "touch", "-hd", "@0", "{}", "+");
}

static void
test_the_same(void **state)
{
	write_both(*state, "a", "1");
	write_both(*state, "var/log/dpkg.log", "1");
	still(*state);
	check(*state, CONFIG, "", "");
}

static void
test_entries(void **state)
{
	AUTO_FREE char *two = tmp_path(*state, "two-layer/mode");
	AUTO_FREE char *link = tmp_path(*state, "two-layer/link");

	write_both(*state, "same", "1");
	write_both(*state, "mode", "1");
	write_both(*state, "time", "1");
	write_both(*state, "type", "1");
	tmp_text(*state, "one-layer/content", "1");
	tmp_text(*state, "two-layer/content", "2");
	tmp_text(*state, "one-layer/var/log/dpkg.log", "1");
	tmp_text(*state, "two-layer/var/log/dpkg.log", "22");
	tmp_text(*state, "one-layer/here", "1");
	tmp_text(*state, "two-layer/there", "1");
	tmp_text(*state, "one-layer/.wh.gone", "");
	tmp_text(*state, "two-layer/d/.wh..wh..opq", "");
	tmp_mkdir(*state, "one-layer/d");
	TMP_RUN(*state, "ln", "-s", "x", "one-layer/link");
	TMP_RUN(*state, "ln", "-s", "y", link);
	TMP_RUN(*state, "rm", "two-layer/type");
	TMP_RUN(*state, "ln", "-s", "x", "two-layer/type");
	assert_int_equal(chmod(two, 0755), 0);
	still(*state);
	TMP_RUN(*state, "touch", "-d", "@5", "two-layer/time", "two-layer/.");
	check(*state, CONFIG, "",
	      "layer 1 RUN x: 11\n"
	      "/content: content\n"
	      "removes /d/: only in the second\n"
	      "removes /gone: only in the first\n"
	      "/here: only in the first\n"
	      "/link: target\n"
	      "/mode: mode\n"
	      "/there: only in the second\n"
	      "/type: type mode\n"
	      "/var/log/dpkg.log: content (known)\n"
	      "/: time\n"
	      "/time: time\n");
}

static void
test_order(void **state)
{
	write_both(*state, "a", "1");
	write_both(*state, "b", "1");
	still(*state);
	check(*state, CONFIG, "-", "layer 1 RUN x: 0 order\n");
}

static void
test_lists_are_bounded(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct image_diff d;

	for (int i = 0; i < 150; i++) {
		AUTO_FREE char *name = xasprintf("two-layer/f%03d", i);

		tmp_text(*state, name, "1");
	}
	tmp_text(*state, "one-layer/z", "1");
	tmp_text(*state, "two-layer/z", "2");
	still(*state);
	make_export(*state, "one", "", CONFIG);
	make_export(*state, "two", "", CONFIG);
	assert_int_equal(read_both(*state, &d, &err), 0);
	assert_int_equal(d.layers.n, 1);
	assert_int_equal(d.layers.v[0].nchanges, 151);
	assert_int_equal(d.layers.v[0].changes.n, IMAGE_DIFF_LISTED);
	assert_int_equal(d.layers.v[0].aspects,
			 1u << IMAGE_ASPECT_CONTENT | 1u << IMAGE_ASPECT_ONLY_AFTER);
	image_diff_fini(&d);
}

static void
test_the_config(void **state)
{
	write_both(*state, "a", "1");
	still(*state);
	check(*state,
	      "\"created\":\"2026-01-01T00:00:00Z\",\"config\":{\"Env\":[\"A=1\",\"B=3\"],"
	      "\"User\":\"u\"}",
	      "",
	      "created: \"1970-01-01T00:00:00Z\" -> \"2026-01-01T00:00:00Z\" (known)\n"
	      "config.Env[1]: \"B=2\" -> \"B=3\"\n"
	      "config.User: nothing -> \"u\"\n");
	check(*state, "\"config\":{\"Env\":[\"A=1\"]}", "",
	      "created: \"1970-01-01T00:00:00Z\" -> nothing (known)\n"
	      "config.Env: [\"A=1\",\"B=2\"] -> [\"A=1\"]\n");
}

static void
test_a_damaged_export(void **state)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct image_diff d;

	tmp_text(*state, "one-layer/a", "1");
	tmp_text(*state, "two-layer/a", "1");
	make_export(*state, "one", "", CONFIG);
	make_export(*state, "two", "", "\"rootfs\":1");
	assert_int_equal(read_both(*state, &d, &err), -ERR_INPUT); /* a key twice */
	image_diff_fini(&d);
	tmp_text(*state, "two-layer/b", "1");
	make_export(*state, "two", "", CONFIG);
	TMP_RUN(*state, "sh", "-c",
		"for f in two/*; do case $(head -c 1 $f) in {) ;; *) "
		"dd if=/dev/urandom of=$f bs=2048 count=5 2>/dev/null;; "
		"esac; done");
	assert_int_equal(read_both(*state, &d, &err), -ERR_FAILED);
	image_diff_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_same, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_entries, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_order, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_lists_are_bounded, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_the_config, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(test_a_damaged_export, tmp_setup, tmp_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
