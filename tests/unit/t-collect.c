/* SPDX-License-Identifier: Apache-2.0 */
/* t-collect.c: which files of a real folder a recipe reads, and what is wrong with its sources. */
#include "base/file.h"
#include "engine/collect.h"
#include "lib/tmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct case_ {
	struct project *p;
	struct inputs *in;
	struct store *store;
	struct pool *pool;
	struct err_list errs;
	struct err err;
	int r;
};

/* Collects for the image in dir/ctx with this Dockerfile (below FROM scratch). */
static struct case_
collect_for(enum builder_kind builder, const char *dir, const char *lines)
{
	AUTO_FREE char *graph = tmp_path(dir, "lockstep.yaml");
	AUTO_FREE char *text = xasprintf("FROM scratch\n%s", lines);
	struct case_ c = { 0 };
	struct project_opts opts = { .graph_file = graph, .builder = builder };

	tmp_text(dir, "lockstep.yaml", "version: 1\nimages:\n  it: { context: ctx }\n");
	tmp_text(dir, "ctx/Dockerfile", text);
	c.r = project_load(&opts, &c.p, &c.errs, &c.err);
	if (c.r)
		fail_msg("%s", c.err.msg ? c.err.msg : c.errs.items[0].msg);
	c.in = inputs_new();
	c.pool = pool_new(2);
	struct collect_opts what = { .project = c.p,
				     .image = &c.p->graph->images[0],
				     .recipe = c.p->sources[0].edges,
				     .pool = c.pool };

	c.r = collect_files(&what, c.in, &c.errs, &c.err);
	return c;
}

static struct case_
collect(const char *dir, const char *lines)
{
	return collect_for(BUILDER_BUILDAH, dir, lines);
}

static void
done(struct case_ *c)
{
	pool_free(c->pool);
	inputs_free(c->in);
	project_free(c->p);
	err_list_clear(&c->errs);
	err_clear(&c->err);
}

/* The records of the key as they come out: kind and path, and more where it counts. */
static void
check(const char *dir, const char *lines, const char *want)
{
	struct case_ c = collect(dir, lines);
	AUTO_BUF struct buf got = BUF_INIT;

	if (c.r)
		fail_msg("%s", c.err.msg ? c.err.msg : c.errs.items[0].msg);
	inputs_finish(c.in);
	buf_init(&got, 0);
	for (size_t i = 0; i < c.in->files.n; i++) {
		const struct input_file *f = &c.in->files.v[i];

		buf_addf(&got, "%s%s %.*s", input_kind_name(f->kind), f->executable ? "*" : "",
			 STR_FMT(f->path));
		if (f->kind == INPUT_LINK)
			buf_addf(&got, " -> %.*s", STR_FMT(f->target));
		buf_addc(&got, '\n');
	}
	for (size_t i = 0; i < c.in->skipped.n; i++)
		buf_addf(&got, "socket %s\n", c.in->skipped.v[i]);
	assert_string_equal(got.data ? got.data : "", want);
	done(&c);
}

static void
check_mistake(const char *dir, const char *lines, const char *msg, const char *hint)
{
	struct case_ c = collect(dir, lines);

	assert_int_equal(c.r, -ERR_INPUT);
	assert_int_equal(c.errs.n, 1);
	assert_string_equal(c.errs.items[0].msg, msg);
	assert_int_equal(c.errs.items[0].where.line, 2);
	assert_string_equal(c.errs.items[0].hint, hint);
	done(&c);
}

static void
link_to(const char *dir, const char *target, const char *name)
{
	AUTO_FREE char *path = tmp_path(dir, name);

	tmp_mkdir(dir, "ctx");
	assert_int_equal(symlink(target, path), 0);
}

static void
test_only_what_is_named(void **state)
{
	tmp_text(*state, "ctx/a", "a");
	tmp_text(*state, "ctx/b", "b");
	tmp_write(*state, "ctx/d/run.sh", STR_LIT("x"), 0755);
	tmp_text(*state, "ctx/d/e/f", "f");
	tmp_mkdir(*state, "ctx/d/empty");
	check(*state, "COPY a /", "file a\n");
	check(*state, "COPY d /d", "file d/e/f\nfile* d/run.sh\ndir d\ndir d/e\ndir d/empty\n");
	check(*state, "COPY a d/e /x/", "file a\nfile d/e/f\ndir d/e\n");
	check(*state, "RUN true", "");
}

static void
test_hashes_are_those_of_the_bytes(void **state)
{
	struct sha256 want = sha256_of("bytes", 5);
	struct case_ c;

	tmp_text(*state, "ctx/a", "bytes");
	c = collect(*state, "COPY a /");
	assert_int_equal(c.r, 0);
	assert_int_equal(c.in->files.n, 1);
	assert_memory_equal(c.in->files.v[0].hash.b, want.b, SHA256_LEN);
	assert_int_equal(c.in->files.v[0].size, 5);
	assert_int_equal(c.in->files.v[0].line, 2);
	done(&c);
}

