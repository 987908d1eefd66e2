/* SPDX-License-Identifier: Apache-2.0 */
/* t-delivery.c: requests byte for byte, what answers mean, when to try again. */
#include "model/delivery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID "01K2N3W4X5Y6Z7A8B9C0D1E2F3"
#define BODY                                                                                         \
	"{\"changed\":[{\"digest\":\"sha256:"                                                        \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"image\":\"r.io/a\"}]," \
	"\"compat\":{\"sha\":\"x y\"},\"group\":\"g\",\"id\":\"" ID                                  \
	"\",\"schema\":\"lockstep.images/1\",\"seq\":7,\"source\":{\"repo\":\"o/r\",\"run_url\":"    \
	"\"https://git.example/o/r/1\"},\"time\":\"2026-08-15T19:26:54Z\"}"

struct sent {
	struct arena *arena;
	struct target target;
	struct delivery_request request;
	char *text; /* "NAME: value" lines, in order, and the body */
};

static struct target
target_of(struct arena *arena, const char *json)
{
	AUTO_JSON json_t *item = NULL;
	struct target t;

	assert_int_equal(json_parse(str_c(json), "test", &item, NULL), 0);
	target_read(arena, item, &t);
	return t;
}

static int
try_to(const char *json, const char *secret, struct sent *s, struct err *err)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct event *AUTO_EVENT e = event_parse(STR_LIT(BODY), "test", &errs);
	struct delivery_message m = {
		.event = e, .body = STR_LIT(BODY), .secret = secret, .now_ms = 1614265330000
	};
	AUTO_BUF struct buf b = BUF_INIT;
	int r;

	assert_non_null(e);
	s->arena = arena_new();
	s->target = target_of(s->arena, json);
	r = delivery_request(s->arena, &s->target, &m, &s->request, err);
	if (r)
		return r;
	for (size_t i = 0; i < s->request.nheaders; i++)
		buf_addf(&b, "%s: %s\n", s->request.headers[i].name, s->request.headers[i].value);
	buf_add_str(&b, s->request.body);
	s->text = arena_str(s->arena, buf_str(&b));
	return 0;
}

