/* SPDX-License-Identifier: Apache-2.0 */
/* t-shared_event.c: the last event of a group, as a registry has it or has it not. */
#include "engine/shared_event.h"
#include "registry_bench.h"

#define HEX(c) c c c c c c c c c c c c c c c c
#define A "sha256:" HEX("aaaa")
#define EVENT_TYPE "application/vnd.lockstep.event.v1+json"
#define TAG "/manifests/lockstep-event-g"

struct play {
	struct bench *b;
	struct graph *graph;
	struct shared *s;
};

/* Two leaves, app and tool, whose registry is the bench's server. */
static struct play
open_play(struct bench *b)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct play p = { .b = b };
	struct shared_opts opts = { .env = b->env, .loop = b->loop };
	const char *text = arena_printf(b->arena,
					"version: 1\nregistry: 127.0.0.1:%d/t\n"
					"images: { tool: { context: . }, app: { context: . } }\n"
					"events: { group: g }\n",
					http_server_port(b->server));

	answer_ping(b);
	p.graph = graph_load(str_c(text), "g", &errs);
	assert_non_null(p.graph);
	assert_int_equal(graph_link(p.graph, NULL, 0, &errs), 0);
	opts.graph = p.graph;
	assert_int_equal(shared_new(&opts, &p.s, NULL), 0);
	return p;
}

static void
close_play(struct play *p)
{
	shared_free(p->s);
	graph_free(p->graph);
}

/* An event of that group and number in the repository; what is before the first layer of its manifest. */
static void
serve(struct play *p, const char *repo, const char *group, int seq, const char *more)
{
	struct bench *b = p->b;
	const char *body = arena_printf(
		b->arena,
		"{\"changed\":[{\"digest\":\"" A
		"\",\"image\":\"r.io/x\"}],\"group\":\"%s\",\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\","
		"\"schema\":\"lockstep.images/1\",\"seq\":%d,\"source\":{},"
		"\"time\":\"2026-01-01T00:00:00Z\"}",
		group, seq);
	char digest[DIGEST_SIZE];
	const char *manifest;

	sha256_digest(sha256_of(body, strlen(body)), digest);
	manifest = arena_printf(b->arena,
				"{%s\"artifactType\":\"" EVENT_TYPE
				"\",\"config\":{\"digest\":\"" MANIFEST_EMPTY_DIGEST
				"\",\"mediaType\":\"" MANIFEST_EMPTY_TYPE
				"\",\"size\":2},\"layers\":[{"
				"\"digest\":\"%s\",\"mediaType\":\"" EVENT_TYPE "\",\"size\":%zu}],"
				"\"mediaType\":\"" OCI_IMAGE "\",\"schemaVersion\":2}",
				more, digest, strlen(body));
	http_server_answer(b->server, arena_printf(b->arena, "GET /v2/t/%s" TAG, repo), 200,
			   "Content-Type: " OCI_IMAGE "\r\n", manifest);
	http_server_answer(b->server, arena_printf(b->arena, "GET /v2/t/%s/blobs/%s", repo, digest),
			   200, "", body);
}

static void
test_none_only_where_no_repository_has_it(void **state)
{
	struct play p = open_play(*state);
	struct shared_event AUTO_SHARED_EVENT e = { 0 };
	AUTO_ERR struct err err = ERR_INIT;

	http_server_answer(p.b->server, "GET /v2/t/", 404, "", "");
	assert_int_equal(shared_event_last(p.s, &e, &err), 0);
	assert_null(e.event);
	assert_non_null(strstr(http_server_lines(p.b->server), "GET /v2/t/app" TAG "\n"));
	assert_non_null(strstr(http_server_lines(p.b->server), "GET /v2/t/tool" TAG "\n"));
	close_play(&p);
}

static void
test_first_leaf_before_others(void **state)
{
	struct play p = open_play(*state);
	struct shared_event AUTO_SHARED_EVENT e = { 0 };
	AUTO_ERR struct err err = ERR_INIT;

	serve(&p, "app", "g", 5, "");
	serve(&p, "tool", "g", 7, "");
	assert_int_equal(shared_event_last(p.s, &e, &err), 0);
	assert_int_equal(e.event->seq, 5);
	assert_string_equal(e.holder->name, "app");
	assert_int_equal(e.nimages, 0);
	close_play(&p);
}

static void
test_another_repository_where_the_graph_has_changed(void **state)
{
	struct play p = open_play(*state);
	struct shared_event AUTO_SHARED_EVENT e = { 0 };
	AUTO_ERR struct err err = ERR_INIT;

	http_server_answer(p.b->server, "GET /v2/t/app/", 404, "", "");
	serve(&p, "tool", "g", 7,
	      "\"annotations\":{\"dev.lockstep.state\":\"r.io/x " A " t\\nr.io/y " A
	      "\\nr.io/z nonsense\\n\\n\"},");
	assert_int_equal(shared_event_last(p.s, &e, &err), 0);
	assert_int_equal(e.event->seq, 7);
	assert_int_equal(e.nimages, 2);
	assert_string_equal(e.images[0].image, "r.io/x");
	assert_string_equal(e.images[0].tag, "t");
	assert_string_equal(e.images[1].digest, A);
	assert_null(e.images[1].tag);
	close_play(&p);
}

static void
test_no_answer_is_not_none(void **state)
{
	struct play p = open_play(*state);
	struct shared_event AUTO_SHARED_EVENT e = { 0 };
	AUTO_ERR struct err err = ERR_INIT;

	http_server_answer(p.b->server, "GET /v2/t/app/", 404, "", "");
	http_server_answer(p.b->server, "GET /v2/t/tool/", 400, "", "");
	assert_true(shared_event_last(p.s, &e, &err) < 0);
	assert_non_null(strstr(err.msg, "reading the last event of group 'g'"));
	close_play(&p);
}

static void
test_of_another_group(void **state)
{
	struct play p = open_play(*state);
	struct shared_event AUTO_SHARED_EVENT e = { 0 };
	AUTO_ERR struct err err = ERR_INIT;

	serve(&p, "app", "other", 5, "");
	assert_int_equal(shared_event_last(p.s, &e, &err), -ERR_REMOTE);
	assert_string_equal(err.msg, "the event of group 'g' in 'app' is one of 'other'");
	close_play(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_none_only_where_no_repository_has_it),
		T(test_first_leaf_before_others),
		T(test_another_repository_where_the_graph_has_changed),
		T(test_no_answer_is_not_none),
		T(test_of_another_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
