/* SPDX-License-Identifier: Apache-2.0 */
/* t-shared_generation.c: what is asked of an image that the last release knows: once, where the tag points. */
#include "engine/shared.h"
#include "registry_bench.h"

#define ARTIFACT "application/vnd.lockstep.generation.v1+json"
#define CONFIG "{\"os\":\"linux\"}"

struct play {
	struct bench *b;
	struct graph *graph;
	struct shared *s;
	const char *manifest, *digest;
	char image_id[DIGEST_SIZE];
	struct sha256 key;
	struct shared_image found; /* digest, state, image_id, released */
	char passed[256];
};

static void
answer_with(struct bench *b, const char *what, const char *type, const char *body)
{
	http_server_answer(b->server, what, 200,
			   arena_printf(b->arena, "Content-Type: %s\r\n", type), body);
}

/* A graph of one image, app, whose last release is served as `text` (NULL: there is none). */
static struct play
open_play(struct bench *b)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct play p = { .b = b, .key = sha256_of("key", 3) };
	struct shared_opts opts = { .env = b->env, .loop = b->loop };
	const char *text = arena_printf(b->arena,
					"version: 1\nregistry: 127.0.0.1:%d/t\n"
					"images: { app: { context: . } }\n",
					http_server_port(b->server));
	char digest[DIGEST_SIZE];

	http_server_answer(b->server, "GET /v2/ ", 200, "", "");
	p.graph = graph_load(str_c(text), "g", &errs);
	assert_non_null(p.graph);
	assert_int_equal(graph_link(p.graph, NULL, 0, &errs), 0);
	opts.graph = p.graph;
	assert_int_equal(shared_new(&opts, &p.s, NULL), 0);
	sha256_digest(sha256_of(CONFIG, strlen(CONFIG)), p.image_id);
	p.manifest = arena_printf(b->arena,
				  "{\"schemaVersion\":2,\"mediaType\":\"" OCI_IMAGE
				  "\",\"config\":{\"mediaType\":"
				  "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
				  "\"size\":%zu},\"layers\":[]}",
				  p.image_id, strlen(CONFIG));
	sha256_digest(sha256_of(p.manifest, strlen(p.manifest)), digest);
	p.digest = arena_strdup(b->arena, digest);
	return p;
}

static void
serve(struct play *p, const char *text)
{
	struct bench *b = p->b;
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(text, strlen(text)), digest);
	answer_with(b, "GET /v2/t/app/manifests/lockstep-generation", OCI_IMAGE,
		    arena_printf(b->arena,
				 "{\"artifactType\":\"" ARTIFACT
				 "\",\"config\":{\"digest\":\"" MANIFEST_EMPTY_DIGEST
				 "\",\"mediaType\":\"" MANIFEST_EMPTY_TYPE
				 "\",\"size\":2},\"layers\":[{\"digest\":\"%s\",\"mediaType\":"
				 "\"" ARTIFACT "\",\"size\":%zu}],\"mediaType\":\"" OCI_IMAGE
				 "\",\"schemaVersion\":2}",
				 digest, strlen(text)));
	http_server_answer(b->server, "GET /v2/t/app/blobs/", 200, "", text);
}

static void
serve_release(struct play *p)
{
	struct generation_image image = { .name = "app",
					  .key = p->key,
					  .media_type = OCI_IMAGE,
					  .manifest = str_c(p->manifest),
					  .config = str_c(CONFIG),
					  .passed = "",
					  .took_ms = 7 };
	AUTO_FREE char *text =
		generation_text(&(struct generation){ .tag = "v1", .images = &image, .n = 1 });

	serve(p, text);
}

static void
close_play(struct play *p)
{
	shared_free(p->s);
	graph_free(p->graph);
}

static void
on_found(void *ctx, struct shared_image *found)
{
	struct play *p = ctx;

	p->found = *found;
	p->found.err = (struct err)ERR_INIT;
	p->found.manifest = p->found.config = p->found.passed = (struct buf)BUF_INIT;
}

/* The image under the key tag, and what was asked for that. */
static const char *
find(struct play *p)
{
	struct shared_question q = { .image = &p->graph->images[0],
				     .tag = "key-x",
				     .key = &p->key,
				     .config = true,
				     .passed = true };

	assert_int_equal(shared_read_generation(p->s, NULL), 0);
	http_server_forget(p->b->server);
	shared_find(p->s, &q, on_found, p);
	assert_int_equal(shared_wait(p->s, NULL), 0);
	return http_server_lines(p->b->server);
}

/* Where the tag that was released points. */
static void
points_to(struct play *p, int status, const char *digest)
{
	http_server_answer(p->b->server, "HEAD /v2/t/app/manifests/v1", status,
			   arena_printf(p->b->arena,
					"Content-Type: " OCI_IMAGE
					"\r\nDocker-Content-Digest: %s\r\n",
					digest),
			   "");
}

