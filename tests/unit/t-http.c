/* SPDX-License-Identifier: Apache-2.0 */
/* t-http.c: exchanges with a server that answers as it is told to. */
#include "base/clock.h"
#include "base/file.h"
#include "io/fault.h"
#include "io/http.h"
#include "lib/http_server.h"
#include "lib/tmp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define AGENT "User-Agent: lockstep/" PACKAGE_VERSION "\r\n"

struct bench {
	struct loop *loop;
	struct http_server *server;
	struct http *http;
	char *dir;
};

static int
setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	struct http_opts opts = { .retry_ms = 4, .stall_ms = 1000, .at_once = 4 };

	tmp_setup((void **)&b->dir);
	b->loop = loop_new_quiet();
	b->server = http_server_new(b->loop, NULL);
	opts.loop = b->loop;
	assert_int_equal(http_new(&opts, &b->http, NULL), 0);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	http_free(b->http);
	http_server_free(b->server);
	loop_free(b->loop);
	tmp_teardown((void **)&b->dir);
	free(b);
	return 0;
}

static void
ask(struct bench *b, const struct http_request *req, struct http_response *ret)
{
	assert_int_equal(http_ask(b->http, req, 1, ret, NULL), 0);
}

static void
assert_log(struct bench *b, const char *want)
{
	struct str log = http_server_log(b->server);
	char *AUTO_FREE got = str_dup(log);

	assert_string_equal(got, want);
}

static void
test_get_sends_exactly_this(void **state)
{
	struct bench *b = *state;
	struct http_response r;
	struct http_header accept = { "Accept", "text/plain, */*;q=0.5" };
	char *AUTO_FREE want = xasprintf("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AGENT
					 "Accept: text/plain, */*;q=0.5\r\n"
					 "Authorization: Basic Zm9v\r\n\r\n",
					 http_server_port(b->server));

	http_server_answer(b->server, "GET /a", 200, "X-One: 1\r\nx-two:  2 \r\n", "hello");
	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/a?b=c"),
				    .headers = &accept,
				    .nheaders = 1,
				    .authorization = "Basic Zm9v" },
	    &r);
	assert_log(b, want);
	assert_int_equal(r.failure, HTTP_FINE);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.data, "hello");
	assert_string_equal(http_response_header(&r, "X-ONE"), "1");
	assert_string_equal(http_response_header(&r, "X-Two"), "2");
	assert_null(http_response_header(&r, "X-Three"));
	assert_int_equal(r.attempts, 1);
	http_response_fini(&r);
}

static void
test_methods_and_bodies_on_the_wire(void **state)
{
	struct bench *b = *state;
	struct http_header type = { "Content-Type", "text/x" };
	struct http_source body = { .kind = HTTP_SOURCE_BYTES, .bytes = STR_LIT("{}") };
	const char *url = http_server_url(b->server, "/x");
	struct http_request requests[] = {
		{ .method = HTTP_PUT, .url = url, .headers = &type, .nheaders = 1, .body = body },
		{ .method = HTTP_POST, .url = url },
		{ .method = HTTP_PATCH, .url = url, .body = body },
		{ .method = HTTP_DELETE, .url = url },
		{ .method = HTTP_HEAD, .url = url },
	};
	static const char *const wants[] = {
		"Content-Type: text/x\r\nContent-Length: 2\r\n\r\n{}",
		"Content-Length: 0\r\n\r\n",
		"Content-Length: 2\r\n\r\n{}",
		"\r\n",
		"\r\n",
	};

	http_server_answer(b->server, "HEAD", 200, "", "");
	http_server_answer(b->server, "", 200, "", "");
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct http_response r;
		char *AUTO_FREE want = xasprintf("%s /x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AGENT
						 "Accept: */*\r\n%s",
						 http_method_name(requests[i].method),
						 http_server_port(b->server), wants[i]);

		http_server_forget(b->server);
		ask(b, &requests[i], &r);
		assert_int_equal(r.status, 200);
		assert_log(b, want);
		http_response_fini(&r);
	}
}

static ssize_t
read_three(void *ctx, char *to, size_t max)
{
	static const char abc[] = { 'a', 'b', 'c' };
	int *turn = ctx;

	assert_true(max >= sizeof(abc));
	if (++*turn > 2)
		return 0;
	memcpy(to, abc, sizeof(abc));
	return sizeof(abc);
}

static ssize_t
read_nothing(void *ctx UNUSED, char *to UNUSED, size_t max UNUSED)
{
	return -1;
}

