/* SPDX-License-Identifier: Apache-2.0 */
/* http_transfer.c: one attempt of an exchange: what is sent, what is kept of the answer. */
#include "base/file.h"
#include "io/fault.h"
#include "io/http_priv.h"

#include <errno.h>
#include <fcntl.h>

ENUM_DEFINE(http_failure, HTTP_FAILURE_LIST);

static int
status_of(struct http_call *call)
{
	long status = 0;

	call->http->curl.easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static void
forget_headers(struct http_response *r)
{
	for (size_t i = 0; i < r->nheaders; i++) {
		free((char *)r->headers[i].name);
		free((char *)r->headers[i].value);
	}
	r->nheaders = 0;
}

static void
keep_header(struct http_response *r, struct str line)
{
	size_t colon = str_find(line, ':');
	struct http_header *h;

	if (colon == line.n)
		return;
	/* Room is always the next power of two, so the length alone tells when it is full. */
	if (!(r->nheaders & (r->nheaders - 1)))
		r->headers = xreallocarray(r->headers, r->nheaders ? 2 * r->nheaders : 1,
					   sizeof(*r->headers));
	h = &r->headers[r->nheaders++];
	h->name = str_dup(str_sub(line, 0, colon));
	h->value = str_dup(str_trim(str_sub(line, colon + 1, line.n), " \t\r\n"));
}

/* CURLOPT_HEADERFUNCTION: a line at a time; those of a 100 come before those of the answer. */
static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *call = ctx;
	struct str line = { p, size * n };

	call->header_bytes += line.n;
	if (call->header_bytes > MAX_HTTP_HEADERS) {
		call->too_large = true;
		return 0;
	}
	if (str_starts(line, STR_LIT("HTTP/")))
		forget_headers(&call->response);
	else
		keep_header(&call->response, line);
	return line.n;
}

/* CURLOPT_WRITEFUNCTION */
static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *call = ctx;
	struct buf *body = &call->response.body;
	struct str piece = { p, size * n };
	int status = status_of(call);
	bool good = status >= 200 && status <= 299;

	call->http->stats.received += piece.n;
	if (good && call->req.on_body) {
		call->handed = true;
		if (call->req.on_body(call->req.ctx, piece))
			return piece.n;
		call->source_failed = true;
		return 0;
	}
	if (!good) {
		/* Only for people, who need no more of it; it might never end. */
		body->max = MAX_HTTP_ERROR;
		buf_add_str(body, piece);
		call->enough = body->full;
		return body->full ? 0 : piece.n;
	}
	body->max = call->req.max_body;
	buf_add_str(body, piece);
	call->too_large = body->full;
	return body->full ? 0 : piece.n;
}

static ssize_t
read_source(struct http_source *s, uint64_t at, char *to, size_t max)
{
	uint64_t size = s->kind == HTTP_SOURCE_FILE ? s->size : s->bytes.n;

	if (s->kind == HTTP_SOURCE_CALL)
		return s->read(s->ctx, to, max);
	if (max > size - at)
		max = (size_t)(size - at);
	if (s->kind == HTTP_SOURCE_FILE && max) {
		ssize_t n = pread(s->fd, to, max, (off_t)(s->offset + at));

		/* Shorter than it was: what was promised cannot be sent any more. */
		return n ? n : -1;
	}
	if (max)
		memcpy(to, s->bytes.p + at, max);
	return (ssize_t)max;
}

/* CURLOPT_READFUNCTION */
static size_t
on_read(char *to, size_t size, size_t n, void *ctx)
{
	struct http_call *call = ctx;
	ssize_t got = read_source(&call->req.body, call->sent, to, size * n);

	call->call_source_used |= call->req.body.kind == HTTP_SOURCE_CALL;
	if (got < 0) {
		call->source_failed = true;
		return CURL_READFUNC_ABORT;
	}
	call->sent += (uint64_t)got;
	call->http->stats.sent += (uint64_t)got;
	return (size_t)got;
}

