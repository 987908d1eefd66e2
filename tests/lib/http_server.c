/* SPDX-License-Identifier: Apache-2.0 */
/* http_server.c: a server that answers what a test tells it to, and writes down what it was asked. */
#include "lib/http_server.h"

#include "base/vec.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct rule {
	char *prefix, *answer;
	unsigned turns; /* 0 = for ever */
	bool spent;
};

struct peer {
	struct http_server *server;
	int fd;
	struct loop_source *source;
	struct buf in;
};

struct http_server {
	struct loop *loop;
	struct loop_source *source;
	int fd, port;
	unsigned connections;
	VEC(struct rule) rules;
	VEC(struct peer *) peers;
	VEC(char *) texts;
	struct buf log, lines;
};

static void
peer_close(struct peer *p)
{
	if (p->fd < 0)
		return;
	loop_remove(p->server->loop, p->source);
	close(p->fd);
	p->fd = -1;
}

static char *
keep(struct http_server *s, char *take_text)
{
	vec_push(&s->texts, take_text);
	return take_text;
}

/* Writes all of it; answers fit into a socket's buffer. */
static void
send_all(struct peer *p, const char *text)
{
	struct buf AUTO_BUF out = BUF_INIT;
	const char *mark;

	buf_init(&out, 0);
	while ((mark = strstr(text, "{port}"))) {
		buf_add(&out, text, (size_t)(mark - text));
		buf_addf(&out, "%d", p->server->port);
		text = mark + 6;
	}
	buf_adds(&out, text);
	if (send(p->fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t)out.len)
		peer_close(p);
}

static void
answer(struct peer *p, struct str request)
{
	struct http_server *s = p->server;

	buf_add_str(&s->log, request);
	buf_add_str(&s->lines, str_sub(request, 0, str_find(request, '\r') - strlen(" HTTP/1.1")));
	buf_addc(&s->lines, '\n');
	for (size_t i = 0; i < s->rules.n; i++) {
		struct rule *r = &s->rules.v[i];

		if (r->spent || !str_starts(request, str_c(r->prefix)))
			continue;
		r->spent = r->turns && !--r->turns;
		if (*r->answer)
			send_all(p, r->answer);
		if (!*r->answer || !strncmp(r->answer, "HTTP/1.0", 8))
			peer_close(p);
		return;
	}
	send_all(p, "HTTP/1.1 599 no rule\r\nContent-Length: 0\r\n\r\n");
}

/* Bytes of the first whole request, or 0. */
static size_t
whole_request(const struct buf *in)
{
	const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
	const char *length, *last;
	size_t head;

	if (!end)
		return 0;
	head = (size_t)(end - in->data) + 4;
	length = strcasestr(in->data, "\r\nContent-Length: ");
	if (length && length < end) {
		head += strtoul(length + 18, NULL, 10);
		return head <= in->len ? head : 0;
	}
	if (strcasestr(in->data, "\r\nTransfer-Encoding: chunked")) {
		last = memmem(end + 2, in->len - (size_t)(end + 2 - in->data), "\r\n0\r\n\r\n", 7);
		return last ? (size_t)(last - in->data) + 7 : 0;
	}
	return head;
}

static void
on_peer(void *ctx, int fd, short revents UNUSED)
{
	struct peer *p = ctx;
	char bytes[65536];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
	size_t whole;

	if (n <= 0) {
		peer_close(p);
		return;
	}
	/* The first byte of a TLS handshake: there is none here. */
	if (!p->in.len && bytes[0] == 0x16) {
		peer_close(p);
		return;
	}
	buf_add(&p->in, bytes, (size_t)n);
	while (p->fd >= 0 && (whole = whole_request(&p->in))) {
		answer(p, (struct str){ p->in.data, whole });
		buf_consume(&p->in, whole);
	}
}

static void
on_connect(void *ctx, int fd, short revents UNUSED)
{
	struct http_server *s = ctx;
	struct peer *p = xcalloc(1, sizeof(*p));

	p->server = s;
	p->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	BUG_ON(p->fd < 0);
	buf_init(&p->in, 0);
	p->source = loop_add_fd(s->loop, p->fd, POLLIN, on_peer, p);
	vec_push(&s->peers, p);
	s->connections++;
}

struct http_server *
http_server_new(struct loop *loop, const char *socket_path)
{
	struct http_server *s = xcalloc(1, sizeof(*s));
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(in);

	s->loop = loop;
	s->fd = socket(socket_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	BUG_ON(s->fd < 0);
	if (socket_path) {
		BUG_ON(strlen(socket_path) >= sizeof(un.sun_path));
		memcpy(un.sun_path, socket_path, strlen(socket_path) + 1);
		BUG_ON(bind(s->fd, (struct sockaddr *)&un, sizeof(un)));
	} else {
		BUG_ON(bind(s->fd, (struct sockaddr *)&in, sizeof(in)));
		BUG_ON(getsockname(s->fd, (struct sockaddr *)&in, &len));
		s->port = ntohs(in.sin_port);
	}
	BUG_ON(listen(s->fd, 64));
	buf_init(&s->log, 0);
	buf_init(&s->lines, 0);
	s->source = loop_add_fd(loop, s->fd, POLLIN, on_connect, s);
	return s;
}

void
http_server_free(struct http_server *s)
{
	for (size_t i = 0; i < s->peers.n; i++) {
		peer_close(s->peers.v[i]);
		buf_fini(&s->peers.v[i]->in);
		free(s->peers.v[i]);
	}
	for (size_t i = 0; i < s->rules.n; i++) {
		free(s->rules.v[i].prefix);
		free(s->rules.v[i].answer);
	}
	for (size_t i = 0; i < s->texts.n; i++)
		free(s->texts.v[i]);
	loop_remove(s->loop, s->source);
	close(s->fd);
	vec_fini(&s->peers);
	vec_fini(&s->rules);
	vec_fini(&s->texts);
	buf_fini(&s->log);
	buf_fini(&s->lines);
	free(s);
}

int
http_server_port(const struct http_server *s)
{
	return s->port;
}

const char *
http_server_url(struct http_server *s, const char *path)
{
	return keep(s, xasprintf("http://127.0.0.1:%d%s", s->port, path));
}

void
http_server_rule(struct http_server *s, const char *prefix, unsigned turns, const char *text)
{
	struct rule r = { xstrdup(prefix), xstrdup(text), turns, false };

	vec_push(&s->rules, r);
}

void
http_server_answer(struct http_server *s, const char *prefix, int status, const char *headers,
		   const char *body)
{
	char *AUTO_FREE text =
		xasprintf("HTTP/1.1 %d x\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
			  strlen(body), strncmp(prefix, "HEAD", 4) ? body : "");

	http_server_rule(s, prefix, 0, text);
}

struct str
http_server_log(const struct http_server *s)
{
	return buf_str(&s->log);
}

const char *
http_server_lines(const struct http_server *s)
{
	return s->lines.data;
}

unsigned
http_server_connections(const struct http_server *s)
{
	return s->connections;
}

void
http_server_forget(struct http_server *s)
{
	buf_clear(&s->log);
	buf_clear(&s->lines);
}