static void
test_one_question(void **state)
{
	struct play p = open_play(*state);

	serve_release(&p);
	points_to(&p, 200, p.digest);
	assert_string_equal(find(&p), "HEAD /v2/t/app/manifests/v1\n");
	assert_int_equal(p.found.state, REGISTRY_PRESENT);
	assert_string_equal(p.found.digest, p.digest);
	assert_string_equal(p.found.image_id, p.image_id);
	assert_true(p.found.released);
	assert_int_equal(p.found.took_ms, 7);
	close_play(&p);
}

/* Whatever keeps the last release from being the answer: the key's tag is. */
static void
falls_back(struct play *p, const char *asked)
{
	http_server_answer(p->b->server, "GET /v2/t/app/manifests/key-x", 404, "", "");
	assert_string_equal(find(p), asked);
	assert_int_equal(p->found.state, REGISTRY_ABSENT);
	assert_false(p->found.released);
	close_play(p);
}

static void
test_the_tag_was_moved(void **state)
{
	struct play p = open_play(*state);

	serve_release(&p);
	points_to(&p, 200, CONFIG_DIGEST);
	falls_back(&p, "HEAD /v2/t/app/manifests/v1\nGET /v2/t/app/manifests/key-x\n");
}

static void
test_the_image_is_gone(void **state)
{
	struct play p = open_play(*state);

	serve_release(&p);
	points_to(&p, 404, CONFIG_DIGEST);
	falls_back(&p, "HEAD /v2/t/app/manifests/v1\nGET /v2/t/app/manifests/key-x\n");
}

static void
test_no_answer_about_the_tag(void **state)
{
	struct play p = open_play(*state);

	serve_release(&p);
	points_to(&p, 403, CONFIG_DIGEST);
	falls_back(&p, "HEAD /v2/t/app/manifests/v1\nGET /v2/t/app/manifests/key-x\n");
}

static void
test_another_key(void **state)
{
	struct play p = open_play(*state);

	serve_release(&p);
	p.key = sha256_of("other", 5);
	falls_back(&p, "GET /v2/t/app/manifests/key-x\n");
}

static void
test_no_release(void **state)
{
	struct play p = open_play(*state);

	http_server_answer(p.b->server, "GET /v2/t/app/manifests/lockstep-generation", 404, "", "");
	falls_back(&p, "GET /v2/t/app/manifests/key-x\n");
}

static void
test_no_answer_about_the_release(void **state)
{
	struct play p = open_play(*state);

	http_server_answer(p.b->server, "GET /v2/t/app/manifests/lockstep-generation", 403, "", "");
	falls_back(&p, "GET /v2/t/app/manifests/key-x\n");
}

static void
test_a_release_that_is_none(void **state)
{
	struct play p = open_play(*state);

	serve(&p, "{\"schema\":\"lockstep.generation/9\"}");
	falls_back(&p, "GET /v2/t/app/manifests/key-x\n");
}

static void
test_a_tag_that_moves(void **state)
{
	struct play p = open_play(*state);
	struct shared_question q = { .image = &p.graph->images[0], .tag = "v1", .moves = true };

	points_to(&p, 200, p.digest);
	answer_with(p.b, arena_printf(p.b->arena, "GET /v2/t/app/manifests/%s", p.digest),
		    OCI_IMAGE, p.manifest);
	shared_find(p.s, &q, on_found, &p);
	assert_int_equal(shared_wait(p.s, NULL), 0);
	assert_string_equal(p.found.image_id, p.image_id);
	assert_non_null(strstr(http_server_lines(p.b->server), "HEAD /v2/t/app/manifests/v1\n"));
	close_play(&p);
}

static void
test_the_same_is_not_written_again(void **state)
{
	struct play p = open_play(*state);
	struct generation_image image = { .name = "app",
					  .key = p.key,
					  .media_type = OCI_IMAGE,
					  .manifest = str_c(p.manifest),
					  .config = str_c(CONFIG),
					  .passed = "",
					  .took_ms = 7 };
	struct generation g = { .tag = "v1", .images = &image, .n = 1 };

	serve_release(&p);
	assert_int_equal(shared_read_generation(p.s, NULL), 0);
	http_server_forget(p.b->server);
	assert_int_equal(shared_write_generation(p.s, &g, NULL), 0);
	assert_string_equal(http_server_lines(p.b->server), "");
	http_server_answer(p.b->server, "HEAD /v2/t/app/blobs/", 200, "", "");
	http_server_answer(p.b->server, "PUT /v2/t/app/manifests/lockstep-generation", 201, "", "");
	image.took_ms = 8;
	assert_int_equal(shared_write_generation(p.s, &g, NULL), 0);
	assert_non_null(strstr(http_server_lines(p.b->server),
			       "PUT /v2/t/app/manifests/lockstep-generation\n"));
	close_play(&p);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_question),
		T(test_the_tag_was_moved),
		T(test_the_image_is_gone),
		T(test_no_answer_about_the_tag),
		T(test_another_key),
		T(test_no_release),
		T(test_no_answer_about_the_release),
		T(test_a_release_that_is_none),
		T(test_a_tag_that_moves),
		T(test_the_same_is_not_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
