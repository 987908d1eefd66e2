/* SPDX-License-Identifier: Apache-2.0 */
/* docker_api.c: where an engine is, what it speaks, and the small requests. */
#include "remote/docker_api.h"

#include "base/env.h"
#include "base/file.h"

#include <sys/utsname.h>

#define DEFAULT_HOST "unix:///var/run/docker.sock"
/* Minor numbers of API 1.x: what is written for, and from where on all of it is there. */
#define WANTED 41
#define OLDEST 32

struct docker_api {
	char *host;
	char *socket; /* path, or NULL */
	char *url;    /* without a path */
	char *certs, *ca_file, *cert_file, *key_file;
	char *engine, *version; /* NULL = not met yet */
	char *kernel;           /* of the engine's machine; NULL = not said */
	bool podman;
	bool service; /* podman's is meant */
	struct http *http;
};

static int
find_engine(struct docker_api *d, struct err *err)
{
	struct str s = str_c(d->host);

	if (str_starts(s, STR_LIT("unix:///"))) {
		d->socket = xstrdup(d->host + strlen("unix://"));
		d->url = xstrdup("http://docker");
	} else if (str_starts(s, STR_LIT("tcp://"))) {
		d->url = xasprintf("%s://%s", d->certs ? "https" : "http",
				   d->host + strlen("tcp://"));
		if (!http_url_origin(str_c(d->url)).n)
			s = STR_NULL;
	} else {
		s = STR_NULL;
	}
	if (s.n)
		return 0;
	if (d->service) {
		err_set(err, ERR_TOOL, "CONTAINER_HOST: lockstep cannot speak to such a host");
		err_hint(err, "write unix:///PATH or tcp://HOST:PORT; of ssh://, `ssh -L` makes a "
			      "socket");
		return -ERR_TOOL;
	}
	err_set(err, ERR_TOOL, "DOCKER_HOST: cannot speak to '%s'", d->host);
	err_hint(err, "write unix:///PATH, or tcp://HOST:PORT, with DOCKER_TLS_VERIFY=1 for TLS");
	return -ERR_TOOL;
}

static int
open_at(struct docker_api *d, const char *host, const char *certs, struct docker_api **ret,
	struct err *err)
{
	int r;

	d->host = xstrdup(host && *host ? host : DEFAULT_HOST);
	if (certs && str_starts(str_c(d->host), STR_LIT("tcp://"))) {
		d->certs = xstrdup(certs);
		d->ca_file = xasprintf("%s/ca.pem", certs);
		d->cert_file = xasprintf("%s/cert.pem", certs);
		d->key_file = xasprintf("%s/key.pem", certs);
	}
	r = find_engine(d, err);
	if (r) {
		docker_api_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

int
docker_api_open_at(const char *host, const char *certs, struct docker_api **ret, struct err *err)
{
	return open_at(xcalloc(1, sizeof(struct docker_api)), host, certs, ret, err);
}

int
docker_api_open_podman(const char *host, struct docker_api **ret, struct err *err)
{
	struct docker_api *d = xcalloc(1, sizeof(*d));

	d->service = true;
	return open_at(d, host, NULL, ret, err);
}

int
docker_api_open(const char *const *env, struct docker_api **ret, struct err *err)
{
	const char *verify = env_get(env, "DOCKER_TLS_VERIFY"), *home = env_get(env, "HOME");
	const char *certs = env_get(env, "DOCKER_CERT_PATH");
	AUTO_FREE char *by_default = xasprintf("%s/.docker", home ? home : "");

	if (!certs || !*certs)
		certs = by_default;
	return docker_api_open_at(env_get(env, "DOCKER_HOST"), verify && *verify ? certs : NULL,
				  ret, err);
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
	free(d->certs);
	free(d->ca_file);
	free(d->cert_file);
	free(d->key_file);
	free(d->engine);
	free(d->version);
	free(d->kernel);
	free(d);
}

const char *
docker_api_host(const struct docker_api *d)
{
	return d->host;
}

const char *
docker_api_who(const struct docker_api *d)
{
	return d->service ? "podman's service" : "the docker engine";
}

const char *
docker_api_certs(const struct docker_api *d)
{
	return d->certs;
}

bool
docker_api_is_local(const struct docker_api *d)
{
	struct str host = http_url_origin(str_c(d->url));

	return d->socket || http_is_loopback(str_sub(host, str_find(host, '/') + 2, host.n));
}

const char *
docker_api_engine(const struct docker_api *d)
{
	return d->engine;
}

const char *
docker_api_version(const struct docker_api *d)
{
	return d->version;
}

bool
docker_api_is_podman(const struct docker_api *d)
{
	return d->podman;
}

char *
docker_api_address(const struct docker_api *d, const char *path, struct http_request *request)
{
	char *url = d->version ? xasprintf("%s/v%s%s", d->url, d->version, path)
			       : xasprintf("%s%s", d->url, path);

	request->url = url;
	request->unix_socket = d->socket;
	request->ca_file = d->ca_file;
	request->cert_file = d->cert_file;
	request->key_file = d->key_file;
	return url;
}

int
docker_api_error(const struct docker_api *d, struct http_response *response, const char *what,
		 struct err *err)
{
	AUTO_FREE char *text = xasprintf("%s %s", docker_api_who(d), what);

	if (response->failure == HTTP_FINE)
		return http_response_err(response, err, text);
	err_move(err, &response->err);
	err->class = ERR_TOOL;
	err_prefix(err, "no %s answers at '%s'", d->service ? "service of podman" : "docker engine",
		   d->host);
	err_hint(err, d->service ? "start it (`systemctl start podman.socket`, or `podman system "
				   "service`), or set CONTAINER_HOST"
				 : "start dockerd, join the group that owns its socket, or set "
				   "DOCKER_HOST");
	return -ERR_TOOL;
}

static int
ask(struct docker_api *d, enum http_method method, const char *path, struct http_response *ret,
    struct err *err)
{
	struct http_opts opts = { .attempts = 1 };
	struct http_request request = { .method = method,
					.max_body = MAX_JSON_FILE,
					.flags = HTTP_ONCE | HTTP_NO_REDIRECT };
	char *url = docker_api_address(d, path, &request);
	int r = d->http ? 0 : http_new(&opts, &d->http, err);

	if (!r)
		r = http_ask(d->http, &request, 1, ret, err);
	free(url);
	return r;
}

static int
get(struct docker_api *d, const char *path, json_t **ret, struct err *err)
{
	struct http_response response = { 0 };
	int r = ask(d, HTTP_GET, path, &response, err);

	if (r)
		return r;
	if (response.failure == HTTP_FINE && response.status == 404)
		r = 0;
	else if (response.failure != HTTP_FINE || response.status != 200)
		r = docker_api_error(d, &response, "cannot answer", err);
	else
		r = json_parse(buf_str(&response.body), docker_api_who(d), ret, err) ? -err->class
										     : 1;
	http_response_fini(&response);
	return r;
}

bool
docker_api_is_here(const struct docker_api *d)
{
	struct utsname here;

	return d->socket && d->kernel && !uname(&here) && !strcmp(d->kernel, here.release);
}

/* "1.41": 41; 0 for anything else. */
static unsigned long long
minor(const json_t *version, const char *key)
{
	const char *text = json_get_text(version, key);
	unsigned long long n;

	return text && str_starts(str_c(text), STR_LIT("1.")) &&
			       str_to_u64(str_c(text + strlen("1.")), &n)
		       ? n
		       : 0;
}

static bool
says_podman(const json_t *version)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(version, "Components"), i, part)
	{
		const char *name = json_get_text(part, "Name");

		if (name && !strcmp(name, "Podman Engine"))
			return true;
	}
	return false;
}

