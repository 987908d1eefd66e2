/* SPDX-License-Identifier: Apache-2.0 */
/* t-registry_auth.c: logins, tokens, and whom they are sent to. */
#include "registry_bench.h"

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

/* Each case of a table begins anew; the first one is set up already. */
static struct bench *
bench_of_case(void **state, size_t i)
{
	if (i) {
		teardown(state);
		setup(state);
	}
	return *state;
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
		struct bench *b = bench_of_case(state, i);
		struct ref ref = ref_of(b, "a");

		want_tokens(b);
		http_server_answer(b->server, "GET /token", cases[i].status, "", cases[i].body);
		registry_head(client(b), &ref, registry_keep, &a);
		wait_all(b);
		assert_string_equal(told(b, &a), cases[i].want);
		registry_answer_fini(&a);
	}
}

static const char *
login_hint(struct bench *b, bool found)
{
	int port = http_server_port(b->server);

	if (!found)
		return arena_printf(
			b->arena, "log in: docker login 127.0.0.1:%d, or podman login 127.0.0.1:%d",
			port, port);
	return arena_printf(
		b->arena,
		"the login that was found in '%s/.docker/config.json' does not allow it; "
		"another one: docker login 127.0.0.1:%d, or podman login 127.0.0.1:%d",
		b->dir, port, port);
}

/* What the server says to a login, and to nobody: both are told what to do. */
static void
test_refused_login_is_named(void **state)
{
	static const struct {
		const char *login;
		int status;
		bool hint;
	} cases[] = {
		{ NULL, 401, true },
		{ NULL, 403, true },
		{ "\"auth\":\"dTpw\"", 401, true },
		{ "\"auth\":\"dTo=\",\"identitytoken\":\"i\"", 403, true },
		{ NULL, 400, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct registry_answer a = { 0 };
		struct bench *b = bench_of_case(state, i);
		struct ref ref = ref_of(b, "a");

		if (cases[i].login)
			login(b, cases[i].login);
		want_tokens(b);
		http_server_answer(b->server, "GET /token", cases[i].status, "", "");
		http_server_answer(b->server, "POST /token", cases[i].status, "", "");
		registry_head(client(b), &ref, registry_keep, &a);
		wait_all(b);
		assert_int_equal(a.state, REGISTRY_UNKNOWN);
		if (cases[i].hint)
			assert_string_equal(a.err.hint, login_hint(b, cases[i].login != NULL));
		else
			assert_null(a.err.hint);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_login_stays_with_the_registry), T(test_tokens_are_kept_by_scope),
		T(test_token_that_ended_early),        T(test_token_that_does_not_help),
		T(test_token_server_that_refuses),     T(test_refused_login_is_named),
		T(test_identity_token_is_exchanged),   T(test_ping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
