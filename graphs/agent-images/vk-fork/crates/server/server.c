/* SPDX-License-Identifier: Apache-2.0 */
/* server.c: stands in for the vibe-kanban server: the page from memory, and two questions of its API. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* assets.h has a line ASSET("/app.js", app_js) for every file that build.sh found. */
#define ASSET(path, symbol) extern const char _binary_##symbol##_start[], _binary_##symbol##_end[];
#include "assets.h"
#undef ASSET

struct asset {
	const char *path;
	const char *start, *end;
};

#define ASSET(path, symbol) {path, _binary_##symbol##_start, _binary_##symbol##_end},
static const struct asset assets[] = {
#include "assets.h"
};
#undef ASSET

static const struct asset *
asset_find(const char *path)
{
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

static const char *
content_type(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && strcmp(dot, ".js") == 0)
		return "text/javascript";
	if (dot && strcmp(dot, ".css") == 0)
		return "text/css";
	return "text/html; charset=utf-8";
}

static void
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void
reply(int fd, const char *status, const char *type, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
			 "Connection: close\r\n\r\n",
			 status, type, len);

	write_all(fd, head, (size_t)n);
	write_all(fd, body, len);
}

/* A folder's name in a JSON string; names that would need escapes are left out. */
static bool
plain_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\')
			return false;
	return name[0] != '.';
}

static void
reply_repos(int fd)
{
	const char *home = getenv("HOME");
	char path[4096], body[65536];
	size_t len = 0;
	struct dirent **names;
	int n;

	snprintf(path, sizeof(path), "%s/repos", home ? home : "");
	n = scandir(path, &names, NULL, alphasort);
	len += (size_t)snprintf(body, sizeof(body), "{\"success\":true,\"data\":[");
	for (int i = 0, shown = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (plain_name(name) && len + strlen(name) + 16 < sizeof(body))
			len += (size_t)snprintf(body + len, sizeof(body) - len, "%s\"%s\"",
						shown++ ? "," : "", name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	len += (size_t)snprintf(body + len, sizeof(body) - len, "]}\n");
	reply(fd, "200 OK", "application/json", body, len);
}

static void
answer(int fd)
{
	static const char health[] = "{\"success\":true,\"data\":\"OK\"}\n";
	char request[4096], path[1024];
	ssize_t n = read(fd, request, sizeof(request) - 1);
	const struct asset *asset;

	request[n > 0 ? n : 0] = '\0';
	if (sscanf(request, "GET %1023[^ ?\r\n]", path) != 1) {
		reply(fd, "405 Method Not Allowed", "text/plain", "", 0);
		return;
	}
	if (strcmp(path, "/api/health") == 0) {
		reply(fd, "200 OK", "application/json", health, sizeof(health) - 1);
		return;
	}
	if (strcmp(path, "/api/repos") == 0) {
		reply_repos(fd);
		return;
	}
	/* The page finds its own way from any address. */
	asset = asset_find(path);
	if (!asset)
		asset = asset_find("/index.html");
	if (!asset) {
		reply(fd, "404 Not Found", "text/plain", "", 0);
		return;
	}
	reply(fd, "200 OK", content_type(asset->path), asset->start,
	      (size_t)(asset->end - asset->start));
}

/* A number from the environment; anything that is none ends the program. */
static long
env_number(const char *name, long fallback, long max)
{
	const char *text = getenv(name);
	char *end;
	long n;

	if (!text || !*text)
		return fallback;
	n = strtol(text, &end, 10);
	if (*end || n < 0 || n > max) {
		fprintf(stderr, "Error: %s: '%s' is no number up to %ld\n", name, text, max);
		exit(1);
	}
	return n;
}

static int
open_port(const char *host, long port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || inet_pton(AF_INET, host, &addr.sin_addr) != 1) {
		fprintf(stderr, "Error: cannot listen on '%s'\n", host);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 64)) {
		fprintf(stderr, "Error: %s%s (os error %d): %s:%ld\n",
			errno == EADDRINUSE ? "EADDRINUSE: " : "", strerror(errno), errno, host,
			port);
		close(fd);
		return -1;
	}
	return fd;
}

int
main(void)
{
	const struct timeval patience = {.tv_sec = 2};
	const char *host = getenv("HOST");
	long port = env_number("PORT", 8081, 65535);
	int fd;

	signal(SIGPIPE, SIG_IGN);
	if (!host || !*host)
		host = "0.0.0.0";
	sleep((unsigned)env_number("VK_COLD_START", 0, 3600));
	fd = open_port(host, port);
	if (fd < 0)
		return 1;
	fprintf(stderr, "Server running on http://%s:%ld\n", host, port);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client < 0)
			continue;
		/* A client that says nothing must not keep the others waiting. */
		setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		answer(client);
		close(client);
	}
}