int
docker_api_meet(struct docker_api *d, struct err *err)
{
	AUTO_JSON json_t *version = NULL;
	unsigned long long newest, oldest, use;
	int r = d->version ? 0 : get(d, "/version", &version, err);

	if (r < 0 || d->version)
		return r;
	newest = minor(version, "ApiVersion");
	oldest = minor(version, "MinAPIVersion");
	if (!r || !json_get_text(version, "Version") || !newest)
		return err_set(err, ERR_TOOL, "what answers at '%s' is no %s", d->host,
			       d->service ? "service of podman" : "docker engine");
	use = newest < WANTED ? newest : oldest > WANTED ? oldest : WANTED;
	if (use < OLDEST)
		return err_set(err, ERR_TOOL,
			       "%s at '%s' speaks API 1.%llu, too old: 1.%d is needed",
			       docker_api_who(d), d->host, newest, OLDEST);
	d->engine = xstrdup(json_get_text(version, "Version"));
	d->version = xasprintf("1.%llu", use);
	d->podman = says_podman(version);
	if (json_get_text(version, "KernelVersion"))
		d->kernel = xstrdup(json_get_text(version, "KernelVersion"));
	return 0;
}

int
docker_api_get(struct docker_api *d, const char *path, json_t **ret, struct err *err)
{
	int r = docker_api_meet(d, err);

	return r ? r : get(d, path, ret, err);
}

static int
act(struct docker_api *d, enum http_method method, const char *path, const char *what,
    struct err *err)
{
	struct http_response response = { 0 };
	int r = docker_api_meet(d, err);

	if (!r)
		r = ask(d, method, path, &response, err);
	if (r)
		return r;
	if (response.failure != HTTP_FINE ||
	    (response.status / 100 != 2 && !(method == HTTP_DELETE && response.status == 404)))
		r = docker_api_error(d, &response, what, err);
	http_response_fini(&response);
	return r;
}

int
docker_api_tag(struct docker_api *d, const char *image_id, const char *repo, const char *tag,
	       struct err *err)
{
	AUTO_FREE char *path = xasprintf("/images/%s/tag?repo=%s&tag=%s", image_id, repo, tag);

	return act(d, HTTP_POST, path, "cannot tag the image", err);
}

int
docker_api_delete(struct docker_api *d, const char *path, struct err *err)
{
	return act(d, HTTP_DELETE, path, "cannot remove it", err);
}
