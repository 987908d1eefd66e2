/* SPDX-License-Identifier: Apache-2.0 */
/* http_priv.h: what the files of io/http share. */
#ifndef LOCKSTEP_IO_HTTP_PRIV_H
#define LOCKSTEP_IO_HTTP_PRIV_H

#include "base/vec.h"
#include "io/http.h"

#include <curl/curl.h>
#include <sys/queue.h>

/* What is used of libcurl. It is loaded, not linked: its forty libraries cost more time than a
 * whole run that asks nobody. */
#define CURL_FUNCTIONS(X)                                                                          \
	X(global_init)                                                                             \
	X(version_info)                                                                            \
	X(easy_init)                                                                               \
	X(easy_setopt)                                                                             \
	X(easy_getinfo)                                                                            \
	X(easy_cleanup)                                                                            \
	X(easy_strerror)                                                                           \
	X(slist_append)                                                                            \
	X(slist_free_all)                                                                          \
	X(multi_init)                                                                              \
	X(multi_setopt)                                                                            \
	X(multi_assign)                                                                            \
	X(multi_add_handle)                                                                        \
	X(multi_remove_handle)                                                                     \
	X(multi_socket_action)                                                                     \
	X(multi_info_read)                                                                         \
	X(multi_cleanup)

struct curl_functions {
#define CURL_FIELD(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(CURL_FIELD)
#undef CURL_FIELD
};

TAILQ_HEAD(http_calls, http_call);

struct http {
	struct http_opts opts; /* with the defaults filled in; texts owned */
	char *ca_file, *ca_dir;
	struct curl_functions curl;
	CURLM *multi;
	struct loop *loop, *own_loop;
	struct loop_source *timer; /* libcurl's one timeout */
	struct http_calls waiting; /* for their turn, in order */
	struct http_calls others;  /* under way, or between two attempts */
	unsigned running;
	struct http_stats stats;
};

struct http_call {
	TAILQ_ENTRY(http_call) list;
	struct http *http;
	struct http_request req; /* texts owned; url is the first one */
	char *url;               /* of this attempt */
	http_done_fn done;
	void *ctx;
	bool running; /* has a handle in http->multi */
	bool waiting; /* is in http->waiting */
	struct loop_source *pause;
	CURL *easy;
	struct curl_slist *header_list;
	struct http_response response;
	size_t header_bytes;
	uint64_t sent;      /* of the body, in this attempt */
	bool source_failed; /* or on_body gave up */
	bool too_large;     /* headers or body */
	bool enough;        /* of the body of an answer that is no 2xx */
	bool handed;        /* on_body has seen something */
	bool call_source_used;
	unsigned redirects;
	char curl_says[CURL_ERROR_SIZE];
};

/* http_curl.c: libcurl and the loop. */
int http_curl_load(struct http *h, struct err *err) NODISCARD;
void http_curl_unload(struct http *h);
/* Begins an attempt; its end is told by http_call_ended(). */
void http_curl_add(struct http_call *call);
void http_curl_remove(struct http_call *call);

/* http_transfer.c: one attempt. */
void http_transfer_prepare(struct http_call *call);
/* Why it ended as it did, into the response. */
void http_transfer_result(struct http_call *call, CURLcode code);

/* http.c */
void http_call_ended(struct http_call *call, CURLcode code);

#endif