static void
test_body_from_a_file_and_a_call(void **state)
{
	struct bench *b = *state;
	struct http_response r;
	int turn = 0;
	int AUTO_FD fd = -1;
	char *AUTO_FREE path = tmp_path(b->dir, "body");

	tmp_text(b->dir, "body", "0123456789");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	http_server_answer(b->server, "", 201, "", "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_PUT,
		    .url = http_server_url(b->server, "/f"),
		    .body = { .kind = HTTP_SOURCE_FILE, .fd = fd, .offset = 2, .size = 5 } },
	    &r);
	assert_int_equal(r.status, 201);
	assert_true(
		str_ends(http_server_log(b->server), STR_LIT("Content-Length: 5\r\n\r\n23456")));
	http_response_fini(&r);
	/* More is promised than the file has. */
	ask(b,
	    &(struct http_request){ .method = HTTP_PUT,
				    .url = http_server_url(b->server, "/f"),
				    .flags = HTTP_ONCE,
				    .body = { .kind = HTTP_SOURCE_FILE, .fd = fd, .size = 11 } },
	    &r);
	assert_int_equal(r.failure, HTTP_GIVEN_UP);
	http_response_fini(&r);
	ask(b,
	    &(struct http_request){
		    .method = HTTP_PATCH,
		    .url = http_server_url(b->server, "/c"),
		    .body = { .kind = HTTP_SOURCE_CALL, .read = read_three, .ctx = &turn } },
	    &r);
	assert_true(str_ends(
		http_server_log(b->server),
		STR_LIT("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n")));
	http_response_fini(&r);
	ask(b,
	    &(struct http_request){ .method = HTTP_POST,
				    .url = http_server_url(b->server, "/c"),
				    .body = { .kind = HTTP_SOURCE_CALL, .read = read_nothing } },
	    &r);
	assert_int_equal(r.failure, HTTP_GIVEN_UP);
	assert_int_equal(r.err.class, ERR_REMOTE);
	http_response_fini(&r);
}

static void
test_many_at_once_over_few_connections(void **state)
{
	struct bench *b = *state;
	struct http_request requests[40];
	struct http_response responses[40];

	http_server_answer(b->server, "GET /", 200, "", "x");
	for (size_t i = 0; i < 40; i++)
		requests[i] = (struct http_request){ .url = http_server_url(b->server, "/x") };
	assert_int_equal(http_ask(b->http, requests, 40, responses, NULL), 0);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(responses[i].status, 200);
		http_response_fini(&responses[i]);
	}
	assert_in_range(http_server_connections(b->server), 1, 4);
	assert_int_equal(http_stats(b->http).requests, 40);
	assert_int_equal(http_stats(b->http).connections, http_server_connections(b->server));
	assert_int_equal(http_stats(b->http).received, 40);
}

static void
test_redirect_keeps_the_login_at_home(void **state)
{
	struct bench *b = *state;
	struct http_server *other = http_server_new(b->loop, NULL);
	struct http_response r;
	char *AUTO_FREE away = xasprintf("Location: %s\r\n", http_server_url(other, "/blob"));

	http_server_answer(b->server, "GET /here", 302, "Location: /there\r\n", "moved");
	http_server_answer(b->server, "GET /there", 307, away, "");
	http_server_answer(other, "GET /blob", 200, "", "bytes");
	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/here"),
				    .authorization = "Bearer secret" },
	    &r);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.data, "bytes");
	assert_string_equal(r.url, http_server_url(other, "/blob"));
	assert_string_equal(http_server_lines(b->server), "GET /here\nGET /there\n");
	assert_non_null(strstr(strstr(http_server_log(b->server).p, "/there"), "Bearer secret"));
	assert_null(strstr(http_server_log(other).p, "secret"));
	http_response_fini(&r);
	http_server_free(other);
}

