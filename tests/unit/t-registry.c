/* SPDX-License-Identifier: Apache-2.0 */
/* t-registry.c: what is concluded from what a registry answers. */
#include "remote/registry.h"

#include "base/base64.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "lib/http_server.h"
#include "lib/tmp.h"
#include "model/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define OCI_IMAGE "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define CONFIG_DIGEST "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define MANIFEST                                                                                   \
	"{\"schemaVersion\":2,\"mediaType\":\"" OCI_IMAGE "\",\"config\":{\"mediaType\":"          \
	"\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" CONFIG_DIGEST                 \
	"\",\"size\":2},\"layers\":[]}"

struct bench {
	struct loop *loop;
	struct http_server *server;
	struct registry *reg;
	struct arena *arena;
	char *dir, *home, *conf;
	const char *env[3];
	char manifest_digest[DIGEST_SIZE];
};

static int
setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	tmp_setup((void **)&b->dir);
	b->arena = arena_new();
	b->loop = loop_new_quiet();
	b->server = http_server_new(b->loop, NULL);
	b->home = xasprintf("HOME=%s", b->dir);
	b->conf = xasprintf("CONTAINERS_REGISTRIES_CONF=%s/registries.conf", b->dir);
	b->env[0] = b->home;
	b->env[1] = b->conf;
	tmp_text(b->dir, "registries.conf", "");
	sha256_digest(sha256_of(MANIFEST, strlen(MANIFEST)), b->manifest_digest);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	registry_free(b->reg);
	http_server_free(b->server);
	loop_free(b->loop);
	arena_free(b->arena);
	free(b->home);
	free(b->conf);
	tmp_teardown((void **)&b->dir);
	free(b);
	return 0;
}

/* The client, made when it is first needed, so that a test can write its files before. */
static struct registry *
client(struct bench *b)
{
	struct registry_opts opts = { .env = b->env,
				      .http = { .loop = b->loop, .retry_ms = 1, .attempts = 3 } };
	struct err AUTO_ERR err = ERR_INIT;

	if (!b->reg && registry_new(&opts, &b->reg, &err))
		fail_msg("%s", err.msg);
	return b->reg;
}

/* 127.0.0.1:PORT/REST */
static struct ref
ref_of(struct bench *b, const char *rest)
{
	struct ref ref;
	const char *text =
		arena_printf(b->arena, "127.0.0.1:%d/%s", http_server_port(b->server), rest);

	assert_int_equal(ref_parse(b->arena, str_c(text), &ref, NULL), 0);
	return ref;
}

static void
wait_all(struct bench *b)
{
	assert_int_equal(registry_wait(b->reg, NULL), 0);
}

/* "present", "absent" or "unknown CLASS: message" with the port taken out. */
static const char *
told(struct bench *b, const struct registry_answer *a)
{
	char *port = arena_printf(b->arena, "%d", http_server_port(b->server));
	struct buf AUTO_BUF out = BUF_INIT;
	const char *at = a->err.msg, *hit;

	if (a->state != REGISTRY_UNKNOWN) {
		assert_null(a->err.msg);
		return registry_state_name(a->state);
	}
	buf_addf(&out, "unknown %s: ", err_class_name(a->err.class));
	while ((hit = strstr(at, port))) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, "PORT");
		at = hit + strlen(port);
	}
	buf_adds(&out, at);
	return arena_strdup(b->arena, out.data);
}

static void
answer_ping(struct bench *b)
{
	http_server_answer(b->server, "GET /v2/ HTTP", 200, "", "{}");
}

static void
answer_manifest(struct bench *b, const char *prefix)
{
	const char *headers =
		arena_printf(b->arena,
			     "Content-Type: " OCI_IMAGE "\r\nDocker-Content-Digest: %s\r\n",
			     b->manifest_digest);

	http_server_answer(b->server, prefix, 200, headers, MANIFEST);
}

