/* SPDX-License-Identifier: Apache-2.0 */
/* t-registry_write.c: uploads, tags, artifacts. */
#include "registry_bench.h"

static void
test_upload_that_is_cut_begins_anew(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");
	struct registry_blob_source blob = blob_of(b, "x");

	answer_ping(b);
	http_server_answer(b->server, "HEAD", 404, "", "");
	http_server_answer(b->server, "POST /v2/a/blobs/uploads/ ", 202,
			   "Location: http://127.0.0.1:{port}/up?s=1\r\n", "");
	http_server_rule(b->server, "PUT /up?s=1&digest=sha256%3A", 1,
			 "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n");
	http_server_answer(b->server, "PUT /up?s=1&digest=sha256%3A", 201, "", "");
	registry_push_blob(client(b), &ref, &blob, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_string_equal(a.digest, blob.digest);
	assert_false(a.mounted);
	assert_true(str_ends(http_server_log(b->server),
			     STR_LIT("Content-Type: application/octet-stream\r\n"
				     "Content-Length: 1\r\n\r\nx")));
	registry_answer_fini(&a);
}

static void
test_upload_that_never_works(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");
	struct registry_blob_source blob = blob_of(b, "x");
	const char *lines;
	size_t posts = 0;

	answer_ping(b);
	http_server_answer(b->server, "HEAD", 404, "", "");
	http_server_answer(b->server, "POST", 202, "Location: /up\r\n", "");
	http_server_answer(b->server, "PUT", 500, "", "");
	registry_push_blob(client(b), &ref, &blob, registry_keep, &a);
	wait_all(b);
	assert_int_equal(a.state, REGISTRY_UNKNOWN);
	assert_int_equal(a.err.class, ERR_TEMPORARY);
	for (lines = http_server_lines(b->server); (lines = strstr(lines, "POST")); lines++)
		posts++;
	assert_int_equal(posts, 3);
	registry_answer_fini(&a);
}

static void
test_mount_or_upload(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[2] = { 0 };
	struct ref yes = ref_of(b, "yes"), no = ref_of(b, "no");
	struct registry_blob_source blob = blob_of(b, "x");

	blob.mount_from = "other/repo";
	answer_ping(b);
	http_server_answer(b->server, "HEAD", 404, "", "");
	http_server_answer(b->server, "POST /v2/yes/blobs/uploads/?mount=sha256%3A", 201, "", "");
	http_server_answer(b->server, "POST /v2/no/", 202, "Location: /up\r\n", "");
	http_server_answer(b->server, "PUT /up?digest=", 201, "", "");
	registry_push_blob(client(b), &yes, &blob, registry_keep, &a[0]);
	registry_push_blob(b->reg, &no, &blob, registry_keep, &a[1]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_true(a[0].mounted);
	assert_string_equal(told(b, &a[1]), "present");
	assert_false(a[1].mounted);
	assert_non_null(strstr(http_server_lines(b->server), "&from=other%2Frepo\n"));
	registry_answer_fini(&a[0]);
	registry_answer_fini(&a[1]);
}

static void
test_put_and_tag(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[4] = { 0 };
	const char *tags[] = { "t1", "t2" };
	struct ref put = ref_of(b, "put:k"), liar = ref_of(b, "liar:k"), tag = ref_of(b, "tag:k");
	struct ref none = ref_of(b, "none:k");

	answer_ping(b);
	http_server_answer(b->server, "PUT /v2/put/manifests/k", 201, "OCI-Subject: x\r\n", "");
	http_server_answer(b->server, "PUT /v2/liar/", 201,
			   "Docker-Content-Digest: " CONFIG_DIGEST "\r\n", "");
	http_server_answer(b->server, "PUT /v2/tag/manifests/t", 201, "", "");
	answer_manifest(b, "GET /v2/tag/manifests/k");
	http_server_answer(b->server, "GET /v2/none/", 404, "", "");
	registry_put(client(b), &put, OCI_IMAGE, STR_LIT(MANIFEST), registry_keep, &a[0]);
	registry_put(b->reg, &liar, OCI_IMAGE, STR_LIT(MANIFEST), registry_keep, &a[1]);
	wait_all(b);
	assert_true(a[0].subject_kept);
	assert_string_equal(a[0].digest, b->manifest_digest);
	assert_int_equal(a[1].state, REGISTRY_UNKNOWN);
	http_server_forget(b->server);
	registry_tag(b->reg, &tag, tags, 2, registry_keep, &a[2]);
	wait_all(b);
	assert_string_equal(http_server_lines(b->server), "GET /v2/tag/manifests/k\n"
							  "PUT /v2/tag/manifests/t1\n"
							  "PUT /v2/tag/manifests/t2\n");
	assert_true(str_ends(http_server_log(b->server), STR_LIT(MANIFEST)));
	assert_string_equal(a[2].digest, b->manifest_digest);
	registry_tag(b->reg, &none, tags, 2, registry_keep, &a[3]);
	wait_all(b);
	assert_string_equal(told(b, &a[3]), "absent");
	for (int i = 0; i < 4; i++)
		registry_answer_fini(&a[i]);
}

static void
test_attach_where_subjects_are_known(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[2] = { 0 };
	struct ref ref = ref_of(b, arena_printf(b->arena, "a@%s", b->manifest_digest));
	AUTO_JSON json_t *annotations = json_pack("{s:s}", "k", "v");
	struct registry_artifact artifact = { .artifact_type = "t/t",
					      .media_type = "p/p",
					      .payload = STR_LIT("payload"),
					      .annotations = annotations };

	answer_ping(b);
	answer_manifest(b, "GET /v2/a/manifests/sha256:");
	http_server_answer(b->server, "HEAD /v2/a/blobs/", 200, "", "");
	http_server_answer(b->server, "PUT /v2/a/manifests/sha256:", 201, "OCI-Subject: x\r\n", "");
	http_server_answer(b->server, "GET /v2/a/referrers/sha256:", 200, "",
			   "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" OCI_IMAGE
			   "\",\"digest\":\"" CONFIG_DIGEST
			   "\",\"size\":3,\"artifactType\":\"t/t\"},{\"mediaType\":\"" OCI_IMAGE
			   "\",\"digest\":\"" MANIFEST_EMPTY_DIGEST
			   "\",\"size\":3,\"artifactType\":\"u/u\"}]}");
	registry_attach(client(b), &ref, &artifact, registry_keep, &a[0]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_null(strstr(http_server_lines(b->server), "sha256-"));
	assert_non_null(strstr(
		http_server_log(b->server).p,
		arena_printf(b->arena,
			     "{\"annotations\":{\"k\":\"v\"},\"artifactType\":\"t/t\",\"config\":{"
			     "\"digest\":\"" MANIFEST_EMPTY_DIGEST
			     "\",\"mediaType\":\"" MANIFEST_EMPTY_TYPE
			     "\",\"size\":2},\"layers\":[{"
			     "\"digest\":\"%s\",\"mediaType\":\"p/p\",\"size\":7}],\"mediaType\":"
			     "\"" OCI_IMAGE "\",\"schemaVersion\":2,\"subject\":{\"digest\":\"%s\","
			     "\"mediaType\":\"" OCI_IMAGE "\",\"size\":%zu}}",
			     blob_of(b, "payload").digest, b->manifest_digest, strlen(MANIFEST))));
	registry_referrers(b->reg, &ref, "t/t", registry_keep, &a[1]);
	wait_all(b);
	assert_int_equal(a[1].nreferrers, 1);
	assert_string_equal(a[1].referrers[0].digest, CONFIG_DIGEST);
	registry_answer_fini(&a[0]);
	registry_answer_fini(&a[1]);
}

static void
test_attach_to_nothing(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a@" CONFIG_DIGEST);

	answer_ping(b);
	http_server_answer(b->server, "HEAD", 200, "", "");
	http_server_answer(b->server, "GET", 404, "", "");
	registry_attach(client(b), &ref,
			&(struct registry_artifact){ .artifact_type = "t/t", .media_type = "p/p" },
			registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a),
			    "unknown remote: there is no '127.0.0.1:PORT/a@" CONFIG_DIGEST
			    "' to attach anything to");
	registry_answer_fini(&a);
}

static void
test_artifact_of_its_own(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[4] = { 0 };
	struct ref ref = ref_of(b, "a:t"), none = ref_of(b, "none:t"), other = ref_of(b, "other:t");
	AUTO_JSON json_t *annotations = json_pack("{s:s}", "k", "v");
	struct registry_artifact artifact = { .artifact_type = "t/t",
					      .media_type = "p/p",
					      .payload = STR_LIT("payload"),
					      .annotations = annotations };
	const char *manifest = arena_printf(
		b->arena,
		"{\"annotations\":{\"k\":\"v\"},\"artifactType\":\"t/t\",\"config\":{"
		"\"digest\":\"" MANIFEST_EMPTY_DIGEST "\",\"mediaType\":\"" MANIFEST_EMPTY_TYPE
		"\",\"size\":2},\"layers\":[{\"digest\":\"%s\",\"mediaType\":\"p/p\",\"size\":7}],"
		"\"mediaType\":\"" OCI_IMAGE "\",\"schemaVersion\":2}",
		blob_of(b, "payload").digest);

	answer_ping(b);
	http_server_answer(b->server, "HEAD /v2/a/blobs/", 200, "", "");
	http_server_answer(b->server, "PUT /v2/a/manifests/t", 201, "", "");
	http_server_answer(b->server, "GET /v2/a/manifests/t", 200,
			   "Content-Type: " OCI_IMAGE "\r\n", manifest);
	http_server_answer(b->server, "GET /v2/a/blobs/sha256:", 200, "", "payload");
	http_server_answer(b->server, "GET /v2/none/", 404, "", "");
	answer_manifest(b, "GET /v2/other/manifests/t");
	registry_artifact_put(client(b), &ref, &artifact, registry_keep, &a[0]);
	wait_all(b);
	assert_string_equal(told(b, &a[0]), "present");
	assert_true(str_ends(http_server_log(b->server), str_c(manifest)));
	registry_artifact_get(b->reg, &ref, "t/t", 0, registry_keep, &a[1]);
	registry_artifact_get(b->reg, &none, "t/t", 0, registry_keep, &a[2]);
	registry_artifact_get(b->reg, &other, "t/t", 0, registry_keep, &a[3]);
	wait_all(b);
	assert_string_equal(told(b, &a[1]), "present");
	assert_string_equal(a[1].digest, a[0].digest);
	assert_string_equal(a[1].body.data, "payload");
	assert_string_equal(json_get_text(a[1].annotations, "k"), "v");
	assert_string_equal(told(b, &a[2]), "absent");
	assert_string_equal(told(b, &a[3]),
			    "unknown remote: '127.0.0.1:PORT/other' is something else than 't/t'");
	for (int i = 0; i < 4; i++)
		registry_answer_fini(&a[i]);
}

static void
test_end_with_questions_open(void **state)
{
	struct bench *b = *state;
	static struct registry_answer a[3];
	struct ref ref = ref_of(b, "a@" CONFIG_DIGEST);
	struct registry_blob_source blob = blob_of(b, "x");

	registry_attach(client(b), &ref,
			&(struct registry_artifact){ .artifact_type = "t/t", .media_type = "p/p" },
			registry_keep, &a[0]);
	registry_head(b->reg, &ref, registry_keep, &a[1]);
	registry_push_blob(b->reg, &ref, &blob, registry_keep, &a[2]);
	registry_free(b->reg);
	b->reg = NULL;
	assert_int_equal(a[0].state, REGISTRY_UNKNOWN);
	assert_null(a[0].err.msg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_upload_that_is_cut_begins_anew),
		T(test_upload_that_never_works),
		T(test_mount_or_upload),
		T(test_put_and_tag),
		T(test_attach_where_subjects_are_known),
		T(test_attach_to_nothing),
		T(test_artifact_of_its_own),
		T(test_end_with_questions_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
