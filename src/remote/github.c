/* SPDX-License-Identifier: Apache-2.0 */
/* github.c: requests to GitHub, one after the other. */
#include "remote/github.h"

#include "base/clock.h"
#include "model/delivery.h"

#define ATTEMPTS 4
#define FIRST_WAIT_MS 1000
#define MAX_ANSWER (8u << 20)
#define ACCEPTED "application/vnd.github+json, application/json;q=0.9"

struct github {
	struct loop *loop;
	struct http *http;
	char *api, *slug, *token, *authorization;
	int64_t written_ms; /* of the monotonic clock; 0 = never */
};

static int64_t
mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

int
github_new(const struct github_opts *opts, struct github **ret, struct err *err)
{
	struct str origin = http_url_origin(str_c(opts->api));
	bool clear = str_starts(origin, STR_LIT("http://"));
	struct github *g;
	int r;

	if (!origin.n)
		return err_set(err, ERR_USAGE, "'%s' is no address of an API", opts->api);
	if (clear && !http_is_loopback(str_sub(origin, strlen("http://"), origin.n)))
		return err_set(err, ERR_USAGE, "'%s': the token is not sent without https",
			       opts->api);
	if (!delivery_valid_token(opts->token))
		return err_set(err, ERR_USAGE, "the token is none: empty, or blanks in it");
	g = xcalloc(1, sizeof(*g));
	g->loop = opts->loop;
	g->api = xstrdup(opts->api);
	g->slug = xstrdup(opts->slug);
	g->token = xstrdup(opts->token);
	g->authorization = xasprintf("Bearer %s", opts->token);
	r = http_new(&(struct http_opts){ .loop = opts->loop }, &g->http, err);
	if (r)
		github_free(g);
	else
		*ret = g;
	return r;
}

void
github_free(struct github *g)
{
	if (!g)
		return;
	http_free(g->http);
	free(g->api);
	free(g->slug);
	free_secret(g->token);
	free_secret(g->authorization);
	free(g);
}

const char *
github_slug(const struct github *g)
{
	return g->slug;
}

void
github_answer_fini(struct github_answer *a)
{
	json_decref(a->json);
	free(a->said);
	*a = (struct github_answer){ 0 };
}

static void
on_timer(void *ctx)
{
	*(bool *)ctx = true;
}

static int
wait_ms(struct github *g, int64_t ms, struct err *err)
{
	bool done = false;

	if (ms <= 0)
		return 0;
	(void)loop_add_timer(g->loop, ms, on_timer, &done);
	return loop_run(g->loop, &done, err);
}

static int
ask_once(struct github *g, enum http_method method, const char *url, struct str body,
	 struct http_response *ret, struct err *err)
{
	const struct http_header headers[] = { { "Accept", ACCEPTED },
					       { "X-GitHub-Api-Version", "2022-11-28" },
					       { "User-Agent", "lockstep/" PACKAGE_VERSION },
					       { "Content-Type", "application/json" } };
	bool writes = method != HTTP_GET && method != HTTP_HEAD;
	struct http_request request = { .method = method,
					.url = url,
					.headers = headers,
					.nheaders = ARRAY_SIZE(headers) - !body.n,
					.authorization = g->authorization,
					.max_body = MAX_ANSWER,
					.flags = HTTP_ONCE };
	int r = 0;

	if (body.n)
		request.body = (struct http_source){ .kind = HTTP_SOURCE_BYTES, .bytes = body };
	if (writes && g->written_ms)
		r = wait_ms(g, g->written_ms + DELIVERY_GAP_MS - mono_ms(), err);
	if (!r)
		r = http_ask(g->http, &request, 1, ret, err);
	if (writes)
		g->written_ms = mono_ms();
	return r;
}

static enum delivery_verdict
judge(const struct http_response *response, int64_t *ret_wait)
{
	static const struct target github = { .kind = TARGET_GITHUB };
	struct delivery_answer answer = {
		.status = response->failure == HTTP_FINE ? response->status : 0,
		.retry_after_s = response->retry_after_s,
		.limit_remaining = http_response_header(response, "x-ratelimit-remaining"),
		.limit_reset = http_response_header(response, "x-ratelimit-reset"),
		.body = buf_str(&response->body),
		.now_ms = clock_wall_ms(),
	};

	return delivery_classify(&github, &answer, ret_wait);
}

/* Whether, and after how long, to ask again; -1 = not. */
static int64_t
patience(enum http_method method, enum delivery_verdict verdict, int64_t wait, unsigned attempt)
{
	if (verdict == DELIVERY_LIMITED)
		return attempt < ATTEMPTS && wait <= GITHUB_PATIENCE_MS ? wait : -1;
	if (verdict != DELIVERY_TRANSIENT || method == HTTP_POST || attempt >= ATTEMPTS)
		return -1;
	if (wait > GITHUB_PATIENCE_MS)
		return -1;
	return wait > 0 ? wait : (int64_t)FIRST_WAIT_MS << (attempt - 1);
}