static struct sent
sent_to(const char *json, const char *secret)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct sent s = { 0 };

	if (try_to(json, secret, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

#define AGENT "User-Agent: lockstep/" PACKAGE_VERSION "\n"
#define GITHUB                                                                                     \
	AGENT "Accept: application/vnd.github+json, application/json;q=0.9\n"                      \
	      "Content-Type: application/json\n"                                                   \
	      "X-GitHub-Api-Version: 2022-11-28\n"

static void
repository_dispatch(void **state)
{
	struct sent s = sent_to("{\"github\":{\"repository\":\"o/r\",\"event\":\"built\"}}", "tok");

	(void)state;
	assert_string_equal(s.target.name, "github:o/r:built");
	assert_string_equal(s.target.secret_env, "GITHUB_TOKEN");
	assert_string_equal(s.request.url, "https://api.github.com/repos/o/r/dispatches");
	assert_string_equal(s.request.authorization, "Bearer tok");
	/* The flat field is at the top, and "compat" is gone. */
	assert_string_equal(
		s.text,
		GITHUB "{\"client_payload\":{\"changed\":[{\"digest\":\"sha256:"
		       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		       "\"image\":\"r.io/a\"}],\"group\":\"g\",\"id\":\"" ID
		       "\",\"schema\":\"lockstep.images/1\",\"seq\":7,\"sha\":\"x y\","
		       "\"source\":{\"repo\":\"o/r\",\"run_url\":\"https://git.example/o/r/1\"},"
		       "\"time\":\"2026-08-15T19:26:54Z\"},\"event_type\":\"built\"}");
	arena_free(s.arena);
}

static void
workflows(void **state)
{
	struct sent hub = sent_to("{\"github-workflow\":{\"repository\":\"o/r\",\"workflow\":\"b "
				  "c.yml\",\"url\":\"https://ghe/api/v3//\"}}",
				  "tok");
	struct sent tea =
		sent_to("{\"gitea-workflow\":{\"url\":\"https://tea\",\"repository\":"
			"\"o/r\",\"workflow\":\"b.yml\",\"ref\":\"dev\",\"token-file\":\"/t\"}}",
			"tok");
	AUTO_JSON json_t *body = NULL;

	(void)state;
	assert_string_equal(hub.target.name, "github-workflow:https://ghe/api/v3/o/r:b c.yml@main");
	assert_string_equal(hub.request.url,
			    "https://ghe/api/v3/repos/o/r/actions/workflows/b%20c.yml/dispatches");
	assert_int_equal(strncmp(hub.text, GITHUB, strlen(GITHUB)), 0);
	assert_int_equal(json_parse(hub.request.body, "body", &body, NULL), 0);
	assert_string_equal(json_get_text(body, "ref"), "main");
	assert_string_equal(json_get_text(json_object_get(body, "inputs"), "event"), BODY);
	assert_string_equal(tea.target.name, "gitea-workflow:https://tea/o/r:b.yml@dev");
	assert_string_equal(tea.request.url,
			    "https://tea/api/v1/repos/o/r/actions/workflows/b.yml/dispatches");
	assert_string_equal(tea.request.authorization, "token tok");
	assert_string_equal(tea.target.secret_file, "/t");
	assert_null(tea.target.secret_env);
	arena_free(hub.arena);
	arena_free(tea.arena);
}

static void
gitlab_trigger(void **state)
{
	struct sent s = sent_to("{\"gitlab\":{\"project\":\"group/name\",\"ref\":\"main\","
				"\"token-env\":\"T\",\"timeout\":5}}",
				"to+k");
	static const char start[] =
		AGENT "Accept: application/json\n"
		      "Content-Type: application/x-www-form-urlencoded\n"
		      "token=to%2Bk&ref=main&variables%5BLOCKSTEP_EVENT%5D=%7B%22";

	(void)state;
	assert_string_equal(s.target.name, "gitlab:https://gitlab.com/group/name@main");
	assert_int_equal(s.target.timeout_s, 5);
	assert_string_equal(s.request.url,
			    "https://gitlab.com/api/v4/projects/group%2Fname/trigger/pipeline");
	assert_null(s.request.authorization);
	assert_int_equal(strncmp(s.text, start, strlen(start)), 0);
	arena_free(s.arena);
}

/* The signature was worked out with another implementation. */
static void
standard_webhooks(void **state)
{
	struct sent s = sent_to("{\"webhook\":{\"url\":\"https://h/x\",\"signing\":"
				"\"standard-webhooks\",\"format\":\"plain\",\"secret-env\":\"S\"}}",
				"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

	(void)state;
	assert_string_equal(s.target.name, "webhook:https://h/x");
	assert_string_equal(s.request.url, "https://h/x");
	assert_string_equal(
		s.text,
		AGENT "Content-Type: application/json\n"
		      "webhook-id: " ID "\n"
		      "webhook-timestamp: 1614265330\n"
		      "webhook-signature: v1,6XPTkJLFvYGstoI3irjmsbKSv4NbqgTmFezMs/4jbO0=\n" BODY);
	arena_free(s.arena);
}

static void
github_signature_of_a_binary_cloudevent(void **state)
{
	struct sent s = sent_to("{\"webhook\":{\"url\":\"https://h\",\"signing\":\"github\","
				"\"format\":\"ce-binary\",\"secret-env\":\"S\"}}",
				"It's a Secret to Everybody");

	(void)state;
	assert_string_equal(
		s.text, AGENT
		"Content-Type: application/json\n"
		"ce-specversion: 1.0\n"
		"ce-id: " ID "\n"
		"ce-source: //git.example/o/r\n"
		"ce-type: dev.lockstep.images.v1\n"
		"ce-subject: g\n"
		"ce-time: 2026-08-15T19:26:54Z\n"
		"X-GitHub-Event: lockstep\n"
		"X-GitHub-Delivery: " ID "\n"
		"X-Hub-Signature-256: sha256=d5750ad1bcde365dcbcb6e7a5bbc4a9f99f268677956b14326493be92bad02b7\n" BODY);
	arena_free(s.arena);
}

static void
structured_cloudevent(void **state)
{
	struct sent s = sent_to("{\"webhook\":{\"url\":\"https://h\",\"signing\":\"none\","
				"\"format\":\"ce-structured\"}}",
				NULL);

	(void)state;
	assert_string_equal(s.text,
			    AGENT "Content-Type: application/cloudevents+json\n"
				  "{\"data\":" BODY ",\"datacontenttype\":\"application/json\","
				  "\"id\":\"" ID "\",\"source\":\"//git.example/o/r\","
				  "\"specversion\":\"1.0\",\"subject\":\"g\","
				  "\"time\":\"2026-08-15T19:26:54Z\","
				  "\"type\":\"dev.lockstep.images.v1\"}");
	assert_null(s.target.secret_env);
	arena_free(s.arena);
}

static void
useless_secrets(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"webhook\":{\"url\":\"u\",\"signing\":\"standard-webhooks\",\"format\":\"plain\","
		  "\"secret-env\":\"S\"}}",
		  "whsec_c2hvcnQ=" },
		{ "{\"webhook\":{\"url\":\"u\",\"signing\":\"standard-webhooks\",\"format\":\"plain\","
		  "\"secret-env\":\"S\"}}",
		  "hunter2hunter2hunter2hunter2hunter2-" },
		{ "{\"github\":{\"repository\":\"o/r\",\"event\":\"b\"}}", "a\r\nX-Evil: hunter2" },
		{ "{\"github\":{\"repository\":\"o/r\",\"event\":\"b\"}}", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_ERR struct err err = ERR_INIT;
		struct sent s = { 0 };

		assert_int_equal(try_to(rows[i][0], rows[i][1], &s, &err), -ERR_INPUT);
		assert_null(strstr(err.msg, "hunter2"));
		arena_free(s.arena);
	}
}

static void
answers(void **state)
{
	static const struct {
		const char *target;
		struct delivery_answer answer;
		enum delivery_verdict verdict;
		int64_t wait_ms;
	} rows[] = {
#define HUB "{\"github\":{\"repository\":\"o/r\",\"event\":\"b\"}}"
#define HOOK "{\"webhook\":{\"url\":\"https://h\",\"signing\":\"none\",\"format\":\"plain\"}}"
		{ HUB, { .status = 204 }, DELIVERY_SENT, 0 },
		{ HOOK, { .status = 200 }, DELIVERY_SENT, 0 },
		{ HUB, { .status = 0 }, DELIVERY_TRANSIENT, 0 },
		{ HUB, { .status = 408 }, DELIVERY_TRANSIENT, 0 },
		{ HUB, { .status = 425 }, DELIVERY_TRANSIENT, 0 },
		{ HUB, { .status = 502 }, DELIVERY_TRANSIENT, 0 },
		{ HUB, { .status = 503, .retry_after_s = 90 }, DELIVERY_TRANSIENT, 90000 },
		{ HUB, { .status = 401 }, DELIVERY_REFUSED, 0 },
		{ HUB, { .status = 403 }, DELIVERY_REFUSED, 0 },
		{ HUB, { .status = 404 }, DELIVERY_REFUSED, 0 },
		{ HUB, { .status = 410 }, DELIVERY_REFUSED, 0 },
		{ HUB, { .status = 422 }, DELIVERY_REFUSED, 0 },
		{ HUB, { .status = 429 }, DELIVERY_LIMITED, 60000 },
		{ HUB, { .status = 429, .retry_after_s = 7 }, DELIVERY_LIMITED, 7000 },
		{ HUB, { .status = 403, .retry_after_s = 7 }, DELIVERY_LIMITED, 7000 },
		{ HUB,
		  { .status = 429, .retry_after_s = (int64_t)9 * 24 * 3600 },
		  DELIVERY_LIMITED,
		  (int64_t)24 * 3600 * 1000 },
		{ HUB,
		  { .status = 403, .limit_remaining = "0", .limit_reset = "130", .now_ms = 100000 },
		  DELIVERY_LIMITED,
		  30000 },
		{ HUB,
		  { .status = 403, .limit_remaining = "0", .limit_reset = "99", .now_ms = 100000 },
		  DELIVERY_LIMITED,
		  1 },
		{ HUB,
		  { .status = 403, .limit_remaining = "4", .limit_reset = "130", .now_ms = 100000 },
		  DELIVERY_REFUSED,
		  0 },
		{ HUB,
		  { .status = 403, .body = { "a secondary Rate Limit, so wait", 31 } },
		  DELIVERY_LIMITED,
		  60000 },
		{ HUB, { .status = 301 }, DELIVERY_MOVED, 0 },
		{ HUB, { .status = 307 }, DELIVERY_MOVED, 0 },
		{ HUB, { .status = 308 }, DELIVERY_MOVED, 0 },
		{ HUB, { .status = 302 }, DELIVERY_REFUSED, 0 },
		{ HOOK, { .status = 307 }, DELIVERY_REFUSED, 0 },
		{ HOOK, { .status = 400 }, DELIVERY_REFUSED, 0 },
	};
	struct arena *AUTO_ARENA arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct target t = target_of(arena, rows[i].target);
		int64_t wait = -1;
		enum delivery_verdict verdict = delivery_classify(&t, &rows[i].answer, &wait);
		AUTO_FREE char *got = xasprintf("%zu: %s %lld", i, delivery_verdict_name(verdict),
						(long long)wait);
		AUTO_FREE char *want =
			xasprintf("%zu: %s %lld", i, delivery_verdict_name(rows[i].verdict),
				  (long long)rows[i].wait_ms);

		assert_string_equal(got, want);
	}
}

static void
advice(void **state)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct target hub = target_of(arena, HUB), hook = target_of(arena, HOOK);
	AUTO_FREE char *denied = delivery_advice(&hub, 404), *moved = delivery_advice(&hook, 302);

	(void)state;
	assert_string_equal(denied,
			    "the token needs 'Contents: write' on o/r (a classic one: 'repo')");
	assert_string_equal(moved, "it has moved: write the new address into the graph file");
	assert_null(delivery_advice(&hub, 422));
	assert_null(delivery_advice(&hook, 404));
}