static void
login(struct bench *b, const char *entry)
{
	char *text = arena_printf(b->arena, "{\"auths\":{\"127.0.0.1:%d\":{%s}}}",
				  http_server_port(b->server), entry);

	tmp_text(b->dir, ".docker/config.json", text);
}

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
		{ 503, "",
		  "unknown temporary: cannot ask for a manifest: "
		  "'http://127.0.0.1:PORT/v2/a/s503/manifests/t' answers 503" },
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
test_login_stays_with_the_registry(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a/b");
	struct http_server *storage = http_server_new(b->loop, NULL);
	char digest[DIGEST_SIZE];

	sha256_digest(sha256_of("bytes", 5), digest);
	login(b, "\"auth\":\"dTpw\"");
	http_server_answer(b->server, "GET /v2/ HTTP", 401, "WWW-Authenticate: Basic realm=r\r\n",
			   "");
	http_server_answer(b->server, "GET /v2/a/b/blobs/", 307,
			   arena_printf(b->arena, "Location: %s\r\n",
					http_server_url(storage, "/x?sig=1")),
			   "");
	http_server_answer(storage, "GET /x", 200, "", "bytes");
	registry_blob(client(b), &ref, digest, 0, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_string_equal(a.body.data, "bytes");
	assert_non_null(strstr(http_server_log(b->server).p, "Authorization: Basic dTpw\r\n"));
	assert_null(strstr(http_server_log(storage).p, "Authorization"));
	registry_answer_fini(&a);
	http_server_free(storage);
}

static void
want_tokens(struct bench *b)
{
	http_server_answer(b->server, "GET /v2/ HTTP", 401,
			   "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:{port}/token?a=b\","
			   "service=\"s x\"\r\n",
			   "");
}

static void
test_tokens_are_kept_by_scope(void **state)
{
	struct bench *b = *state;
	struct registry_answer a[3] = { 0 };
	struct ref one = ref_of(b, "a/b:1"), two = ref_of(b, "a/b:2"), other = ref_of(b, "c");

	want_tokens(b);
	http_server_answer(b->server, "GET /token", 200, "",
			   "{\"token\":\"T\",\"expires_in\":300}");
	answer_manifest(b, "HEAD");
	registry_head(client(b), &one, registry_keep, &a[0]);
	registry_head(b->reg, &two, registry_keep, &a[1]);
	wait_all(b);
	registry_head(b->reg, &other, registry_keep, &a[2]);
	wait_all(b);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(told(b, &a[i]), "present");
		registry_answer_fini(&a[i]);
	}
	assert_string_equal(http_server_lines(b->server),
			    "GET /v2/\n"
			    "GET /token?a=b&service=s%20x&scope=repository%3Aa%2Fb%3Apull\n"
			    "HEAD /v2/a/b/manifests/1\n"
			    "HEAD /v2/a/b/manifests/2\n"
			    "GET /token?a=b&service=s%20x&scope=repository%3Ac%3Apull\n"
			    "HEAD /v2/c/manifests/latest\n");
	assert_non_null(strstr(http_server_log(b->server).p, "Authorization: Bearer T\r\n"));
	assert_null(strstr(http_server_log(b->server).p, "Basic"));
}

static void
test_token_that_ended_early(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");

	login(b, "\"auth\":\"dTpw\"");
	want_tokens(b);
	http_server_answer(b->server, "GET /token", 200, "", "{\"access_token\":\"T\"}");
	http_server_rule(b->server, "HEAD", 1,
			 "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer "
			 "realm=\"http://127.0.0.1:{port}/token\",scope=\"other:scope:x\"\r\n"
			 "Content-Length: 0\r\n\r\n");
	answer_manifest(b, "HEAD");
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	/* What the registry names, counts. */
	assert_string_equal(http_server_lines(b->server),
			    "GET /v2/\n"
			    "GET /token?a=b&service=s%20x&scope=repository%3Aa%3Apull\n"
			    "HEAD /v2/a/manifests/latest\n"
			    "GET /token?scope=other%3Ascope%3Ax\n"
			    "HEAD /v2/a/manifests/latest\n");
	assert_non_null(strstr(http_server_log(b->server).p, "Authorization: Basic dTpw\r\n"));
	registry_answer_fini(&a);
}

static void
test_token_that_does_not_help(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");

	want_tokens(b);
	http_server_answer(b->server, "GET /token", 200, "", "{\"token\":\"T\"}");
	http_server_answer(b->server, "HEAD", 401, "WWW-Authenticate: Basic realm=r\r\n", "");
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a),
			    "unknown remote: cannot ask for a manifest: "
			    "'http://127.0.0.1:PORT/v2/a/manifests/latest' answers 401");
	assert_non_null(strstr(a.err.hint, "docker login 127.0.0.1:"));
	registry_answer_fini(&a);
}

