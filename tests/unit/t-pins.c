/* SPDX-License-Identifier: Apache-2.0 */
/* t-pins.c: the pins of a working tree and of a commit. */
#include "engine/pins.h"

#include "io/git.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct pin_image images[] = { { "ghcr.io/o/x", "2", NULL },
					   { "ghcr.io/o/y", NULL, NULL } };

static void
make_repository(const char *dir)
{
	TMP_RUN(dir, "sh", "-ec",
		"git init -q; mkdir -p a b; echo 'image: ghcr.io/o/x:1' >a/x.yaml;"
		"echo 'image: ghcr.io/o/x:2' >b/x.yaml; ln -s x.yaml a/link.yaml;"
		"printf 'x\\0ghcr.io/o/x:1' >a/binary.yaml; git add .;"
		"git -c user.name=t -c user.email=t@e commit -qm one;"
		"echo 'image: ghcr.io/o/x:3' >b/x.yaml; rm a/x.yaml; echo 'i: ghcr.io/o/x:9' >new.yaml");
}

static struct pins *
plan(const struct pins_opts *opts)
{
	struct err AUTO_ERR err = ERR_INIT;
	struct pins *p = NULL;

	assert_int_equal(pins_find(opts, images, ARRAY_SIZE(images), &p, &err), 0);
	assert_int_equal(pins_plan(p, opts, &err), 0);
	return p;
}

static void
reads_the_working_tree(void **state)
{
	const char *dir = *state;
	struct pins_opts opts = { .top = dir };
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE after = NULL;
	struct pins *p;

	make_repository(dir);
	p = plan(&opts);
	assert_int_equal(p->nfiles, 1);
	assert_string_equal(p->files[0].file.path, "b/x.yaml");
	assert_string_equal(p->files[0].edit.text.p, "image: ghcr.io/o/x:2\n");
	assert_int_equal(p->skipped.links, 1);
	assert_int_equal(p->skipped.binary, 1);
	assert_int_equal(p->skipped.missing, 1);
	assert_int_equal(pins_write(p, &opts, &err), 0);
	after = tmp_read(dir, "b/x.yaml");
	assert_string_equal(after, "image: ghcr.io/o/x:2\n");
	pins_free(p);
}

/* A pull request is made from the tip of its base, whatever lies in the folder. */
static void
reads_a_commit(void **state)
{
	const char *dir = *state;
	struct pins_opts opts = { .top = dir };
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE head = NULL;
	struct pins *p;

	make_repository(dir);
	assert_int_equal(git_resolve(dir, "HEAD", &head, &err), 0);
	opts.rev = head;
	p = plan(&opts);
	assert_int_equal(p->nfiles, 2);
	assert_string_equal(p->files[0].file.path, "a/x.yaml");
	assert_string_equal(p->files[0].edit.text.p, "image: ghcr.io/o/x:2\n");
	assert_int_equal(p->files[0].mode, 0100644);
	assert_int_equal(p->files[1].edit.nmoved, 0);
	assert_int_equal(p->nmoved, 1);
	assert_int_equal(p->npins, 2);
	assert_int_equal(p->skipped.links, 1);
	pins_free(p);
}

static void
looks_below_paths_only(void **state)
{
	const char *dir = *state, *paths[] = { "b", "nope" };
	struct pins_opts opts = { .top = dir, .paths = paths, .npaths = 1 };
	struct err AUTO_ERR err = ERR_INIT;
	struct pins *p;

	make_repository(dir);
	p = plan(&opts);
	assert_int_equal(p->nread, 1);
	pins_free(p);
	opts.npaths = 2;
	assert_int_equal(pins_find(&opts, images, 2, &p, &err), -ERR_USAGE);
	assert_string_equal(err.msg, "git knows no file at 'nope'");
}

static void
finds_what_disagrees(void **state UNUSED)
{
	const struct pin_image owned[] = { { "ghcr.io/o/x", NULL, NULL } };
	const struct pins_text texts[] = {
		{ "a.yaml", STR_LIT("- ghcr.io/o/x:1\n- ghcr.io/o/y:7\n") },
		{ "b.yaml", STR_LIT("- ghcr.io/o/x:1 # ghcr.io/o/x:0\n- ghcr.io/o/x:2\n") },
	};
	struct pins *p = pins_of_texts(owned, 1, texts, 2);
	size_t n = 0;
	const struct pins_drift *d = pins_drifts(p, &n);

	assert_int_equal(n, 1);
	assert_string_equal(d[0].file->file.path, "b.yaml");
	assert_int_equal(d[0].pin->line, 2);
	assert_string_equal(d[0].other_file->file.path, "a.yaml");
	assert_string_equal(d[0].other->tag, "1");
	pins_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_the_working_tree, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(reads_a_commit, tmp_setup, tmp_teardown),
		cmocka_unit_test_setup_teardown(looks_below_paths_only, tmp_setup, tmp_teardown),
		cmocka_unit_test(finds_what_disagrees),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
