/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: HTTP: a request is a struct, a response is a struct, and many are under way at once. */
#ifndef LOCKSTEP_IO_HTTP_H
#define LOCKSTEP_IO_HTTP_H

#include "base/buf.h"
#include "base/enum.h"
#include "base/err.h"
#include "io/loop.h"

#include <sys/types.h>

/*
 * libcurl, driven by io/loop, over connections that are kept open. Everything that is decided
 * about an exchange as such is decided here, and nowhere else:
 *
 * - Ceilings: on headers, on a body that is kept, on the number of redirects and attempts.
 * - Times: for connecting, for a transfer that stands still, and for the whole (but not while a
 *   body is streamed).
 * - Redirects: at most five, for GET and HEAD, and with 307 and 308 for every method whose body can
 *   be sent again. `authorization` goes to the scheme, host and port of the first URL only; nothing
 *   leads from https to http.
 * - Retries: what http_temporary() says may pass is tried again, waiting twice as long each time
 *   with jitter, or as long as Retry-After says. Only what can be repeated: not a POST or PATCH
 *   that may have reached the server, not a body that cannot be sent again, not an answer of which
 *   on_body has seen a byte.
 *
 * https is verified by the system's certificates and by those named in the options. Proxies are
 * taken from the environment by libcurl (http_proxy, https_proxy, no_proxy), never for loopback.
 */
struct http;

struct http_opts {
	/* Shared with the program: http_ask() is then no call for one of its callbacks. NULL: a loop
	 * of its own, which runs in http_ask() only, anywhere. */
	struct loop *loop;
	const char *ca_file; /* in place of the system's file; NULL = the system's */
	const char *ca_dir;  /* in place of the system's folder */
	int64_t connect_ms;  /* 0 = 10 s */
	int64_t stall_ms;    /* without a byte; 0 = 30 s, -1 = for ever */
	int64_t total_ms;    /* of one attempt that streams nothing; 0 = 60 s */
	int64_t retry_ms;    /* before the second attempt; 0 = 500 ms */
	unsigned attempts;   /* 0 = 4 */
	unsigned at_once;    /* exchanges under way; the rest wait in order; 0 = 16 */
};

#define HTTP_METHOD_LIST(X)                                                                        \
	X(HTTP_GET, "GET")                                                                         \
	X(HTTP_HEAD, "HEAD")                                                                       \
	X(HTTP_POST, "POST")                                                                       \
	X(HTTP_PUT, "PUT")                                                                         \
	X(HTTP_PATCH, "PATCH")                                                                     \
	X(HTTP_DELETE, "DELETE")
ENUM_DECLARE(http_method, HTTP_METHOD_LIST);

struct http_header {
	const char *name;
	const char *value;
};

enum http_source_kind {
	HTTP_SOURCE_NONE,
	HTTP_SOURCE_BYTES, /* borrowed until the end of the exchange */
	HTTP_SOURCE_FILE,  /* size bytes of a regular file from offset on; fd borrowed likewise */
	HTTP_SOURCE_CALL,  /* what read() gives, sent in chunks, once */
};

struct http_source {
	enum http_source_kind kind;
	struct str bytes;
	int fd;
	uint64_t offset, size;
	/* At most max bytes into `to`; 0 at the end, -1 to give the exchange up. */
	ssize_t (*read)(void *ctx, char *to, size_t max);
	void *ctx;
};

enum http_flags {
	HTTP_UNVERIFIED = 1 << 0,  /* take any certificate; https may lead to http */
	HTTP_NO_REDIRECT = 1 << 1, /* the caller looks at the 3xx */
	HTTP_ONCE = 1 << 2,        /* no second attempt */
};

/* Copied by http_start(), except for the body. */
struct http_request {
	enum http_method method;
	const char *url; /* http:// or https:// */
	const struct http_header *headers;
	size_t nheaders;
	const char *authorization; /* value of that header, or NULL; never in a message */
	const char *unix_socket;   /* path of the socket to connect to, whatever the URL's host */
	const char *ca_file;       /* for this host; NULL = that of the client */
	struct str more_ca; /* PEM: count beside those; borrowed until the end of the exchange */
	const char *cert_file, *key_file; /* who we are; NULL = nobody */
	struct http_source body;
	size_t max_body; /* of the response; 0 = MAX_HTTP_BODY */
	/* Gets the body of a 2xx piece by piece; false gives the exchange up. NULL: it is kept. */
	bool (*on_body)(void *ctx, struct str piece);
	void *ctx;
	unsigned flags;   /* of enum http_flags */
	int64_t total_ms; /* 0 = the client's */
};

