/* SPDX-License-Identifier: Apache-2.0 */
/* http.c: exchanges from their start to their end: turns, redirects, attempts. */
#include "base/file.h"
#include "io/http_priv.h"

#include <sys/random.h>

#define DEFAULT_CONNECT_MS 10000
#define DEFAULT_STALL_MS 30000
#define DEFAULT_TOTAL_MS 60000
#define DEFAULT_RETRY_MS 500
#define DEFAULT_ATTEMPTS 4
#define DEFAULT_AT_ONCE 16
#define MAX_REDIRECTS 5
#define MAX_PAUSE_MS 30000
/* Who asks for more is told to come back by hand. */
#define MAX_RETRY_AFTER_S 60

ENUM_DEFINE(http_method, HTTP_METHOD_LIST);

static void call_free(struct http_call *call);
static void take_turns(struct http *h);

int
http_new(const struct http_opts *opts, struct http **ret, struct err *err)
{
	struct http *h = xcalloc(1, sizeof(*h));
	struct http_opts *o = &h->opts;
	int r;

	*o = *opts;
	o->connect_ms = o->connect_ms ? o->connect_ms : DEFAULT_CONNECT_MS;
	o->stall_ms = o->stall_ms ? o->stall_ms : DEFAULT_STALL_MS;
	o->total_ms = o->total_ms ? o->total_ms : DEFAULT_TOTAL_MS;
	o->retry_ms = o->retry_ms ? o->retry_ms : DEFAULT_RETRY_MS;
	o->attempts = o->attempts ? o->attempts : DEFAULT_ATTEMPTS;
	o->at_once = o->at_once ? o->at_once : DEFAULT_AT_ONCE;
	h->ca_file = opts->ca_file ? xstrdup(opts->ca_file) : NULL;
	h->ca_dir = opts->ca_dir ? xstrdup(opts->ca_dir) : NULL;
	h->loop = opts->loop;
	if (!h->loop)
		h->loop = h->own_loop = loop_new_quiet();
	TAILQ_INIT(&h->waiting);
	TAILQ_INIT(&h->others);
	r = http_curl_load(h, err);
	if (r) {
		http_free(h);
		return r;
	}
	*ret = h;
	return 0;
}

void
http_free(struct http *h)
{
	struct http_call *call;

	if (!h)
		return;
	while ((call = TAILQ_FIRST(&h->waiting)) || (call = TAILQ_FIRST(&h->others)))
		call_free(call);
	http_curl_unload(h);
	loop_free(h->own_loop);
	free(h->ca_file);
	free(h->ca_dir);
	free(h);
}

static const char *
dup_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static struct http_header *
copy_headers(const struct http_header *headers, size_t n)
{
	struct http_header *copy = xcalloc(n ? n : 1, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] =
			(struct http_header){ xstrdup(headers[i].name), xstrdup(headers[i].value) };
	return copy;
}

static void
free_headers(struct http_header *headers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((char *)headers[i].name);
		free_secret((char *)headers[i].value); /* some engines want passwords there */
	}
	free(headers);
}

static void
request_copy(struct http_request *to, const struct http_request *from)
{
	*to = *from;
	to->url = xstrdup(from->url);
	to->authorization = dup_or_null(from->authorization);
	to->unix_socket = dup_or_null(from->unix_socket);
	to->ca_file = dup_or_null(from->ca_file);
	to->cert_file = dup_or_null(from->cert_file);
	to->key_file = dup_or_null(from->key_file);
	to->headers = copy_headers(from->headers, from->nheaders);
	if (!to->max_body)
		to->max_body = MAX_HTTP_BODY;
}

static void
request_fini(struct http_request *req)
{
	free((char *)req->url);
	free_secret((char *)req->authorization);
	free((char *)req->unix_socket);
	free((char *)req->ca_file);
	free((char *)req->cert_file);
	free((char *)req->key_file);
	free_headers((struct http_header *)req->headers, req->nheaders);
}

