/* SPDX-License-Identifier: Apache-2.0 */
/* http_curl.c: libcurl, loaded when first needed, and how it waits on our loop. */
#include "io/http_priv.h"
#include "io/library.h"

#define LIBCURL "libcurl.so.4"

static int
load_functions(struct curl_functions *curl, struct err *err)
{
	const struct library_function wanted[] = {
#define CURL_WANTED(name) { "curl_" #name, &curl->name },
		CURL_FUNCTIONS(CURL_WANTED)
#undef CURL_WANTED
	};

	return library_load(LIBCURL, "libcurl4", wanted, ARRAY_SIZE(wanted), err);
}

/* After anything that may have ended transfers. */
static void
collect_ended(struct http *h)
{
	CURLMsg *msg;
	int left;

	while ((msg = h->curl.multi_info_read(h->multi, &left))) {
		struct http_call *call = NULL;
		CURLcode code = msg->data.result;

		BUG_ON(msg->msg != CURLMSG_DONE);
		h->curl.easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		http_call_ended(call, code);
	}
}

static void
act(struct http *h, curl_socket_t fd, int events)
{
	int running;

	BUG_ON(h->curl.multi_socket_action(h->multi, fd, events, &running) != CURLM_OK);
	collect_ended(h);
}

static void
on_fd(void *ctx, int fd, short revents)
{
	int events = 0;

	if (revents & (POLLIN | POLLHUP))
		events |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		events |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		events |= CURL_CSELECT_ERR;
	act(ctx, fd, events);
}

static void
on_timer(void *ctx)
{
	struct http *h = ctx;

	h->timer = NULL;
	act(h, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_SOCKETFUNCTION */
static int
watch_socket(CURL *easy UNUSED, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct http *h = ctx;
	struct loop_source *source = socket_ctx;
	short events = 0;

	if (what == CURL_POLL_REMOVE) {
		loop_remove(h->loop, source);
		h->curl.multi_assign(h->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= POLLIN;
	if (what & CURL_POLL_OUT)
		events |= POLLOUT;
	if (source) {
		loop_set_events(source, events);
		return 0;
	}
	source = loop_add_fd(h->loop, fd, events, on_fd, h);
	h->curl.multi_assign(h->multi, fd, source);
	return 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
set_timer(CURLM *multi UNUSED, long ms, void *ctx)
{
	struct http *h = ctx;

	loop_remove(h->loop, h->timer);
	h->timer = ms < 0 ? NULL : loop_add_timer(h->loop, ms, on_timer, h);
	return 0;
}

int
http_curl_load(struct http *h, struct err *err)
{
	int ret = load_functions(&h->curl, err);

	if (!ret && h->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		ret = err_set(err, ERR_TOOL, "libcurl cannot be used");
	if (ret)
		return ret;
	h->multi = h->curl.multi_init();
	BUG_ON(!h->multi);
	h->curl.multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	h->curl.multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	h->curl.multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	h->curl.multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	h->curl.multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)h->opts.at_once);
	return 0;
}

void
http_curl_unload(struct http *h)
{
	if (!h->multi)
		return;
	h->curl.multi_cleanup(h->multi);
	loop_remove(h->loop, h->timer);
}

void
http_curl_add(struct http_call *call)
{
	struct http *h = call->http;

	call->easy = h->curl.easy_init();
	BUG_ON(!call->easy);
	http_transfer_prepare(call);
	BUG_ON(h->curl.multi_add_handle(h->multi, call->easy) != CURLM_OK);
}

void
http_curl_remove(struct http_call *call)
{
	struct http *h = call->http;

	BUG_ON(h->curl.multi_remove_handle(h->multi, call->easy) != CURLM_OK);
	h->curl.easy_cleanup(call->easy);
	h->curl.slist_free_all(call->header_list);
	call->easy = NULL;
	call->header_list = NULL;
}
