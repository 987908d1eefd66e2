/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c: the client, and how a question is answered. */
#include "remote/registry.h"

#include "base/env.h"
#include "base/file.h"
#include "base/path.h"
#include "remote/registry_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#define ETC "/etc/containers"
#define HUB "docker.io"
#define HUB_ADDRESS "registry-1.docker.io"

ENUM_DEFINE(registry_state, REGISTRY_STATE_LIST);
ENUM_DEFINE(registry_security, REGISTRY_SECURITY_LIST);

static int
read_conf(struct registry *reg, const char *path, bool needed, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct err AUTO_ERR why = ERR_INIT;
	int r = file_read(AT_FDCWD, path, MAX_CONFIG_FILE, &text, &why);

	if (r && !needed && (why.sys_errno == ENOENT || why.sys_errno == EACCES))
		return 0;
	if (r)
		return err_move(err, &why);
	return registries_conf_add(reg->conf, buf_str(&text), path, err);
}

static int
is_conf(const struct dirent *entry)
{
	return str_ends(str_c(entry->d_name), STR_LIT(".conf"));
}

/* Those of a .d folder, in the order of their names (containers-registries.conf.d(5)). */
static int
read_drop_ins(struct registry *reg, const char *folder, struct err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_conf, alphasort), r = 0;

	for (int i = 0; i < n; i++) {
		AUTO_FREE char *path = path_join(folder, entries[i]->d_name);

		if (!r)
			r = read_conf(reg, path, false, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int
load_conf(struct registry *reg, struct err *err)
{
	const char *const *env = reg->opts.env;
	const char *named = env_nonempty(env, "CONTAINERS_REGISTRIES_CONF");
	const char *config = env_nonempty(env, "XDG_CONFIG_HOME");
	const char *home = env_nonempty(env, "HOME");
	AUTO_FREE char *own = config ? xasprintf("%s/containers", config)
				     : xasprintf("%s/.config/containers", home ? home : "");
	AUTO_FREE char *own_file = xasprintf("%s/registries.conf", own);
	AUTO_FREE char *own_folder = xasprintf("%s/registries.conf.d", own);
	int r;

	reg->conf = registries_conf_new();
	if (named)
		r = read_conf(reg, named, true, err);
	else if (file_exists(AT_FDCWD, own_file))
		r = read_conf(reg, own_file, false, err);
	else
		r = read_conf(reg, ETC "/registries.conf", false, err);
	if (!r)
		r = read_drop_ins(reg, ETC "/registries.conf.d", err);
	return r ? r : read_drop_ins(reg, own_folder, err);
}

static int
open_parts(struct registry *reg, struct err *err)
{
	struct http_opts http = reg->opts.http;
	int r;

	reg->loop = http.loop;
	if (!reg->loop)
		reg->loop = reg->own_loop = loop_new_quiet();
	http.loop = reg->loop;
	if (!http.ca_file)
		http.ca_file = env_nonempty(reg->opts.env, "SSL_CERT_FILE");
	if (!http.ca_dir)
		http.ca_dir = env_nonempty(reg->opts.env, "SSL_CERT_DIR");
	r = load_conf(reg, err);
	if (!r)
		r = creds_load(reg->opts.env, reg->opts.auth_file, &reg->creds, err);
	return r ? r : http_new(&http, &reg->http, err);
}

int
registry_new(const struct registry_opts *opts, struct registry **ret, struct err *err)
{
	struct registry *reg = xcalloc(1, sizeof(*reg));
	int r;

	reg->opts = *opts;
	reg->idle = true;
	TAILQ_INIT(&reg->ops);
	r = open_parts(reg, err);
	if (r) {
		registry_free(reg);
		return r;
	}
	*ret = reg;
	return 0;
}

static void
host_free(struct host *h)
{
	free(h->domain);
	free(h->address);
	free(h->realm);
	free(h->service);
	err_clear(&h->err);
	err_clear(&h->unusable);
	registry_certs_fini(&h->certs);
	free(h);
}

static void
op_free(struct op *op)
{
	TAILQ_REMOVE(&op->reg->ops, op, list);
	loop_remove(op->reg->loop, op->start);
	registry_answer_fini(&op->answer);
	json_decref(op->json);
	arena_free(op->arena);
	free(op);
}

void
registry_free(struct registry *reg)
{
	struct op *op;

	if (!reg)
		return;
	http_free(reg->http);
	while ((op = TAILQ_FIRST(&reg->ops)))
		op_free(op);
	for (size_t i = 0; i < reg->tokens.n; i++)
		registry_token_free(reg->tokens.v[i]);
	for (size_t i = 0; i < reg->hosts.n; i++)
		host_free(reg->hosts.v[i]);
	vec_fini(&reg->tokens);
	vec_fini(&reg->hosts);
	creds_free(reg->creds);
	registries_conf_free(reg->conf);
	loop_free(reg->own_loop);
	free(reg);
}

int
registry_wait(struct registry *reg, struct err *err)
{
	return http_run(reg->http, &reg->idle, err);
}

void
registry_set(char **to, const char *text)
{
	free(*to);
	*to = text ? xstrdup(text) : NULL;
}

void
registry_answer_fini(struct registry_answer *a)
{
	err_clear(&a->err);
	free(a->digest);
	free(a->media_type);
	buf_fini(&a->body);
	free(a->platform_digest);
	free(a->image_id);
	for (size_t i = 0; i < a->ntags; i++)
		free(a->tags[i]);
	free(a->tags);
	for (size_t i = 0; i < a->nreferrers; i++) {
		free(a->referrers[i].media_type);
		free(a->referrers[i].artifact_type);
		free(a->referrers[i].digest);
		json_decref(a->referrers[i].annotations);
	}
	free(a->referrers);
	json_decref(a->annotations);
	*a = (struct registry_answer){ 0 };
}

void
registry_answer_steal(struct registry_answer *to, struct registry_answer *from)
{
	*to = *from;
	*from = (struct registry_answer){ 0 };
}

void
registry_keep(void *ctx, struct registry_answer *answer)
{
	registry_answer_steal(ctx, answer);
}

struct http_stats
registry_stats(const struct registry *reg)
{
	return http_stats(reg->http);
}

bool
registry_insecure(const struct registry *reg, const char *domain)
{
	for (size_t i = 0; i < reg->opts.ninsecure; i++)
		if (!strcmp(reg->opts.insecure[i], domain))
			return true;
	return http_is_loopback(str_c(domain));
}

/* In the order of the other tools, which look below HOME whatever XDG_CONFIG_HOME says. */
static void
load_certs(struct host *h)
{
	const char *home = env_nonempty(h->reg->opts.env, "HOME");
	AUTO_FREE char *own = xasprintf("%s/.config/containers/certs.d", home ? home : "");
	const char *folders[] = { own, ETC "/certs.d", "/etc/docker/certs.d", NULL };

	if (registry_certs_load(folders, h->domain, &h->certs, &h->unusable))
		(void)err_prefix(&h->unusable, "the certificates for '%s'", h->domain);
}

struct host *
registry_host(struct registry *reg, const char *domain, bool insecure)
{
	struct host *h;

	insecure |= registry_insecure(reg, domain);
	for (size_t i = 0; i < reg->hosts.n; i++)
		if (!strcmp(reg->hosts.v[i]->domain, domain) &&
		    reg->hosts.v[i]->insecure == insecure)
			return reg->hosts.v[i];
	h = xcalloc(1, sizeof(*h));
	h->reg = reg;
	h->domain = xstrdup(domain);
	h->address = xstrdup(strcmp(domain, HUB) ? domain : HUB_ADDRESS);
	h->insecure = insecure;
	h->scheme = HEADER_OTHER;
	load_certs(h);
	vec_push(&reg->hosts, h);
	return h;
}

static const char *
dup_or_null(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

struct op *
op_new(struct registry *reg, const struct ref *ref, unsigned flags, registry_fn fn, void *ctx)
{
	struct op *op = xcalloc(1, sizeof(*op));
	struct arena *arena = arena_new();

	op->reg = reg;
	op->arena = arena;
	op->fn = fn;
	op->ctx = ctx;
	op->writes = flags & OP_WRITES;
	op->ref.domain = dup_or_null(arena, ref->domain);
	op->ref.path = dup_or_null(arena, ref->path);
	op->ref.name = dup_or_null(arena, ref->name);
	op->ref.tag = dup_or_null(arena, ref->tag);
	op->ref.digest = dup_or_null(arena, ref->digest);
	if (flags & (OP_WRITES | OP_ORIGIN)) {
		op->places = ARENA_NEW(arena, struct registries_place);
		op->nplaces = 1;
		*op->places = (struct registries_place){
			.domain = op->ref.domain,
			.path = op->ref.path,
			.insecure = registries_conf_insecure(reg->conf, &op->ref),
		};
	}
	TAILQ_INSERT_TAIL(&reg->ops, op, list);
	reg->idle = false;
	return op;
}

static void
begin_at_place(struct op *op)
{
	const struct registries_place *p = &op->places[op->place];

	op->host = registry_host(op->reg, p->domain, p->insecure);
	op->begin(op);
}

static void
on_start(void *ctx)
{
	struct op *op = ctx;
	struct err err = ERR_INIT;

	op->start = NULL;
	if (!op->nplaces && registries_conf_places(op->reg->conf, op->arena, &op->ref, &op->places,
						   &op->nplaces, &err)) {
		op_fail(op, &err);
		return;
	}
	begin_at_place(op);
}

void
op_start(struct op *op, op_step begin)
{
	op->begin = begin;
	op->wait = OP_STARTING;
	op->start = loop_add_timer(op->reg->loop, 0, on_start, op);
}

void
op_end(struct op *op, enum registry_state state)
{
	struct registry *reg = op->reg;

	/* A mirror that does not have it, or cannot be asked, says nothing about the registry. */
	if (state != REGISTRY_PRESENT && op->place + 1 < op->nplaces) {
		registry_answer_fini(&op->answer);
		op->place++;
		begin_at_place(op);
		return;
	}
	op->answer.state = state;
	op->fn(op->ctx, &op->answer);
	op_free(op);
	reg->idle = TAILQ_EMPTY(&reg->ops);
}

void
op_fail(struct op *op, struct err *err)
{
	BUG_ON(err->class == ERR_NONE);
	registry_answer_fini(&op->answer);
	(void)err_move(&op->answer.err, err); /* told by whoever asked */
	op_end(op, REGISTRY_UNKNOWN);
}

void
op_failf(struct op *op, enum err_class class, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	AUTO_FREE char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	(void)err_set(&err, class, "%s", text); /* told by whoever asked */
	op_fail(op, &err);
}

bool
registry_refused(const struct http_response *response)
{
	return response->failure == HTTP_FINE &&
	       (response->status == 401 || response->status == 403);
}

void
op_hint_login(struct op *op, struct err *err)
{
	const char *host = op->host->domain;
	const struct creds_login *login = NULL;

	if (creds_find(op->reg->creds, host, op->places[op->place].path, &login, NULL) || !login)
		err_hint(err, "log in: docker login %s, or podman login %s", host, host);
	else
		err_hint(err,
			 "the login that was found in '%s' does not allow it; another one: docker "
			 "login %s, or podman login %s",
			 login->from, host, host);
}

void
op_fail_response(struct op *op, struct http_response *response, const char *what)
{
	struct err err = ERR_INIT;

	(void)http_response_err(response, &err, what); /* as above */
	if (registry_refused(response))
		op_hint_login(op, &err);
	op_fail(op, &err);
}

bool
op_found(struct op *op, struct http_response *response, const char *what)
{
	if (response->failure == HTTP_FINE && response->status == 200)
		return true;
	if (response->failure == HTTP_FINE && response->status == 404)
		op_end(op, REGISTRY_ABSENT);
	else
		op_fail_response(op, response, what);
	return false;
}

void
op_request(struct op *op, enum http_method method, const char *fmt, ...)
{
	AUTO_FREE char *rest = NULL;
	va_list ap;

	va_start(ap, fmt);
	rest = xvasprintf(fmt, ap);
	va_end(ap);
	op->req = (struct http_request){ .method = method };
	op->path = arena_printf(op->arena, "/v2/%s/%s", op->places[op->place].path, rest);
	op->scope = arena_printf(op->arena, "repository:%s:pull%s", op->places[op->place].path,
				 op->writes ? ",push" : "");
}

void
op_add_header(struct op *op, const char *name, const char *value)
{
	struct http_header *all = arena_calloc(op->arena, op->req.nheaders + 1, sizeof(*all));

	if (op->req.nheaders)
		memcpy(all, op->req.headers, op->req.nheaders * sizeof(*all));
	all[op->req.nheaders++] = (struct http_header){ arena_strdup(op->arena, name),
							arena_strdup(op->arena, value) };
	op->req.headers = all;
}

const char *
op_reference(const struct op *op)
{
	return op->ref.digest ? op->ref.digest : op->ref.tag ? op->ref.tag : "latest";
}