static void
test_redirects_that_are_not_followed(void **state)
{
	struct bench *b = *state;
	struct http_source body = { .kind = HTTP_SOURCE_BYTES, .bytes = STR_LIT("b") };
	struct http_response r;

	http_server_answer(b->server, "GET /loop", 302, "Location: /loop\r\n", "");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/loop") }, &r);
	assert_int_equal(r.failure, HTTP_REFUSED_REDIRECT);
	assert_string_equal(r.err.msg, "a redirect after five others was not followed");
	http_response_fini(&r);

	http_server_answer(b->server, "GET /ftp", 302, "Location: ftp://127.0.0.1/x\r\n", "");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/ftp") }, &r);
	assert_string_equal(r.err.msg, "a redirect to something that is not http was not followed");
	http_response_fini(&r);

	/* A 302 would turn a PUT into a GET: it is an answer, not a way. */
	http_server_answer(b->server, "PUT /put", 302, "Location: /x\r\n", "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_PUT, .url = http_server_url(b->server, "/put"), .body = body },
	    &r);
	assert_int_equal(r.status, 302);
	http_response_fini(&r);

	http_server_answer(b->server, "PUT /again", 307, "Location: /y\r\n", "");
	http_server_answer(b->server, "PUT /y", 201, "", "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_PUT, .url = http_server_url(b->server, "/again"), .body = body },
	    &r);
	assert_int_equal(r.status, 201);
	assert_true(str_ends(http_server_log(b->server), STR_LIT("\r\n\r\nb")));
	http_response_fini(&r);

	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/loop"),
				    .flags = HTTP_NO_REDIRECT },
	    &r);
	assert_int_equal(r.status, 302);
	http_response_fini(&r);
}

static void
test_what_may_pass_is_tried_again(void **state)
{
	struct bench *b = *state;
	struct http_response r;

	http_server_rule(b->server, "GET /a", 1, "");
	http_server_rule(b->server, "GET /a", 1, "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n");
	http_server_rule(b->server, "GET /a", 1,
			 "HTTP/1.0 200 x\r\nContent-Length: 10\r\n\r\nhalf");
	http_server_answer(b->server, "GET /a", 200, "", "whole");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/a") }, &r);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.data, "whole");
	assert_int_equal(r.attempts, 4);
	assert_int_equal(http_stats(b->http).retries, 3);
	http_response_fini(&r);

	http_server_answer(b->server, "GET /down", 502, "Content-Type: text/plain\r\n",
			   "bad\ngate");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/down?token=x") }, &r);
	assert_int_equal(r.status, 502);
	assert_int_equal(r.attempts, 4);
	{
		struct err AUTO_ERR err = ERR_INIT;
		char *AUTO_FREE want = xasprintf("cannot look: '%s' answers 502: bad gate",
						 http_server_url(b->server, "/down"));

		assert_int_equal(http_response_err(&r, &err, "cannot look"), -ERR_TEMPORARY);
		assert_string_equal(err.msg, want);
	}
	http_response_fini(&r);
}

static void
test_what_cannot_be_repeated_is_not(void **state)
{
	struct bench *b = *state;
	struct http_source body = { .kind = HTTP_SOURCE_BYTES, .bytes = STR_LIT("b") };
	struct http_response r;
	int turn = 0;

	http_server_rule(b->server, "POST /cut", 0, "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_POST, .url = http_server_url(b->server, "/cut"), .body = body },
	    &r);
	assert_int_equal(r.failure, HTTP_CUT);
	assert_int_equal(r.err.class, ERR_TEMPORARY);
	assert_int_equal(r.attempts, 1);
	http_response_fini(&r);

	/* The server says that it did nothing. */
	http_server_rule(b->server, "POST /busy", 1, "HTTP/1.1 429 x\r\nContent-Length: 0\r\n\r\n");
	http_server_answer(b->server, "POST /busy", 202, "", "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_POST, .url = http_server_url(b->server, "/busy"), .body = body },
	    &r);
	assert_int_equal(r.status, 202);
	assert_int_equal(r.attempts, 2);
	http_response_fini(&r);

	http_server_answer(b->server, "PUT /once", 500, "", "");
	ask(b,
	    &(struct http_request){
		    .method = HTTP_PUT,
		    .url = http_server_url(b->server, "/once"),
		    .body = { .kind = HTTP_SOURCE_CALL, .read = read_three, .ctx = &turn } },
	    &r);
	assert_int_equal(r.status, 500);
	assert_int_equal(r.attempts, 1);
	http_response_fini(&r);
	for (int status = 400; status <= 404; status++) {
		char *AUTO_FREE path = xasprintf("/s%d", status);
		char *AUTO_FREE prefix = xasprintf("GET %s", path);

		http_server_answer(b->server, prefix, status, "", "");
		ask(b, &(struct http_request){ .url = http_server_url(b->server, path) }, &r);
		assert_int_equal(r.status, status);
		assert_int_equal(r.attempts, 1);
		http_response_fini(&r);
	}
}

