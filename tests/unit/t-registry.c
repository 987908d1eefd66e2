/* SPDX-License-Identifier: Apache-2.0 */
/* t-registry.c: what is concluded from what a registry answers. */
#include "registry_bench.h"

static void
test_head_sends_exactly_this(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a/b:t");
	const char *want;
	char *AUTO_FREE got = NULL;

	answer_ping(b);
	answer_manifest(b, "HEAD /v2/a/b/manifests/t");
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_string_equal(a.digest, b->manifest_digest);
	assert_string_equal(a.media_type, OCI_IMAGE);
	assert_int_equal(a.size, strlen(MANIFEST));
	want = arena_printf(
		b->arena,
		"GET /v2/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: lockstep/" PACKAGE_VERSION
		"\r\nAccept: */*\r\n\r\n"
		"HEAD /v2/a/b/manifests/t HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
		"User-Agent: lockstep/" PACKAGE_VERSION
		"\r\nAccept: application/vnd.oci.image.index.v1+json, "
		"application/vnd.oci.image.manifest.v1+json, "
		"application/vnd.docker.distribution.manifest.list.v2+json, "
		"application/vnd.docker.distribution.manifest.v2+json\r\n\r\n",
		http_server_port(b->server), http_server_port(b->server));
	got = str_dup(http_server_log(b->server));
	assert_string_equal(got, want);
	registry_answer_fini(&a);
}