/* CURLOPT_SEEKFUNCTION: libcurl found the kept connection closed and begins again. */
static int
on_seek(void *ctx, curl_off_t offset, int origin)
{
	struct http_call *call = ctx;

	if (origin != SEEK_SET || call->req.body.kind == HTTP_SOURCE_CALL)
		return CURL_SEEKFUNC_CANTSEEK;
	call->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static void
add_header(struct http_call *call, const char *name, const char *value)
{
	struct curl_functions *c = &call->http->curl;
	/* A header without a value is written with ';' for libcurl; with ':' it means "send none". */
	AUTO_FREE char *line = value ? xasprintf("%s: %s", name, value) : xasprintf("%s:", name);
	struct curl_slist *list = c->slist_append(call->header_list, line);

	BUG_ON(!list);
	call->header_list = list;
}

static void
prepare_headers(struct http_call *call)
{
	struct str first = http_url_origin(str_c(call->req.url));
	bool has_type = false;

	for (size_t i = 0; i < call->req.nheaders; i++) {
		add_header(call, call->req.headers[i].name, call->req.headers[i].value);
		has_type |= str_ieq_c(str_c(call->req.headers[i].name), "Content-Type");
	}
	if (!has_type)
		add_header(call, "Content-Type", NULL);
	/* Waiting for a 100 costs a second where the server knows none. */
	add_header(call, "Expect", NULL);
	if (call->req.authorization && str_eq(first, http_url_origin(str_c(call->url))))
		add_header(call, "Authorization", call->req.authorization);
	call->http->curl.easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->header_list);
}

static void
prepare_body(struct http_call *call)
{
	struct curl_functions *c = &call->http->curl;
	struct http_source *s = &call->req.body;
	curl_off_t size = s->kind == HTTP_SOURCE_CALL ? -1
			  : s->kind == HTTP_SOURCE_FILE
				  ? (curl_off_t)s->size
				  : (curl_off_t)s->bytes.n; /* 0 with HTTP_SOURCE_NONE */

	if (call->req.method == HTTP_HEAD) {
		c->easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (call->req.method == HTTP_GET || call->req.method == HTTP_DELETE) {
		c->easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
	} else {
		c->easy_setopt(call->easy, CURLOPT_UPLOAD, 1L);
		c->easy_setopt(call->easy, CURLOPT_INFILESIZE_LARGE, size);
		c->easy_setopt(call->easy, CURLOPT_READFUNCTION, on_read);
		c->easy_setopt(call->easy, CURLOPT_READDATA, call);
		c->easy_setopt(call->easy, CURLOPT_SEEKFUNCTION, on_seek);
		c->easy_setopt(call->easy, CURLOPT_SEEKDATA, call);
	}
	c->easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, http_method_name(call->req.method));
}

static void
prepare_times(struct http_call *call)
{
	struct curl_functions *c = &call->http->curl;
	const struct http_opts *o = &call->http->opts;
	bool streams = call->req.on_body || call->req.body.kind == HTTP_SOURCE_FILE ||
		       call->req.body.kind == HTTP_SOURCE_CALL;
	long stall_s = o->stall_ms < 0 ? 0 : (long)((o->stall_ms + 999) / 1000);
	long total_ms = (long)(call->req.total_ms ? call->req.total_ms : streams ? 0 : o->total_ms);

	c->easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	c->easy_setopt(call->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	c->easy_setopt(call->easy, CURLOPT_LOW_SPEED_TIME, stall_s);
	c->easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, total_ms);
}

/* libcurl takes one file, or one text in place of the file. */
static void
trust_more(struct http_call *call, const char *ca_file)
{
	const struct curl_functions *c = &call->http->curl;
	AUTO_ERR struct err ignored = ERR_INIT; /* what cannot be read is trusted by nobody */
	AUTO_BUF struct buf all = BUF_INIT;
	struct curl_blob blob = { .flags = CURL_BLOB_COPY };

	buf_init(&all, 0);
	if (!ca_file)
		ca_file = c->version_info(CURLVERSION_NOW)->cainfo;
	if (ca_file && !file_read(AT_FDCWD, ca_file, MAX_CA_FILE, &all, &ignored))
		buf_addc(&all, '\n');
	buf_add_str(&all, call->req.more_ca);
	blob.data = all.data;
	blob.len = all.len;
	c->easy_setopt(call->easy, CURLOPT_CAINFO_BLOB, &blob);
}