static void
schedule(void **state)
{
	static const int64_t seconds[] = { 5,    30,    120,   600,   1800, 3600,
					   7200, 18000, 36000, 86400, 86400 };

	(void)state;
	for (int i = 0; i < (int)ARRAY_SIZE(seconds); i++) {
		int64_t base = seconds[i] * 1000, swing = base / 5;

		assert_int_equal(delivery_backoff(i + 1, 0, 0, 0), base - swing);
		assert_int_equal(delivery_backoff(i + 1, 0, 0, (uint32_t)swing), base);
		assert_int_equal(delivery_backoff(i + 1, 0, 0, (uint32_t)(2 * swing)),
				 base + swing);
		assert_int_equal(delivery_backoff(i + 1, 0, 0, (uint32_t)(2 * swing + 1)),
				 base - swing);
	}
	assert_int_equal(delivery_backoff(12, 0, 0, 0), -1);
	assert_int_equal(delivery_backoff(1, 0, 60000, 0), 60000);
	assert_int_equal(delivery_backoff(1, DELIVERY_MAX_AGE_MS - 4000, 0, 0), 4000);
	assert_int_equal(delivery_backoff(1, DELIVERY_MAX_AGE_MS - 3999, 0, 0), -1);
}

static void
what_servers_say(void **state)
{
	static const char *const rows[][2] = {
		{ "{\"message\":\"Not\\nFound\"}", "Not Found" },
		{ "{\"error\":\"x\"}", "x" },
		{ "<html>502</html>", "" },
		{ "{}", "" },
		{ "", "" },
	};
	AUTO_FREE char *masked = delivery_mask("Bearer abc, abcabc", "abc");
	AUTO_FREE char *whole = delivery_mask("abc", NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *said = delivery_message_of(str_c(rows[i][0]));

		assert_string_equal(said, rows[i][1]);
	}
	assert_string_equal(masked, "Bearer ***, ******");
	assert_string_equal(whole, "abc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repository_dispatch),
		cmocka_unit_test(workflows),
		cmocka_unit_test(gitlab_trigger),
		cmocka_unit_test(standard_webhooks),
		cmocka_unit_test(github_signature_of_a_binary_cloudevent),
		cmocka_unit_test(structured_cloudevent),
		cmocka_unit_test(useless_secrets),
		cmocka_unit_test(answers),
		cmocka_unit_test(advice),
		cmocka_unit_test(schedule),
		cmocka_unit_test(what_servers_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