void
http_response_fini(struct http_response *response)
{
	free_headers(response->headers, response->nheaders);
	buf_fini(&response->body);
	err_clear(&response->err);
	free(response->url);
	*response = (struct http_response){ 0 };
}

struct http_call *
http_start(struct http *h, const struct http_request *request, http_done_fn done, void *ctx)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	BUG_ON(!http_url_origin(str_c(request->url)).n);
	call->http = h;
	request_copy(&call->req, request);
	call->url = xstrdup(request->url);
	call->done = done;
	call->ctx = ctx;
	buf_init(&call->response.body, 0);
	call->waiting = true;
	TAILQ_INSERT_TAIL(&h->waiting, call, list);
	take_turns(h);
	return call;
}

static void
begin_attempt(struct http_call *call)
{
	struct http *h = call->http;

	h->running++;
	h->stats.requests++;
	call->running = true;
	http_curl_add(call);
}

static void
take_turns(struct http *h)
{
	struct http_call *call;

	while (h->running < h->opts.at_once && (call = TAILQ_FIRST(&h->waiting))) {
		TAILQ_REMOVE(&h->waiting, call, list);
		TAILQ_INSERT_TAIL(&h->others, call, list);
		call->waiting = false;
		call->response.attempts++;
		begin_attempt(call);
	}
}

static void
stop_attempt(struct http_call *call)
{
	if (!call->running)
		return;
	call->running = false;
	call->http->running--;
	http_curl_remove(call);
}

static void
call_free(struct http_call *call)
{
	struct http *h = call->http;

	stop_attempt(call);
	loop_remove(h->loop, call->pause);
	TAILQ_REMOVE(call->waiting ? &h->waiting : &h->others, call, list);
	request_fini(&call->req);
	http_response_fini(&call->response);
	free(call->url);
	free(call);
}

void
http_cancel(struct http_call *call)
{
	struct http *h = call->http;

	call_free(call);
	take_turns(h);
}

static bool
can_send_again(const struct http_call *call)
{
	return !call->call_source_used;
}

static void
refuse_redirect(struct http_call *call, const char *why)
{
	call->response.failure = HTTP_REFUSED_REDIRECT;
	/* Kept for the caller. */
	(void)err_set(&call->response.err, ERR_REMOTE, "a redirect %s was not followed", why);
}

/* Where to go on, or NULL; caller frees. A redirect that is refused turns the response into a
 * failure. */
static char *
redirect_target(struct http_call *call)
{
	int status = call->response.status;
	bool keeps_method = status == 307 || status == 308;
	bool reads = call->req.method == HTTP_GET || call->req.method == HTTP_HEAD;
	bool leads = keeps_method || (reads && (status == 301 || status == 302 || status == 303));
	char *url = NULL;

	if (call->response.failure != HTTP_FINE || !leads || (call->req.flags & HTTP_NO_REDIRECT))
		return NULL;
	call->http->curl.easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &url);
	if (!url)
		return NULL;
	if (!can_send_again(call))
		refuse_redirect(call, "of a body that was sent already");
	else if (call->redirects == MAX_REDIRECTS)
		refuse_redirect(call, "after five others");
	else if (!http_url_origin(str_c(url)).n)
		refuse_redirect(call, "to something that is not http");
	else if (str_starts(str_c(call->url), STR_LIT("https:")) &&
		 !str_starts(str_c(url), STR_LIT("https:")) && !(call->req.flags & HTTP_UNVERIFIED))
		refuse_redirect(call, "from https to http");
	else
		return xstrdup(url);
	return NULL;
}