static void
test_token_server_that_refuses(void **state)
{
	static const struct {
		int status;
		const char *body, *want;
	} cases[] = {
		{ 401, "{\"details\":\"incorrect username or password\"}",
		  "unknown remote: cannot get a token: 'http://127.0.0.1:PORT/token' answers 401: "
		  "incorrect username or password" },
		{ 503, "",
		  "unknown temporary: cannot get a token: 'http://127.0.0.1:PORT/token' "
		  "answers 503" },
		{ 200, "{}", "unknown remote: the token server answers without a token" },
		{ 200, "geheim", "unknown remote: the token server answers with no JSON" },
		{ 200, "{\"token\":\"a\\r\\nb: c\"}",
		  "unknown remote: the token server answers without a token" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct registry_answer a = { 0 };
		struct bench *b;
		struct ref ref;

		if (i) {
			teardown(state);
			setup(state);
		}
		b = *state;
		ref = ref_of(b, "a");
		want_tokens(b);
		http_server_answer(b->server, "GET /token", cases[i].status, "", cases[i].body);
		registry_head(client(b), &ref, registry_keep, &a);
		wait_all(b);
		assert_string_equal(told(b, &a), cases[i].want);
		registry_answer_fini(&a);
	}
}

static void
test_identity_token_is_exchanged(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a/b");

	login(b, "\"auth\":\"dTo=\",\"identitytoken\":\"id+1\"");
	want_tokens(b);
	http_server_answer(b->server, "POST /token", 200, "", "{\"access_token\":\"T\"}");
	answer_manifest(b, "HEAD");
	registry_head(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_non_null(strstr(http_server_log(b->server).p,
			       "Content-Type: application/x-www-form-urlencoded\r\n"));
	assert_non_null(strstr(http_server_log(b->server).p,
			       "grant_type=refresh_token&client_id=lockstep&service=s%20x&"
			       "scope=repository%3Aa%2Fb%3Apull&refresh_token=id%2B1HEAD"));
	registry_answer_fini(&a);
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

static struct registry_blob_source
blob_of(struct bench *b, const char *text)
{
	char *digest = arena_alloc(b->arena, DIGEST_SIZE);

	sha256_digest(sha256_of(text, strlen(text)), digest);
	return (struct registry_blob_source){
		.digest = digest,
		.size = strlen(text),
		.source = { .kind = HTTP_SOURCE_BYTES, .bytes = str_c(text) },
	};
}

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
test_ping(void **state)
{
	struct bench *b = *state;
	struct registry_answer a = { 0 };
	struct ref ref = ref_of(b, "a");

	http_server_answer(b->server, "GET /v2/ HTTP", 401, "WWW-Authenticate: Basic realm=r\r\n",
			   "");
	registry_ping(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "present");
	assert_int_equal(a.security, REGISTRY_HTTP);
	assert_true(a.needs_login);
	assert_false(a.credentials);
	registry_answer_fini(&a);
	registry_free(b->reg);
	b->reg = NULL;
	/* With a login that is refused. */
	login(b, "\"auth\":\"dTpw\"");
	registry_ping(client(b), &ref, registry_keep, &a);
	wait_all(b);
	assert_string_equal(told(b, &a), "unknown remote: the registry does not let us in: "
					 "'http://127.0.0.1:PORT/v2/' answers 401");
	assert_non_null(strstr(a.err.hint, "the login that was found"));
	registry_answer_fini(&a);
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
		T(test_head_sends_exactly_this),
		T(test_only_404_is_absent),
		T(test_cut_and_silent_are_unknown),
		T(test_registry_that_is_down),
		T(test_head_without_digest_reads_the_bytes),
		T(test_what_is_not_what_was_asked_for),
		T(test_image_through_an_index),
		T(test_two_hundred_questions),
		T(test_login_stays_with_the_registry),
		T(test_tokens_are_kept_by_scope),
		T(test_token_that_ended_early),
		T(test_token_that_does_not_help),
		T(test_token_server_that_refuses),
		T(test_identity_token_is_exchanged),
		T(test_tags_page_by_page),
		T(test_mirror_is_not_the_last_word),
		T(test_upload_that_is_cut_begins_anew),
		T(test_upload_that_never_works),
		T(test_mount_or_upload),
		T(test_put_and_tag),
		T(test_attach_where_subjects_are_known),
		T(test_attach_to_nothing),
		T(test_ping),
		T(test_end_with_questions_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