static void
test_retry_after_is_obeyed_or_told(void **state)
{
	struct bench *b = *state;
	struct err AUTO_ERR err = ERR_INIT;
	struct http_response r;
	int64_t start = clock_mono_ns();

	http_server_rule(b->server, "GET /soon", 1,
			 "HTTP/1.1 429 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
	http_server_answer(b->server, "GET /soon", 200, "", "");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/soon") }, &r);
	assert_int_equal(r.status, 200);
	assert_true(clock_mono_ns() - start >= 1000 * 1000000LL);
	http_response_fini(&r);

	http_server_answer(b->server, "GET /later", 429, "Retry-After: 3600\r\n",
			   "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow\"}]}");
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/later") }, &r);
	assert_int_equal(r.attempts, 1);
	assert_int_equal(r.retry_after_s, 3600);
	assert_int_equal(http_response_err(&r, &err, "no"), -ERR_TEMPORARY);
	assert_non_null(strstr(err.msg, "429: TOOMANYREQUESTS: slow (try again after 3600 s)"));
	http_response_fini(&r);
}

static bool
take_all(void *ctx, struct str piece)
{
	buf_add_str(ctx, piece);
	return true;
}

static bool
take_none(void *ctx UNUSED, struct str piece UNUSED)
{
	return false;
}

static void
test_ceilings(void **state)
{
	struct bench *b = *state;
	struct buf AUTO_BUF big = BUF_INIT, AUTO_BUF got = BUF_INIT;
	struct http_response r;

	buf_init(&got, 0);
	for (int i = 0; i < 1000; i++)
		buf_adds(&big, "0123456789");
	http_server_answer(b->server, "GET /big", 200, "", big.data);
	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/big"), .max_body = 9999 },
	    &r);
	assert_int_equal(r.failure, HTTP_TOO_LARGE);
	assert_int_equal(r.attempts, 1);
	http_response_fini(&r);
	ask(b,
	    &(struct http_request){
		    .url = http_server_url(b->server, "/big"), .on_body = take_all, .ctx = &got },
	    &r);
	assert_int_equal(got.len, 10000);
	assert_int_equal(r.body.len, 0);
	http_response_fini(&r);
	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/big"),
				    .on_body = take_none },
	    &r);
	assert_int_equal(r.failure, HTTP_GIVEN_UP);
	http_response_fini(&r);

	/* A body of an error that would never end: what it says is known, and the rest is not
	 * waited for. */
	while (big.len < 2 * MAX_HTTP_ERROR)
		buf_adds(&big, "0123456789");
	{
		char *AUTO_FREE endless =
			xasprintf("HTTP/1.1 403 x\r\nContent-Length: 99999999\r\n\r\n%s", big.data);

		http_server_rule(b->server, "GET /endless", 0, endless);
	}
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/endless") }, &r);
	assert_int_equal(r.failure, HTTP_FINE);
	assert_int_equal(r.status, 403);
	assert_int_equal(r.body.len, MAX_HTTP_ERROR);
	http_response_fini(&r);

	buf_clear(&big);
	buf_adds(&big, "HTTP/1.1 200 x\r\n");
	for (int i = 0; i < 1200; i++)
		buf_addf(&big, "X-Header-%d: 0123456789012345678901234567890123456789\r\n", i);
	buf_adds(&big, "Content-Length: 0\r\n\r\n");
	http_server_rule(b->server, "GET /headers", 0, big.data);
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/headers") }, &r);
	assert_int_equal(r.failure, HTTP_TOO_LARGE);
	http_response_fini(&r);
}

static void
test_a_server_that_stands_still(void **state)
{
	struct bench *b = *state;
	struct http_response r;

	http_server_rule(b->server, "GET /", 0, "HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nab");
	ask(b,
	    &(struct http_request){ .url = http_server_url(b->server, "/slow"),
				    .flags = HTTP_ONCE,
				    .total_ms = 200 },
	    &r);
	assert_int_equal(r.failure, HTTP_TOO_SLOW);
	assert_int_equal(r.err.class, ERR_TEMPORARY);
	http_response_fini(&r);
}

static void
test_nobody_listens(void **state)
{
	struct bench *b = *state;
	struct err AUTO_ERR err = ERR_INIT;
	struct http_server *gone = http_server_new(b->loop, NULL);
	char *AUTO_FREE url = xstrdup(http_server_url(gone, "/x"));
	struct http_response r;

	http_server_free(gone);
	ask(b, &(struct http_request){ .method = HTTP_POST, .url = url }, &r);
	assert_int_equal(r.failure, HTTP_NO_CONNECTION);
	assert_int_equal(r.status, 0);
	assert_int_equal(r.attempts, 4); /* even a POST: it never arrived */
	assert_int_equal(http_response_err(&r, &err, "cannot post"), -ERR_TEMPORARY);
	assert_true(str_starts(str_c(err.msg), STR_LIT("cannot post: 'http://127.0.0.1:")));
	http_response_fini(&r);
}

