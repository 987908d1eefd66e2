/* SPDX-License-Identifier: Apache-2.0 */
/* http_server.h: a server that answers what a test tells it to, and writes down what it was asked. */
#ifndef LOCKSTEP_TESTS_HTTP_SERVER_H
#define LOCKSTEP_TESTS_HTTP_SERVER_H

#include "base/buf.h"
#include "io/loop.h"

/*
 * It lives on a loop of the test, on a free port of 127.0.0.1 or on a unix socket. Rules are tried
 * in order, and the first that fits and has turns left answers; without one the answer is 599. In
 * answers, "{port}" becomes the port. Who begins with TLS is cut off.
 */
struct http_server;

/* socket_path NULL: TCP. */
struct http_server *http_server_new(struct loop *loop, const char *socket_path);
void http_server_free(struct http_server *s);
int http_server_port(const struct http_server *s);
/* "http://127.0.0.1:PORT" + path; owned by the server. */
const char *http_server_url(struct http_server *s, const char *path);

/* prefix: what the request line starts with ("GET /v2/"). turns: 0 = for ever. answer: the raw
 * bytes, CR LF and all; "" closes the connection without one. An answer that begins with "HTTP/1.0"
 * is followed by the end of the connection. */
void http_server_rule(struct http_server *s, const char *prefix, unsigned turns, const char *text);
/* HTTP/1.1 STATUS with Content-Length, further header lines ("A: b\r\n" or "") and body. */
void http_server_answer(struct http_server *s, const char *prefix, int status, const char *headers,
			const char *body);
/* Every request so far, byte for byte, one after the other. */
struct str http_server_log(const struct http_server *s);
/* Only method and target of each, a line a request; valid until the next one. */
const char *http_server_lines(const struct http_server *s);
unsigned http_server_connections(const struct http_server *s);
void http_server_forget(struct http_server *s); /* the log */

#endif