static void
test_only_404_is_absent(void **state)
{
	static const struct {
		int status;
		const char *headers, *want;
	} cases[] = {
		{ 404, "", "absent" },
		{ 400, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s400/manifests/t' answers 400" },
		{ 401, "WWW-Authenticate: Basic realm=r\r\n",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s401/manifests/t' answers 401" },
		{ 403, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s403/manifests/t' answers 403" },
		{ 405, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s405/manifests/t' answers 405" },
		{ 410, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s410/manifests/t' answers 410" },
		{ 204, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s204/manifests/t' answers 204" },
		{ 304, "",
		  "unknown remote: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s304/manifests/t' answers 304" },
		{ 429, "Retry-After: 900\r\n",
		  "unknown temporary: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s429/manifests/t' answers 429 (try again after 900 "
		  "s)" },
		{ 500, "",
		  "unknown temporary: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s500/manifests/t' answers 500" },
		{ 503, "Retry-After: 61\r\n",
		  "unknown temporary: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s503/manifests/t' answers 503 (try again after 61 s)" },
	};
	struct bench *b = *state;
	struct registry_answer a[ARRAY_SIZE(cases)] = { 0 };

	answer_ping(b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ref ref = ref_of(b, arena_printf(b->arena, "a/s%d:t", cases[i].status));

		http_server_answer(b->server,
				   arena_printf(b->arena, "HEAD /v2/a/s%d/", cases[i].status),
				   cases[i].status, cases[i].headers, "");
		registry_head(client(b), &ref, registry_keep, &a[i]);
	}
	wait_all(b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(told(b, &a[i]), cases[i].want);
		registry_answer_fini(&a[i]);
	}
}

static void
test_cut_and_silent_are_unknown(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a/cut:t");

	answer_ping(b);
	http_server_rule(b->server, "HEAD", 0, "");
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_int_equal(a.state, REGISTRY_UNKNOWN);
	assert_int_equal(a.err.class, ERR_TEMPORARY);
	registry_answer_fini(&a);
}

static void
test_registry_that_is_down(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[2] = { 0 };
	struct http_server *gone = http_server_new(b->loop, NULL);
	const char *text = arena_printf(b->arena, "127.0.0.1:%d/a", http_server_port(gone));
	struct ref ref;

	http_server_free(gone);
	assert_int_equal(ref_parse(b->arena, str_c(text), &ref, NULL), 0);
	for (int i = 0; i < 2; i++)
		registry_head(client(b), &ref, registry_keep, &a[i]);
	wait_all(b);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(a[i].state, REGISTRY_UNKNOWN);
		assert_int_equal(a[i].err.class, ERR_TEMPORARY);
		assert_true(str_starts(str_c(a[i].err.msg),
				       STR_LIT("cannot reach the registry: 'http://127.0.0.1:")));
		registry_answer_fini(&a[i]);
	}
}

static void
test_head_without_digest_reads_the_bytes(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");

	answer_ping(b);
	http_server_answer(b->server, "HEAD /v2/a/manifests/latest", 200,
			   "Content-Type: " OCI_IMAGE "\r\n", "");
	http_server_answer(b->server, "GET /v2/a/manifests/latest", 200,
			   "Content-Type: " OCI_IMAGE "\r\n", MANIFEST);
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_string_equal(a.digest, b->manifest_digest);
	registry_answer_fini(&a);
}

static void
test_what_is_not_what_was_asked_for(void **state)
{
	static const char other[] =
		"sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd";
	struct bench *b = *state;
	struct registry_answer a[6] = { 0 };
	struct ref by_digest = ref_of(b, arena_printf(b->arena, "dig@%s", other));
	struct ref wrong = ref_of(b, "wrong"), old = ref_of(b, "old"), html = ref_of(b, "html");
	struct ref blob = ref_of(b, "blob");

	answer_ping(b);
	answer_manifest(b, "HEAD /v2/dig/");
	answer_manifest(b, "GET /v2/dig/");
	http_server_answer(b->server, "GET /v2/wrong/", 200,
			   arena_printf(b->arena,
					"Content-Type: " OCI_IMAGE
					"\r\nDocker-Content-Digest: %s\r\n",
					other),
			   MANIFEST);
	http_server_answer(b->server, "GET /v2/old/", 200,
			   "Content-Type: "
			   "application/vnd.docker.distribution.manifest.v1+prettyjws\r\n",
			   "{\"schemaVersion\":1}");
	http_server_answer(b->server, "GET /v2/html/", 200, "Content-Type: text/html\r\n",
			   "<html>");
	http_server_answer(b->server, "GET /v2/blob/blobs/", 200, "", "not it");
	registry_head(client(b), &by_digest, registry_keep, &a[0]);
	registry_get(b->reg, &by_digest, registry_keep, &a[1]);
	registry_get(b->reg, &wrong, registry_keep, &a[2]);
	registry_get(b->reg, &old, registry_keep, &a[3]);
	registry_get(b->reg, &html, registry_keep, &a[4]);
	registry_blob(b->reg, &blob, other, 0, registry_keep, &a[5]);
	wait_all(b);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(a[i].state, REGISTRY_UNKNOWN);
		assert_int_equal(a[i].err.class, ERR_REMOTE);
		assert_null(a[i].body.data);
	}
	assert_non_null(strstr(a[1].err.msg, "content of another digest"));
	assert_non_null(strstr(a[3].err.msg, "it is no manifest of schema version 2"));
	for (int i = 0; i < 6; i++)
		registry_answer_fini(&a[i]);
}

static void
test_image_through_an_index(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[4] = { 0 };
	struct platform arm, s390;
	struct ref multi = ref_of(b, "multi"), broken = ref_of(b, "broken"), one = ref_of(b, "one");
	const char *index = arena_printf(
		b->arena,
		"{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX "\",\"manifests\":["
		"{\"mediaType\":\"" OCI_IMAGE "\",\"digest\":\"" MANIFEST_EMPTY_DIGEST
		"\",\"size\":1,\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}},"
		"{\"mediaType\":\"" OCI_IMAGE "\",\"digest\":\"%s\",\"size\":%zu,"
		"\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}}]}",
		b->manifest_digest, strlen(MANIFEST));
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of(index, strlen(index)), digest);
	assert_int_equal(platform_parse(STR_LIT("linux/arm64"), &arm, NULL), 0);
	assert_int_equal(platform_parse(STR_LIT("linux/s390x"), &s390, NULL), 0);
	answer_ping(b);
	http_server_answer(b->server, "GET /v2/multi/manifests/latest", 200,
			   "Content-Type: " OCI_INDEX "\r\n", index);
	http_server_answer(b->server, "GET /v2/broken/manifests/latest", 200,
			   "Content-Type: " OCI_INDEX "\r\n", index);
	http_server_answer(b->server, "GET /v2/broken/", 404, "", "");
	answer_manifest(b, "GET /v2/multi/manifests/sha256:");
	answer_manifest(b, "GET /v2/one/manifests/latest");
	registry_image(client(b), &multi, &arm, registry_keep, &a[0]);
	registry_image(b->reg, &multi, &s390, registry_keep, &a[1]);
	registry_image(b->reg, &broken, &arm, registry_keep, &a[2]);
	registry_image(b->reg, &one, &s390, registry_keep, &a[3]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_string_equal(a[0].digest, digest);
	assert_string_equal(a[0].platform_digest, b->manifest_digest);
	assert_string_equal(a[0].image_id, CONFIG_DIGEST);
	assert_string_equal(a[0].body.data, MANIFEST);
	assert_string_equal(told(b, &a[1]),
			    "unknown remote: '127.0.0.1:PORT/multi' has nothing for "
			    "the platform linux/s390x");
	assert_int_equal(a[2].err.class, ERR_REMOTE);
	assert_non_null(strstr(a[2].err.msg, "which is not there"));
	assert_string_equal(a[3].digest, b->manifest_digest);
	assert_string_equal(a[3].platform_digest, b->manifest_digest);
	for (int i = 0; i < 4; i++)
		registry_answer_fini(&a[i]);
}

static void
test_two_hundred_questions(void **state)
{
	struct bench *b = *state;
	static struct registry_answer a[200];
	size_t present = 0, absent = 0;

	answer_ping(b);
	http_server_answer(b->server, "HEAD /v2/no/", 404, "", "");
	answer_manifest(b, "HEAD /v2/");
	for (size_t i = 0; i < 200; i++) {
		struct ref ref =
			ref_of(b, arena_printf(b->arena, "%s/i:k%zu", i % 2 ? "no" : "yes", i));

		registry_head(client(b), &ref, registry_keep, &a[i]);
	}
	wait_all(b);
	for (size_t i = 0; i < 200; i++) {
		present += a[i].state == REGISTRY_PRESENT;
		absent += a[i].state == REGISTRY_ABSENT;
		registry_answer_fini(&a[i]);
	}
	assert_int_equal(present, 100);
	assert_int_equal(absent, 100);
	/* Two to find out that there is no TLS. */
	assert_int_equal(registry_stats(b->reg).requests, 202);
	assert_in_range(http_server_connections(b->server), 2, 18);
}

static void
test_tags_page_by_page(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[4] = { 0 };
	struct ref ref = ref_of(b, "a"), away = ref_of(b, "away"), bad = ref_of(b, "bad");
	struct ref none = ref_of(b, "none");

	answer_ping(b);
	http_server_answer(b->server, "GET /v2/a/tags/list?n=1000 ", 200,
			   "Link: </v2/a/tags/list?n=1000&last=y>; rel=\"next\"\r\n",
			   "{\"name\":\"a\",\"tags\":[\"z\",\"y\"]}");
	http_server_answer(b->server, "GET /v2/a/tags/list?n=1000&last=y ", 200,
			   "Link: <http://127.0.0.1:{port}/v2/a/tags/list?last=x>; rel=next\r\n",
			   "{\"tags\":[\"x\"]}");
	http_server_answer(b->server, "GET /v2/a/tags/list?last=x ", 200, "", "{\"tags\":null}");
	http_server_answer(b->server, "GET /v2/away/", 200,
			   "Link: <http://elsewhere.test/v2/x>; rel=next\r\n", "{\"tags\":[]}");
	http_server_answer(b->server, "GET /v2/bad/", 200, "", "{\"tags\":[\"a b\"]}");
	http_server_answer(b->server, "GET /v2/none/", 404, "", "");
	registry_tags(client(b), &ref, registry_keep, &a[0]);
	registry_tags(b->reg, &away, registry_keep, &a[1]);
	registry_tags(b->reg, &bad, registry_keep, &a[2]);
	registry_tags(b->reg, &none, registry_keep, &a[3]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_int_equal(a[0].ntags, 3);
	assert_string_equal(a[0].tags[0], "x");
	assert_string_equal(a[0].tags[2], "z");
	assert_string_equal(told(b, &a[1]),
			    "unknown remote: '127.0.0.1:PORT' answers with no list of tags");
	assert_string_equal(told(b, &a[2]), told(b, &a[1]));
	assert_string_equal(told(b, &a[3]), "absent");
	for (int i = 0; i < 4; i++)
		registry_answer_fini(&a[i]);
}

static void
test_where_a_tag_has_moved_no_mirror_is_asked(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[2] = { 0 };
	int port = http_server_port(b->server);
	struct ref ref = ref_of(b, "o/x:latest");

	tmp_text(b->dir, "registries.conf",
		 arena_printf(b->arena,
			      "[[registry]]\nlocation='127.0.0.1:%d/o'\n"
			      "[[registry.mirror]]\nlocation='127.0.0.1:%d/m'\n",
			      port, port));
	answer_ping(b);
	answer_manifest(b, "HEAD /v2/m/");
	http_server_answer(b->server, "HEAD /v2/o/", 404, "", "");
	registry_head(client(b), &ref, registry_keep, &a[0]);
	registry_head_origin(b->reg, &ref, registry_keep, &a[1]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_string_equal(told(b, &a[1]), "absent");
	for (int i = 0; i < 2; i++)
		registry_answer_fini(&a[i]);
}

static void
test_mirror_is_not_the_last_word(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[3] = { 0 };
	int port = http_server_port(b->server);
	struct ref ref;

	tmp_text(b->dir, "registries.conf",
		 arena_printf(b->arena,
			      "[[registry]]\nlocation='127.0.0.1:%d/o'\n"
			      "[[registry.mirror]]\nlocation='127.0.0.1:1/down'\n"
			      "[[registry.mirror]]\nlocation='127.0.0.1:%d/m'\n",
			      port, port));
	answer_ping(b);
	answer_manifest(b, "HEAD /v2/m/here/");
	http_server_answer(b->server, "HEAD /v2/m/", 404, "", "");
	answer_manifest(b, "HEAD /v2/o/there/");
	http_server_answer(b->server, "HEAD /v2/o/broken/", 403, "", "");
	ref = ref_of(b, "o/here");
	registry_head(client(b), &ref, registry_keep, &a[0]);
	ref = ref_of(b, "o/there");
	registry_head(b->reg, &ref, registry_keep, &a[1]);
	ref = ref_of(b, "o/broken");
	registry_head(b->reg, &ref, registry_keep, &a[2]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_string_equal(told(b, &a[1]), "present");
	assert_string_equal(told(b, &a[2]),
			    "unknown remote: cannot ask for a manifest: "
			    "'http://127.0.0.1:PORT/v2/o/broken/manifests/latest' answers 403");
	for (int i = 0; i < 3; i++)
		registry_answer_fini(&a[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_head_sends_exactly_this),
		T(test_only_404_is_absent),
		T(test_cut_and_silent_are_unknown),
		T(test_registry_that_is_down),
		T(test_head_without_digest_reads_the_bytes),
		T(test_what_is_not_what_was_asked_for),
		T(test_image_through_an_index),
		T(test_two_hundred_questions),
		T(test_tags_page_by_page),
		T(test_mirror_is_not_the_last_word),
		T(test_where_a_tag_has_moved_no_mirror_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
