/* SPDX-License-Identifier: Apache-2.0 */
/* sender.c: tells one target of one event, once. */
#include "remote/sender.h"

#include "io/fault.h"
#include "io/http.h"

#define MAX_ANSWER (256u << 10)

struct exchange {
	struct http_response response;
	bool over;
	bool *wake;
};

static void
on_answer(void *ctx, struct http_response *response)
{
	struct exchange *x = ctx;

	x->response = *response;
	*response = (struct http_response){ 0 };
	x->over = true;
	*x->wake = true;
}

/* 1 answered, 0 woken before. */
static int
exchange(struct http *http, const struct delivery_request *request, int timeout_s,
	 struct exchange *x, struct err *err)
{
	struct http_header headers[DELIVERY_MAX_HEADERS];
	struct http_request r = { .method = HTTP_POST,
				  .url = request->url,
				  .headers = headers,
				  .nheaders = request->nheaders,
				  .authorization = request->authorization,
				  .body = { .kind = HTTP_SOURCE_BYTES, .bytes = request->body },
				  .max_body = MAX_ANSWER,
				  .flags = HTTP_NO_REDIRECT | HTTP_ONCE,
				  .total_ms = (int64_t)timeout_s * 1000 };
	struct http_call *call;
	int rc;

	for (size_t i = 0; i < request->nheaders; i++)
		headers[i] =
			(struct http_header){ request->headers[i].name, request->headers[i].value };
	*x->wake = false;
	call = http_start(http, &r, on_answer, x);
	rc = http_run(http, x->wake, err);
	if (!x->over)
		http_cancel(call);
	return rc ? rc : x->over;
}

/* The answer's place, or NULL when it may not be followed. */
static const char *
redirect(struct arena *arena, struct delivery_request *request, const struct http_response *answer)
{
	const char *to = http_response_header(answer, "location");
	struct str old = http_url_origin(str_c(request->url)), new;

	if (!to)
		return NULL;
	if (*to == '/' && to[1] != '/')
		return arena_printf(arena, "%.*s%s", STR_FMT(old), to);
	new = http_url_origin(str_c(to));
	if (!new.n || str_starts(new, STR_LIT("https:")) != str_starts(old, STR_LIT("https:")))
		return NULL;
	if (!str_eq(new, old))
		request->authorization = NULL;
	return arena_strdup(arena, to);
}

/* What went wrong, with what can be done about it, and without the secret. */
static char *
explain(const struct target *target, const struct delivery_message *m,
	const struct http_response *response, enum delivery_verdict verdict)
{
	AUTO_FREE char *said = delivery_message_of(buf_str(&response->body));
	AUTO_FREE char *todo =
		verdict == DELIVERY_REFUSED ? delivery_advice(target, response->status) : NULL;
	AUTO_BUF struct buf b = BUF_INIT;

	if (response->failure != HTTP_FINE)
		buf_adds(&b, response->err.msg ? response->err.msg
					       : http_failure_name(response->failure));
	else
		buf_addf(&b, "status %d%s%s", response->status, *said ? ": " : "", said);
	if (todo)
		buf_addf(&b, "; %s", todo);
	return delivery_mask(b.data, m->secret);
}

static const char *
id_of(const struct http_response *response)
{
	static const char *const names[] = { "x-github-request-id", "x-request-id" };
	const char *id = NULL;

	for (size_t i = 0; !id && i < ARRAY_SIZE(names); i++)
		id = http_response_header(response, names[i]);
	return id;
}

static void
judge(const struct target *target, const struct delivery_message *m,
      const struct http_response *response, struct sender_reply *ret)
{
	bool fine = response->failure == HTTP_FINE;
	struct delivery_answer answer = {
		.status = fine ? response->status : 0,
		.retry_after_s = response->retry_after_s,
		.limit_remaining = http_response_header(response, "x-ratelimit-remaining"),
		.limit_reset = http_response_header(response, "x-ratelimit-reset"),
		.body = buf_str(&response->body),
		.now_ms = m->now_ms,
	};
	const char *id = id_of(response);

	ret->status = answer.status;
	ret->verdict = delivery_classify(target, &answer, &ret->wait_ms);
	/* An address that cannot be one will not become one. */
	if (!fine && response->failure == HTTP_UNUSABLE)
		ret->verdict = DELIVERY_REFUSED;
	if (ret->verdict != DELIVERY_SENT)
		ret->error = explain(target, m, response, ret->verdict);
	if (id)
		ret->request_id = delivery_mask(id, m->secret);
}

static int
follow(struct http *http, const struct target *target, const struct delivery_message *m,
       struct exchange *x, struct sender_reply *ret, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct delivery_request request;
	int r = delivery_request(arena, target, m, &request, err);

	if (r)
		return r;
	for (int hops = 0;; hops++) {
		r = exchange(http, &request, target->timeout_s, x, err);
		if (r <= 0) {
			ret->stopped = !r;
			return r;
		}
		(void)fault_hit("kill-after-send"); /* does not come back */
		sender_reply_fini(ret);
		judge(target, m, &x->response, ret);
		if (ret->verdict != DELIVERY_MOVED)
			return 0;
		request.url = redirect(arena, &request, &x->response);
		if (!request.url || hops == DELIVERY_MAX_REDIRECTS) {
			ret->verdict = DELIVERY_REFUSED;
			return 0;
		}
		http_response_fini(&x->response);
		x->over = false;
	}
}

int
sender_send(struct http *http, const struct target *target, const struct delivery_message *message,
	    bool *wake, struct sender_reply *ret, struct err *err)
{
	struct exchange x = { .wake = wake };
	struct sender_reply reply = { 0 };
	int r = follow(http, target, message, &x, &reply, err);

	http_response_fini(&x.response);
	if (r)
		sender_reply_fini(&reply);
	else
		*ret = reply;
	return r;
}

void
sender_reply_fini(struct sender_reply *r)
{
	free(r->request_id);
	free(r->error);
	*r = (struct sender_reply){ 0 };
}