static void
prepare_tls(struct http_call *call)
{
	struct curl_functions *c = &call->http->curl;
	const struct http *h = call->http;
	const char *ca_file = call->req.ca_file ? call->req.ca_file : h->ca_file;
	bool verify = !(call->req.flags & HTTP_UNVERIFIED);

	if (call->req.more_ca.n)
		trust_more(call, ca_file);
	else if (ca_file)
		c->easy_setopt(call->easy, CURLOPT_CAINFO, ca_file);
	if (h->ca_dir)
		c->easy_setopt(call->easy, CURLOPT_CAPATH, h->ca_dir);
	if (call->req.cert_file)
		c->easy_setopt(call->easy, CURLOPT_SSLCERT, call->req.cert_file);
	if (call->req.key_file)
		c->easy_setopt(call->easy, CURLOPT_SSLKEY, call->req.key_file);
	c->easy_setopt(call->easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	c->easy_setopt(call->easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	c->easy_setopt(call->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* Rather a stream of a connection that is being made than one more connection. */
	c->easy_setopt(call->easy, CURLOPT_PIPEWAIT, 1L);
}

void
http_transfer_prepare(struct http_call *call)
{
	struct curl_functions *c = &call->http->curl;
	struct str origin = http_url_origin(str_c(call->url));
	size_t host = str_find(origin, '/') + 2;

	call->header_bytes = 0;
	call->sent = 0;
	call->too_large = call->source_failed = call->enough = false;
	call->curl_says[0] = '\0';
	forget_headers(&call->response);
	buf_clear(&call->response.body);
	call->response.body.full = false;
	c->easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	c->easy_setopt(call->easy, CURLOPT_URL, call->url);
	c->easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->curl_says);
	c->easy_setopt(call->easy, CURLOPT_USERAGENT, "lockstep/" PACKAGE_VERSION);
	c->easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, on_header);
	c->easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
	c->easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
	c->easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	if (call->req.unix_socket)
		c->easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, call->req.unix_socket);
	if (call->req.unix_socket ||
	    (host < origin.n && http_is_loopback(str_sub(origin, host, origin.n))))
		c->easy_setopt(call->easy, CURLOPT_NOPROXY, "*");
	prepare_headers(call);
	prepare_body(call);
	prepare_times(call);
	prepare_tls(call);
}

static enum http_failure
failure_of(const struct http_call *call, CURLcode code)
{
	if (call->enough)
		return HTTP_FINE;
	if (call->too_large)
		return HTTP_TOO_LARGE;
	if (call->source_failed)
		return HTTP_GIVEN_UP;
	switch (code) {
	case CURLE_OK:
		return HTTP_FINE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_NO_ADDRESS;
	case CURLE_COULDNT_CONNECT:
		return HTTP_NO_CONNECTION;
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_NO_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
		return HTTP_BAD_CERTIFICATE;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TOO_SLOW;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return HTTP_CUT;
	default:
		return HTTP_UNUSABLE;
	}
}

static enum err_class
class_of(enum http_failure failure)
{
	switch (failure) {
	case HTTP_NO_ADDRESS:
	case HTTP_NO_CONNECTION:
	case HTTP_NO_TLS:
	case HTTP_TOO_SLOW:
	case HTTP_CUT:
		return ERR_TEMPORARY;
	default:
		return ERR_REMOTE;
	}
}

void
http_transfer_result(struct http_call *call, CURLcode code)
{
	struct http_response *r = &call->response;
	struct curl_functions *c = &call->http->curl;
	curl_off_t retry_after = 0;
	long connects = 0;
	const char *says = call->curl_says;

	if (fault_hit("http-cut"))
		code = CURLE_RECV_ERROR;
	r->failure = failure_of(call, code);
	r->status = status_of(call);
	c->easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after);
	c->easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	r->retry_after_s = retry_after;
	call->http->stats.connections += (uint64_t)connects;
	err_clear(&r->err);
	if (r->failure == HTTP_FINE)
		return;
	if (r->failure == HTTP_TOO_LARGE)
		says = "the answer is larger than allowed";
	else if (r->failure == HTTP_GIVEN_UP)
		says = "given up";
	else if (!*says)
		says = c->easy_strerror(code);
	(void)err_set(&r->err, class_of(r->failure), "%s", says); /* kept, not told */
	if (r->failure == HTTP_BAD_CERTIFICATE)
		err_hint(&r->err, "SSL_CERT_FILE names a file with the certificates to trust");
}