static void
test_tls_with_who_speaks_none(void **state)
{
	struct bench *b = *state;
	char *AUTO_FREE url = xasprintf("https://127.0.0.1:%d/", http_server_port(b->server));
	struct http_response r;

	http_server_rule(b->server, "", 0, "HTTP/1.0 400 x\r\n\r\n");
	ask(b, &(struct http_request){ .url = url, .flags = HTTP_ONCE, .total_ms = 500 }, &r);
	assert_int_not_equal(r.failure, HTTP_FINE);
	assert_int_equal(r.err.class, ERR_TEMPORARY);
	http_response_fini(&r);
}

static void
test_unix_socket(void **state)
{
	struct bench *b = *state;
	char *AUTO_FREE path = tmp_path(b->dir, "s");
	struct http_server *server = http_server_new(b->loop, path);
	struct http_response r;

	http_server_answer(server, "GET /v1.41/info", 200, "", "{}");
	ask(b, &(struct http_request){ .url = "http://docker/v1.41/info", .unix_socket = path },
	    &r);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.data, "{}");
	assert_true(str_starts(http_server_log(server),
			       STR_LIT("GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n")));
	http_response_fini(&r);
	http_server_free(server);
}

static void
note(void *ctx, struct http_response *response)
{
	*(int *)ctx = response->status;
}

static void
test_cancel(void **state)
{
	struct bench *b = *state;
	struct http_request req = { .url = http_server_url(b->server, "/x") };
	struct http_call *calls[6];
	int statuses[6] = { 0 };
	struct http_response r;

	http_server_answer(b->server, "GET /", 200, "", "");
	for (int i = 0; i < 6; i++)
		calls[i] = http_start(b->http, &req, note, &statuses[i]);
	http_cancel(calls[0]); /* under way */
	http_cancel(calls[5]); /* waiting for its turn */
	while (!statuses[4]) {
		ask(b, &req, &r);
		http_response_fini(&r);
	}
	assert_int_equal(statuses[0], 0);
	assert_int_equal(statuses[4], 200);
	assert_int_equal(statuses[5], 0);
	/* One that is never answered ends with the client. */
	http_start(b->http, &req, note, &statuses[0]);
}

#ifdef LOCKSTEP_FAULTS
static void
test_cut_by_fault(void **state)
{
	struct bench *b = *state;
	struct http_response r;

	http_server_answer(b->server, "GET /", 200, "", "fine");
	setenv("LOCKSTEP_FAULT", "http-cut:1", 1);
	fault_reset();
	ask(b, &(struct http_request){ .url = http_server_url(b->server, "/") }, &r);
	unsetenv("LOCKSTEP_FAULT");
	assert_int_equal(r.attempts, 2);
	assert_string_equal(r.body.data, "fine");
	http_response_fini(&r);
}
#endif

static void
test_texts(void **state UNUSED)
{
	static const struct {
		const char *url, *origin;
	} urls[] = {
		{ "http://a", "http://a" },
		{ "https://a:1/b", "https://a:1" },
		{ "http://a?b/c", "http://a" },
		{ "http:///x", "" },
		{ "http://u:p@h/", "" },
		{ "ftp://a/", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		char *AUTO_FREE got = str_dup(http_url_origin(str_c(urls[i].url)));

		assert_string_equal(got, urls[i].origin);
	}
	assert_true(http_is_loopback(STR_LIT("localhost:5000")));
	assert_true(http_is_loopback(STR_LIT("127.1.2.3")));
	assert_true(http_is_loopback(STR_LIT("[::1]:5000")));
	assert_false(http_is_loopback(STR_LIT("127.example.org")));
	assert_false(http_is_loopback(STR_LIT("localhost.example.org")));
	assert_false(http_is_loopback(STR_LIT("ghcr.io")));
	assert_true(http_temporary(429));
	assert_false(http_temporary(404));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_get_sends_exactly_this),
		T(test_methods_and_bodies_on_the_wire),
		T(test_body_from_a_file_and_a_call),
		T(test_many_at_once_over_few_connections),
		T(test_redirect_keeps_the_login_at_home),
		T(test_redirects_that_are_not_followed),
		T(test_what_may_pass_is_tried_again),
		T(test_what_cannot_be_repeated_is_not),
		T(test_retry_after_is_obeyed_or_told),
		T(test_ceilings),
		T(test_a_server_that_stands_still),
		T(test_nobody_listens),
		T(test_tls_with_who_speaks_none),
		T(test_unix_socket),
		T(test_cancel),
#ifdef LOCKSTEP_FAULTS
		T(test_cut_by_fault),
#endif
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