static void
test_the_ignore_file_leaves_out(void **state)
{
	tmp_text(*state, "ctx/d/keep", "");
	tmp_text(*state, "ctx/d/drop.o", "");
	tmp_text(*state, "ctx/out/deep/back", "");
	tmp_text(*state, "ctx/out/gone", "");
	tmp_text(*state, "ctx/.dockerignore", "**/*.o\nout/*\n!out/deep\n");
	check(*state, "COPY d /", "file d/keep\ndir d\n");
	check(*state, "COPY out /", "file out/deep/back\ndir out\ndir out/deep\n");
}

static void
test_symlinks_that_a_source_names_are_followed(void **state)
{
	tmp_text(*state, "ctx/real/file", "");
	link_to(*state, "real", "ctx/to-dir");
	link_to(*state, "to-dir/file", "ctx/to-file");
	link_to(*state, "/real/file", "ctx/absolute");
	check(*state, "COPY to-dir /", "file real/file\nlink to-dir -> real\ndir real\n");
	check(*state, "COPY to-file /",
	      "file real/file\nlink to-dir -> real\nlink to-file -> to-dir/file\n");
	check(*state, "COPY to-dir/file /", "file real/file\nlink to-dir -> real\n");
	check(*state, "COPY absolute /", "file real/file\nlink absolute -> /real/file\n");
}

static void
test_symlinks_below_a_folder_stay_links(void **state)
{
	tmp_text(*state, "ctx/other", "");
	tmp_mkdir(*state, "ctx/d");
	link_to(*state, "../other", "ctx/d/link");
	link_to(*state, "nowhere", "ctx/d/broken");
	check(*state, "COPY d /", "link d/broken -> nowhere\nlink d/link -> ../other\ndir d\n");
}

static void
test_links_that_lead_nowhere(void **state)
{
	static const char hint[] = "paths are relative to the context, not to the Dockerfile";

	tmp_text(*state, "outside", "");
	link_to(*state, "../outside", "ctx/out");
	link_to(*state, "loop", "ctx/loop");
	link_to(*state, "nothing", "ctx/broken");
	check_mistake(*state, "COPY out /", "COPY: 'out' does not exist in context 'ctx'", hint);
	check_mistake(*state, "COPY loop /", "COPY: 'loop' does not exist in context 'ctx'", hint);
	check_mistake(*state, "COPY broken /", "COPY: 'broken' does not exist in context 'ctx'",
		      hint);
}

static void
test_globs(void **state)
{
	tmp_text(*state, "ctx/a/x.c", "");
	tmp_text(*state, "ctx/a/x.h", "");
	tmp_text(*state, "ctx/b/y.c", "");
	tmp_text(*state, "ctx/b/sub/z.c", "");
	link_to(*state, "b", "ctx/link");
	check(*state, "COPY a/*.c /", "file a/x.c\n");
	check(*state, "COPY [ab]/*.c /", "file a/x.c\nfile b/y.c\n");
	check(*state, "COPY l*/y.c /", "file b/y.c\nlink link -> b\n");
	check(*state, "COPY b/s*b /", "file b/sub/z.c\ndir b/sub\n");
}

/* Optional is one pattern of several, in every dialect, and never all of an instruction. */
static void
test_patterns_that_match_nothing(void **state)
{
	static const struct {
		const char *lines, *want; /* NULL = it is right */
	} cases[] = {
		{ "COPY a no* /o/", NULL },
		{ "COPY no* a /o/", NULL },
		{ "COPY no* /o/", "COPY: 'no*' matches nothing in context 'ctx'" },
		{ "COPY no* not* /o/", "COPY: 'no*' matches nothing in context 'ctx'" },
		{ "ADD [\"no*\", \"/o/\"]", "ADD: 'no*' matches nothing in context 'ctx'" },
		{ "COPY no* /o/\nCOPY a /o/", "COPY: 'no*' matches nothing in context 'ctx'" },
	};
	static const enum builder_kind builders[] = { BUILDER_BUILDAH, BUILDER_DOCKER };

	tmp_text(*state, "ctx/a", "");
	for (size_t i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(builders); i++) {
		const char *want = cases[i / 2].want;
		struct case_ c = collect_for(builders[i % 2], *state, cases[i / 2].lines);

		assert_int_equal(c.r, want ? -ERR_INPUT : 0);
		assert_int_equal(c.errs.n, want ? 1 : 0);
		assert_string_equal(want ? c.errs.items[0].msg : "", want ? want : "");
		done(&c);
	}
}