static int
give_up(struct github *g, struct http_response *response, int64_t wait, struct err *err)
{
	AUTO_FREE char *said = delivery_message_of(buf_str(&response->body));
	AUTO_FREE char *masked = delivery_mask(said, g->token);
	char duration[CLOCK_TEXT_SIZE];

	if (response->failure != HTTP_FINE) {
		err_move(err, &response->err);
		if (err && err->class != ERR_INPUT)
			err->class = ERR_TEMPORARY;
		return err_prefix(err, "GitHub");
	}
	err_set(err, ERR_TEMPORARY, "GitHub: status %d%s%s", response->status, *masked ? ": " : "",
		masked);
	clock_duration(wait, duration);
	if (wait)
		err_hint(err, "it asks to wait %s", duration);
	return -ERR_TEMPORARY;
}

static int
keep(struct github *g, struct http_response *response, struct github_answer *ret)
{
	AUTO_FREE char *said = delivery_message_of(buf_str(&response->body));
	AUTO_FREE char *masked =
		delivery_mask(buf_str(&response->body).p ? response->body.data : "", g->token);

	github_answer_fini(ret);
	ret->status = response->status;
	ret->said = delivery_mask(said, g->token);
	if (*masked && json_parse(str_c(masked), "GitHub", &ret->json, NULL))
		ret->json = NULL;
	return 0;
}

static int
ask(struct github *g, enum http_method method, const char *url, struct str body,
    struct github_answer *ret, struct err *err)
{
	for (unsigned attempt = 1;; attempt++) {
		struct http_response response = { 0 };
		enum delivery_verdict verdict;
		int64_t wait = 0, again;
		int r = ask_once(g, method, url, body, &response, err);

		if (r)
			return r;
		verdict = judge(&response, &wait);
		again = patience(method, verdict, wait, attempt);
		if (again < 0) {
			bool passes = verdict == DELIVERY_LIMITED || verdict == DELIVERY_TRANSIENT;

			r = passes ? give_up(g, &response, wait, err) : keep(g, &response, ret);
		}
		http_response_fini(&response);
		if (again < 0)
			return r;
		r = wait_ms(g, again, err);
		if (r)
			return r;
	}
}

int
github_call(struct github *g, enum http_method method, const char *path, const json_t *body,
	    struct github_answer *ret, struct err *err)
{
	AUTO_FREE char *url = xasprintf("%s%s", g->api, path);
	AUTO_FREE char *text = body ? json_canonical(body) : NULL;

	return ask(g, method, url, str_c(text), ret, err);
}

int
github_repo(struct github *g, enum http_method method, const char *path, const json_t *body,
	    struct github_answer *ret, struct err *err)
{
	AUTO_FREE char *whole = xasprintf("/repos/%s%s", g->slug, path);

	return github_call(g, method, whole, body, ret, err);
}

/* On a server of one's own REST is below /api/v3 and GraphQL beside it. */
static char *
graphql_url(const struct github *g)
{
	struct str api = str_c(g->api), v3 = STR_LIT("/api/v3");

	if (str_ends(api, v3))
		return xasprintf("%.*s/api/graphql", (int)(api.n - v3.n), api.p);
	return xasprintf("%s/graphql", g->api);
}

int
github_mutate(struct github *g, const char *name, const char *selection, json_t *take_input,
	      struct github_answer *ret, struct err *err)
{
	AUTO_FREE char *url = graphql_url(g), *text = NULL;
	AUTO_FREE char *query =
		xasprintf("mutation($input: %c%sInput!) { %s(input: $input) { %s } }",
			  *name - 'a' + 'A', name + 1, name, selection);
	AUTO_JSON json_t *body = json_object();
	json_t *variables = json_object(), *data;
	const char *said;
	int r;

	json_set_text(body, "query", query);
	json_object_set_new(variables, "input", take_input);
	json_object_set_new(body, "variables", variables);
	text = json_canonical(body);
	r = ask(g, HTTP_POST, url, str_c(text), ret, err);
	if (r || ret->status != 200)
		return r;
	data = json_object_get(json_object_get(ret->json, "data"), name);
	said = json_get_text(json_array_get(json_object_get(ret->json, "errors"), 0), "message");
	free(ret->said);
	ret->said = xstrdup(said ? said : "");
	data = json_is_object(data) && !said ? json_incref(data) : NULL;
	json_decref(ret->json);
	ret->json = data;
	return 0;
}

int
github_refusal(const struct github *g, const struct github_answer *a, const char *what,
	       const char *needs, struct err *err)
{
	err_set(err, ERR_REMOTE, "cannot %s: status %d%s%s", what, a->status, *a->said ? ": " : "",
		a->said);
	if (needs && (a->status == 401 || a->status == 403 || a->status == 404))
		err_hint(err, "the token needs '%s' on %s (a classic one: 'repo')", needs, g->slug);
	return -ERR_REMOTE;
}
