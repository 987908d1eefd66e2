/* SPDX-License-Identifier: Apache-2.0 */
/* docker_api.c: the requests of the Docker Engine API that lockstep makes. */
#include "remote/docker_api.h"

#include "base/file.h"
#include "io/http.h"

#define DEFAULT_HOST "unix:///var/run/docker.sock"

struct docker_api {
	char *host;
	char *socket; /* path, or NULL */
	char *url;    /* without a path */
	struct http *http;
};

int
docker_api_open(const char *host, struct docker_api **ret, struct err *err)
{
	struct docker_api *d = xcalloc(1, sizeof(*d));
	struct str s;

	d->host = xstrdup(host && *host ? host : DEFAULT_HOST);
	s = str_c(d->host);
	if (str_starts(s, STR_LIT("unix:///"))) {
		d->socket = xstrdup(d->host + strlen("unix://"));
		d->url = xstrdup("http://docker");
	} else if (str_starts(s, STR_LIT("tcp://"))) {
		d->url = xasprintf("http://%s", d->host + strlen("tcp://"));
	} else {
		err_set(err, ERR_TOOL, "DOCKER_HOST: cannot speak to '%s'", d->host);
		err_hint(err, "write unix:///PATH, or tcp://HOST:PORT for an engine without TLS");
		docker_api_free(d);
		return -ERR_TOOL;
	}
	*ret = d;
	return 0;
}

void
docker_api_free(struct docker_api *d)
{
	if (!d)
		return;
	http_free(d->http);
	free(d->host);
	free(d->socket);
	free(d->url);
	free(d);
}

const char *
docker_api_host(const struct docker_api *d)
{
	return d->host;
}

static int
no_answer(const struct docker_api *d, struct http_response *response, struct err *err)
{
	err_move(err, &response->err);
	err->class = ERR_TOOL;
	err_prefix(err, "no docker engine answers at '%s'", d->host);
	err_hint(err, "start dockerd, join the group that owns its socket, or set DOCKER_HOST");
	return -ERR_TOOL;
}

static int
ask(struct docker_api *d, enum http_method method, const char *path, struct http_response *ret,
    struct err *err)
{
	struct http_opts opts = { .attempts = 1 };
	AUTO_FREE char *url = xasprintf("%s%s", d->url, path);
	struct http_request request = { .method = method,
					.url = url,
					.unix_socket = d->socket,
					.max_body = MAX_JSON_FILE,
					.flags = HTTP_ONCE | HTTP_NO_REDIRECT };
	int r = d->http ? 0 : http_new(&opts, &d->http, err);

	if (!r)
		r = http_ask(d->http, &request, 1, ret, err);
	return r;
}

int
docker_api_get(struct docker_api *d, const char *path, json_t **ret, struct err *err)
{
	struct http_response response = { 0 };
	int r = ask(d, HTTP_GET, path, &response, err);

	if (r)
		return r;
	if (response.failure != HTTP_FINE)
		r = no_answer(d, &response, err);
	else if (response.status == 404)
		r = 0;
	else if (response.status != 200)
		r = http_response_err(&response, err, "the docker engine cannot answer");
	else
		r = json_parse(buf_str(&response.body), "docker engine", ret, err) ? -err->class
										   : 1;
	http_response_fini(&response);
	return r;
}

int
docker_api_tag(struct docker_api *d, const char *image_id, const char *repo, const char *tag,
	       struct err *err)
{
	AUTO_FREE char *path = xasprintf("/images/%s/tag?repo=%s&tag=%s", image_id, repo, tag);
	struct http_response response = { 0 };
	int r = ask(d, HTTP_POST, path, &response, err);

	if (r)
		return r;
	if (response.failure != HTTP_FINE)
		r = no_answer(d, &response, err);
	else if (response.status != 201)
		r = http_response_err(&response, err, "the docker engine cannot tag the image");
	http_response_fini(&response);
	return r;
}