/* Why there is no response, or no whole one. */
#define HTTP_FAILURE_LIST(X)                                                                       \
	X(HTTP_FINE, "fine")                                                                       \
	X(HTTP_NO_ADDRESS, "no address")                                                           \
	X(HTTP_NO_CONNECTION, "no connection")                                                     \
	X(HTTP_NO_TLS, "no tls")                                                                   \
	X(HTTP_BAD_CERTIFICATE, "bad certificate")                                                 \
	X(HTTP_TOO_SLOW, "too slow")                                                               \
	X(HTTP_CUT, "cut")                                                                         \
	X(HTTP_TOO_LARGE, "too large")                                                             \
	X(HTTP_GIVEN_UP, "given up")                                                               \
	X(HTTP_REFUSED_REDIRECT, "refused redirect")                                               \
	X(HTTP_UNUSABLE, "unusable")
ENUM_DECLARE(http_failure, HTTP_FAILURE_LIST);

struct http_response {
	enum http_failure failure;
	struct err err; /* when failure is not HTTP_FINE: ERR_TEMPORARY, ERR_REMOTE or ERR_INPUT */
	int status;     /* of the last answer; 0 if there was none */
	struct http_header *headers; /* of the last answer, in order; names as sent */
	size_t nheaders;
	struct buf body;       /* empty with on_body and a 2xx */
	char *url;             /* that answered last, after redirects */
	int64_t retry_after_s; /* 0 = not said */
	unsigned attempts;
};

/* response lives until the function returns; its parts may be taken out (leaving zeros). Called by
 * the loop, never by http_start() itself; may start and cancel exchanges. */
typedef void (*http_done_fn)(void *ctx, struct http_response *response);

/* Loads libcurl: ERR_TOOL when it is not there. */
int http_new(const struct http_opts *opts, struct http **ret, struct err *err) NODISCARD;
/* Cancels what is under way. NULL is fine. */
void http_free(struct http *h);

struct http_call;
struct http_call *http_start(struct http *h, const struct http_request *request, http_done_fn done,
			     void *ctx);
/* done is not called. Not after done was. */
void http_cancel(struct http_call *call);

/* Runs the loop until these n exchanges are over; responses are initialised here and ended by the
 * caller with http_response_fini(). Fails only when the system cannot wait. */
int http_ask(struct http *h, const struct http_request *requests, size_t n,
	     struct http_response *ret_responses, struct err *err) NODISCARD;
/* Runs the loop until *done, for who starts exchanges of his own. */
int http_run(struct http *h, const bool *done, struct err *err) NODISCARD;

void http_response_fini(struct http_response *response);
/* The value of the first header of that name, any case; NULL when absent. */
const char *http_response_header(const struct http_response *response, const char *name);
/* What is wrong with a response that was not expected: failure, or status with what the server says
 * in plain text or in JSON of the registries' and engines' kind. Class ERR_TEMPORARY or ERR_REMOTE.
 * what: "cannot …", without a colon. */
int http_response_err(struct http_response *response, struct err *err, const char *what);

/* 408, 425, 429, 500, 502, 503, 504: the same request may be answered otherwise later. */
bool http_temporary(int status);
/* scheme://host[:port] of a URL; empty if it is none. */
struct str http_url_origin(struct str url);
/* localhost, 127.0.0.0/8, ::1, with or without a port. */
bool http_is_loopback(struct str host);

/* Sums since http_new(): for "how many requests did that cost". */
struct http_stats {
	uint64_t requests; /* attempts that were sent, redirects included */
	uint64_t retries;
	uint64_t connections;
	uint64_t received, sent; /* bytes of bodies */
};
struct http_stats http_stats(const struct http *h);

#endif