/* The one place where it is decided that an attempt is followed by another. */
static bool
worth_repeating(const struct http_call *call)
{
	const struct http_response *r = &call->response;
	bool changes = call->req.method == HTTP_POST || call->req.method == HTTP_PATCH;
	bool answered = r->failure == HTTP_FINE;
	bool never_arrived = r->failure == HTTP_NO_ADDRESS || r->failure == HTTP_NO_CONNECTION ||
			     r->failure == HTTP_NO_TLS;
	bool not_taken = answered && (r->status == 429 || r->status == 503);

	if (answered ? !http_temporary(r->status) : r->err.class != ERR_TEMPORARY)
		return false;
	if ((call->req.flags & HTTP_ONCE) || r->attempts >= call->http->opts.attempts)
		return false;
	if (call->handed || !can_send_again(call) || r->retry_after_s > MAX_RETRY_AFTER_S)
		return false;
	return !changes || never_arrived || not_taken;
}

/* From 0 to below n. */
static int64_t
jitter(int64_t n)
{
	uint32_t bits = 0;

	/* Without randomness all wait alike, which is no more than unkind. */
	if (n <= 0 || getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != (ssize_t)sizeof(bits))
		return 0;
	return (int64_t)((uint64_t)bits * (uint64_t)n >> 32);
}

static int64_t
pause_ms(const struct http_call *call)
{
	const struct http_opts *o = &call->http->opts;
	unsigned turns = call->response.attempts - 1;
	int64_t ms = o->retry_ms << (turns < 16 ? turns : 16);

	if (call->response.retry_after_s > 0)
		return call->response.retry_after_s * 1000 + jitter(o->retry_ms);
	if (ms > MAX_PAUSE_MS)
		ms = MAX_PAUSE_MS;
	return ms / 2 + jitter(ms / 2);
}

static void
on_pause_over(void *ctx)
{
	struct http_call *call = ctx;
	struct http *h = call->http;

	call->pause = NULL;
	free(call->url);
	call->url = xstrdup(call->req.url);
	call->redirects = 0;
	h->stats.retries++;
	/* Before those that have not had a turn yet. */
	TAILQ_REMOVE(&h->others, call, list);
	TAILQ_INSERT_HEAD(&h->waiting, call, list);
	call->waiting = true;
	take_turns(h);
}

static void
finish(struct http_call *call)
{
	call->response.url = xstrdup(call->url);
	call->done(call->ctx, &call->response);
	call_free(call);
}

void
http_call_ended(struct http_call *call, CURLcode code)
{
	struct http *h = call->http;
	char *target;

	http_transfer_result(call, code);
	target = redirect_target(call);
	stop_attempt(call);
	if (target) {
		call->redirects++;
		free(call->url);
		call->url = target;
		begin_attempt(call);
		return;
	}
	if (worth_repeating(call))
		call->pause = loop_add_timer(h->loop, pause_ms(call), on_pause_over, call);
	else
		finish(call);
	take_turns(h);
}

int
http_run(struct http *h, const bool *done, struct err *err)
{
	int r = loop_run(h->loop, done, err);

	BUG_ON(!r && !*done); /* nothing is left that could bring it about */
	return r;
}

struct asked {
	struct http_response *responses;
	size_t left;
	bool done;
};

struct ask_one {
	struct asked *all;
	struct http_response *response;
};

static void
on_answer(void *ctx, struct http_response *response)
{
	struct ask_one *one = ctx;

	*one->response = *response;
	*response = (struct http_response){ 0 };
	one->all->done = !--one->all->left;
}

int
http_ask(struct http *h, const struct http_request *requests, size_t n,
	 struct http_response *ret_responses, struct err *err)
{
	struct asked all = { .left = n, .done = !n };
	struct ask_one *ones = xcalloc(n ? n : 1, sizeof(*ones));
	int r;

	for (size_t i = 0; i < n; i++) {
		ret_responses[i] = (struct http_response){ 0 };
		ones[i] = (struct ask_one){ &all, &ret_responses[i] };
		(void)http_start(h, &requests[i], on_answer, &ones[i]); /* ends by itself */
	}
	r = http_run(h, &all.done, err);
	free(ones);
	return r;
}

struct http_stats
http_stats(const struct http *h)
{
	return h->stats;
}
