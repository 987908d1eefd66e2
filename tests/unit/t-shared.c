/* SPDX-License-Identifier: Apache-2.0 */
/* t-shared.c: an image gets its key only where nobody else's has it, however late that one came. */
#include "engine/shared.h"
#include "registry_bench.h"

#define OTHER_CONFIG "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define TYPE "Content-Type: " OCI_IMAGE "\r\n"
#define KEY "/v2/t/app/manifests/key-"
#define NONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

struct play {
	struct bench *b;
	struct graph *graph;
	struct shared *s;
	enum registry_state state;
	char image_id[DIGEST_SIZE], said[256];
};

static const char *
other(struct bench *b)
{
	return arena_printf(b->arena,
			    "{\"schemaVersion\":2,\"mediaType\":\"" OCI_IMAGE
			    "\",\"config\":{\"mediaType\":"
			    "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
			    "\"size\":2},\"layers\":[]}",
			    OTHER_CONFIG);
}

/* A registry that has our image under its digest, takes what is attached, and has no key yet. */
static void
open_play(struct play *p, struct bench *b)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct shared_opts opts = { .env = b->env, .loop = b->loop };
	const char *text = arena_printf(b->arena,
					"version: 1\nregistry: 127.0.0.1:%d/t\n"
					"images: { app: { context: . } }\n",
					http_server_port(b->server));

	*p = (struct play){ .b = b };
	answer_ping(b);
	p->graph = graph_load(str_c(text), "g", &errs);
	assert_non_null(p->graph);
	opts.graph = p->graph;
	assert_int_equal(shared_new(&opts, &p->s, NULL), 0);
	http_server_rule(b->server, "GET " KEY, 1, NONE);
	http_server_answer(b->server, "HEAD /v2/t/app/blobs/", 200, "", "");
	http_server_answer(b->server, "PUT /v2/t/app/manifests/sha256:", 201,
			   "OCI-Subject: yes\r\n", "");
	http_server_answer(b->server, "GET /v2/t/app/manifests/sha256:", 200, TYPE, MANIFEST);
}

static void
on_published(void *ctx, struct shared_image *image)
{
	struct play *p = ctx;

	p->state = image->state;
	memcpy(p->image_id, image->image_id, DIGEST_SIZE);
	if (image->err.msg)
		(void)snprintf(p->said, sizeof(p->said), "%s", image->err.msg);
}

/* Plays it, and ends it. */
static const char *
publish(struct play *p)
{
	struct shared_offer offer = { .image = &p->graph->images[0],
				      .key = sha256_of("k", 1),
				      .digest = p->b->manifest_digest,
				      .record = "{}",
				      .built_ms = 1 };

	http_server_forget(p->b->server);
	shared_publish(p->s, &offer, on_published, p);
	assert_int_equal(shared_wait(p->s, NULL), 0);
	shared_free(p->s);
	graph_free(p->graph);
	return http_server_lines(p->b->server);
}

static void
test_a_free_key_is_set(void **state)
{
	struct bench *b = *state;
	struct play p;
	const char *lines;

	open_play(&p, b);
	http_server_rule(b->server, "HEAD " KEY, 1, NONE);
	http_server_answer(b->server, "PUT " KEY, 201, "", "");
	http_server_answer(b->server, "GET " KEY, 200, TYPE, MANIFEST);
	lines = publish(&p);
	assert_int_equal(p.state, REGISTRY_PRESENT);
	assert_string_equal(p.image_id, CONFIG_DIGEST);
	/* The question and the tag are neighbours. */
	assert_non_null(strstr(lines, "HEAD " KEY));
	assert_ptr_equal(strstr(strstr(lines, "HEAD " KEY), "\n") + 1, strstr(lines, "PUT " KEY));
}

static void
test_who_came_between_is_not_overwritten(void **state)
{
	struct bench *b = *state;
	char digest[DIGEST_SIZE];
	const char *manifest = other(b), *lines;
	struct play p;

	open_play(&p, b);
	sha256_digest(sha256_of(manifest, strlen(manifest)), digest);
	http_server_answer(b->server, "HEAD " KEY, 200,
			   arena_printf(b->arena, TYPE "Docker-Content-Digest: %s\r\n", digest),
			   "");
	http_server_answer(b->server, "GET " KEY, 200, TYPE, manifest);
	lines = publish(&p);
	assert_int_equal(p.state, REGISTRY_PRESENT);
	assert_string_equal(p.image_id, OTHER_CONFIG);
	assert_null(strstr(lines, "PUT " KEY));
}

static void
test_no_answer_sets_nothing(void **state)
{
	struct bench *b = *state;
	const char *lines;
	struct play p;

	open_play(&p, b);
	http_server_answer(b->server, "HEAD " KEY, 403, "", "");
	lines = publish(&p);
	assert_int_equal(p.state, REGISTRY_UNKNOWN);
	assert_non_null(strstr(p.said, "looking up 'app'"));
	assert_null(strstr(lines, "PUT " KEY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_free_key_is_set, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_came_between_is_not_overwritten, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_no_answer_sets_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