/* buildah 1.28 says no to such an instruction, whatever the address gives. */
static void
test_patterns_beside_addresses(void **state)
{
	static const struct {
		enum builder_kind builder;
		const char *lines, *want;
	} cases[] = {
		{ BUILDER_BUILDAH, "ADD http://x.org/f no* /o/",
		  "ADD: 'no*' matches nothing in context 'ctx'" },
		{ BUILDER_BUILDAH, "ADD a no* http://x.org/f not* no* /o/",
		  "ADD: 'not*' matches nothing in context 'ctx'" },
		{ BUILDER_BUILDAH, "ADD a no* http://x.org/f no* a /o/", "" },
		{ BUILDER_DOCKER, "ADD http://x.org/f no* /o/", "" },
	};

	tmp_text(*state, "ctx/a", "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct case_ c = collect_for(cases[i].builder, *state, cases[i].lines);

		assert_string_equal(c.errs.n ? c.errs.items[0].msg : "", cases[i].want);
		done(&c);
	}
}

static void
test_sources_that_are_not_there(void **state)
{
	tmp_text(*state, "ctx/a", "");
	tmp_text(*state, "ctx/secret", "");
	tmp_text(*state, "ctx/.dockerignore", "# no secrets\nsecret\n");
	check_mistake(*state, "COPY nosuch /", "COPY: 'nosuch' does not exist in context 'ctx'",
		      "paths are relative to the context, not to the Dockerfile");
	check_mistake(*state, "COPY a/b /", "COPY: 'a/b' does not exist in context 'ctx'",
		      "paths are relative to the context, not to the Dockerfile");
}

static void
test_a_source_that_is_left_out(void **state)
{
	struct case_ c;

	tmp_text(*state, "ctx/secret", "");
	tmp_text(*state, "ctx/.dockerignore", "# no secrets\nsecret\n");
	c = collect(*state, "COPY secret /");
	assert_int_equal(c.r, -ERR_INPUT);
	assert_int_equal(c.errs.n, 1);
	assert_non_null(strstr(c.errs.items[0].msg, "ctx/.dockerignore:2: secret"));
	assert_string_equal(c.errs.items[0].hint,
			    "add '!secret' below that line, or copy another file");
	done(&c);
}

static void
test_what_no_image_can_hold(void **state)
{
	AUTO_FREE char *fifo = tmp_path(*state, "ctx/d/fifo");

	tmp_mkdir(*state, "ctx/d");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	check_mistake(*state, "COPY d /",
		      "COPY: 'd/fifo' is a device or a FIFO, which no image should hold",
		      "remove it, or add it to the ignore file");
	tmp_text(*state, "ctx/.dockerignore", "d/fifo\n");
	check(*state, "COPY d /", "dir d\n");
}

static void
test_sockets_are_skipped_and_said(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	AUTO_FREE char *path = tmp_path(*state, "ctx/d/s");
	int AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	tmp_mkdir(*state, "ctx/d");
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	check(*state, "COPY d d/s* /", "dir d\nsocket d/s\n");
	tmp_text(*state, "ctx/.dockerignore", "d/s\n");
	check(*state, "COPY d /", "dir d\n");
}

static void
test_devices_are_mistakes(void **state)
{
	AUTO_FREE char *path = tmp_path(*state, "ctx/d/null");

	tmp_mkdir(*state, "ctx/d");
	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)))
		skip(); /* not root, or not even root may */
	check_mistake(*state, "COPY d /",
		      "COPY: 'd/null' is a device or a FIFO, which no image should hold",
		      "remove it, or add it to the ignore file");
}

static void
test_names_that_buildah_misreads(void **state)
{
	tmp_text(*state, "ctx/d/a[1]", "");
	check_mistake(*state, "COPY d /",
		      "COPY: 'd/a[1]': buildah loses names with any of * ? [ \\",
		      "rename it, ignore it, or build with BuildKit");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, tmp_setup, tmp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_only_what_is_named),
		CASE(test_hashes_are_those_of_the_bytes),
		CASE(test_the_ignore_file_leaves_out),
		CASE(test_symlinks_that_a_source_names_are_followed),
		CASE(test_symlinks_below_a_folder_stay_links),
		CASE(test_links_that_lead_nowhere),
		CASE(test_globs),
		CASE(test_patterns_that_match_nothing),
		CASE(test_patterns_beside_addresses),
		CASE(test_sources_that_are_not_there),
		CASE(test_a_source_that_is_left_out),
		CASE(test_what_no_image_can_hold),
		CASE(test_sockets_are_skipped_and_said),
		CASE(test_devices_are_mistakes),
		CASE(test_names_that_buildah_misreads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
