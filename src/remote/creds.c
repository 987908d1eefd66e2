/* SPDX-License-Identifier: Apache-2.0 */
/* creds.c: names and passwords for registries, where docker, podman and buildah keep them. */
#include "remote/creds.h"

#include "base/base64.h"
#include "base/env.h"
#include "base/file.h"
#include "base/json.h"
#include "base/vec.h"
#include "io/proc.h"

#include <errno.h>
#include <fcntl.h>

#define HUB "docker.io"
#define HUB_KEY "https://index.docker.io/v1/"
#define HELPER_TIMEOUT_MS 30000
#define HELPER_ANSWER_MAX (64u << 10)
/* What helpers say when they have nothing (docker-credential-helpers, credentials/error.go). */
#define HELPER_NOT_FOUND "credentials not found in native keychain"
#define HELPER_TOKEN_USER "<token>"

struct file {
	char *path;
	json_t *json;
	bool old; /* .dockercfg */
};

/* What a helper or an entry gave; found false: that there is none. */
struct kept {
	char *from; /* helper and host, or file and key */
	bool found;
	struct creds_login login;
};

struct creds {
	const char *const *env;
	VEC(struct file) files;
	VEC(struct kept *) kept;
};

static void
wipe_buf(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_fini(b);
}

static int
load_file(struct creds *c, char *take_path, bool named, struct err *err)
{
	AUTO_FREE char *path = take_path;
	CLEANUP(wipe_buf) struct buf text = BUF_INIT;
	struct file f = { .old = str_ends(str_c(path), STR_LIT(".dockercfg")) };
	struct err AUTO_ERR why = ERR_INIT;
	int r = file_read(AT_FDCWD, path, MAX_CONFIG_FILE, &text, &why);

	if (r && (why.sys_errno == ENOENT || why.sys_errno == ENOTDIR) && !named)
		return 0;
	/* Others' folders: podman and docker pass over them, too. */
	if (r && why.sys_errno == EACCES && !named)
		return 0;
	if (r && why.sys_errno == ENOENT)
		return 0; /* as the tools: nobody has logged in yet */
	if (r)
		return err_move(err, &why);
	/* An empty file is how some make room for a login. */
	if (!str_trim(buf_str(&text), " \t\r\n").n)
		return 0;
	/* The parser's own message could quote a secret. */
	if (json_parse(buf_str(&text), path, &f.json, &why))
		return err_at(err, path, why.where.line, why.where.col, "this is no JSON");
	if (!json_is_object(f.json)) {
		json_decref(f.json);
		return err_at(err, path, 1, 1, "credentials are kept in a JSON object");
	}
	f.path = STEAL(path);
	vec_push(&c->files, f);
	return 0;
}

/* The folder that the variable names, or below the home folder; NULL when there is neither. */
static char *
folder(const char *const *env, const char *variable, const char *below_home)
{
	const char *named = env_nonempty(env, variable), *home = env_nonempty(env, "HOME");

	if (named)
		return xstrdup(named);
	return home ? xasprintf("%s/%s", home, below_home) : NULL;
}

static int
load_usual_files(struct creds *c, struct err *err)
{
	const char *runtime = env_nonempty(c->env, "XDG_RUNTIME_DIR");
	const char *home = env_nonempty(c->env, "HOME");
	AUTO_FREE char *config = folder(c->env, "XDG_CONFIG_HOME", ".config");
	AUTO_FREE char *docker = folder(c->env, "DOCKER_CONFIG", ".docker");
	int r = load_file(c,
			  runtime ? xasprintf("%s/containers/auth.json", runtime)
				  : xasprintf("/run/containers/%u/auth.json", (unsigned)getuid()),
			  false, err);

	if (!r && config)
		r = load_file(c, xasprintf("%s/containers/auth.json", config), false, err);
	if (!r && docker)
		r = load_file(c, xasprintf("%s/config.json", docker), false, err);
	if (!r && home)
		r = load_file(c, xasprintf("%s/.dockercfg", home), false, err);
	return r;
}

int
creds_load(const char *const *env, const char *auth_file, struct creds **ret, struct err *err)
{
	struct creds *c = xcalloc(1, sizeof(*c));
	int r;

	c->env = env;
	if (!auth_file)
		auth_file = env_nonempty(env, "REGISTRY_AUTH_FILE");
	r = auth_file ? load_file(c, xstrdup(auth_file), true, err) : load_usual_files(c, err);
	if (r) {
		creds_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

static void
login_fini(struct creds_login *l)
{
	free(l->from);
	free_secret(l->user);
	free_secret(l->password);
	free_secret(l->identity_token);
	free_secret(l->bearer_token);
}

void
creds_free(struct creds *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->files.n; i++) {
		free(c->files.v[i].path);
		json_decref(c->files.v[i].json);
	}
	for (size_t i = 0; i < c->kept.n; i++) {
		login_fini(&c->kept.v[i]->login);
		free(c->kept.v[i]->from);
		free(c->kept.v[i]);
	}
	vec_fini(&c->files);
	vec_fini(&c->kept);
	free(c);
}

static struct kept *
find_kept(const struct creds *c, const char *from)
{
	for (size_t i = 0; i < c->kept.n; i++)
		if (!strcmp(c->kept.v[i]->from, from))
			return c->kept.v[i];
	return NULL;
}

static const struct creds_login *
keep(struct creds *c, const char *from, struct kept take_k)
{
	struct kept *k = xmemdup(&take_k, sizeof(take_k));

	k->from = xstrdup(from);
	vec_push(&c->kept, k);
	return k->found ? &k->login : NULL;
}

static void
set_login(struct kept *k, const char *from, struct creds_login l)
{
	k->login.from = xstrdup(from);
	k->login.user = xstrdup(l.user ? l.user : "");
	k->login.password = xstrdup(l.password ? l.password : "");
	k->login.identity_token = xstrdup(l.identity_token ? l.identity_token : "");
	k->login.bearer_token = xstrdup(l.bearer_token ? l.bearer_token : "");
	k->found = true;
}

/* A key as host[/path]: "https://index.docker.io/v1/" is "docker.io". Points into key. */
static struct str
plain_key(struct str key)
{
	static const char *const hub[] = { "index.docker.io", "registry-1.docker.io" };
	bool url = true;

	if (str_starts(key, STR_LIT("https://")))
		key = str_sub(key, 8, key.n);
	else if (str_starts(key, STR_LIT("http://")))
		key = str_sub(key, 7, key.n);
	else
		url = str_ends(key, STR_LIT("/v1/")) || str_ends(key, STR_LIT("/v2/"));
	if (url)
		key = str_sub(key, 0, str_find(key, '/'));
	while (key.n && key.p[key.n - 1] == '/')
		key.n--;
	for (size_t i = 0; i < ARRAY_SIZE(hub); i++)
		if (str_eq_c(str_sub(key, 0, str_find(key, '/')), hub[i]))
			return STR_LIT(HUB);
	return key;
}

/* Bytes of the key if it stands for this name or something above it, else 0. */
static size_t
matches(struct str key, struct str name)
{
	key = plain_key(key);
	if (!key.n || !str_starts(name, key))
		return 0;
	return name.n == key.n || name.p[key.n] == '/' ? key.n : 0;
}

static bool
is_empty_entry(const json_t *entry)
{
	static const char *const fields[] = { "auth", "username", "identitytoken",
					      "registrytoken" };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *text = json_get_text(entry, fields[i]);

		if (text && *text)
			return false;
	}
	return true;
}

/* Into the kept login; what it holds is "user:password" in base64, and fields beside it. */
static int
decode_entry(const struct file *f, const char *key, const json_t *entry, struct kept *k,
	     struct err *err)
{
	CLEANUP(wipe_buf) struct buf pair = BUF_INIT;
	struct creds_login l = {
		.user = (char *)json_get_text(entry, "username"),
		.password = (char *)json_get_text(entry, "password"),
		.identity_token = (char *)json_get_text(entry, "identitytoken"),
		.bearer_token = (char *)json_get_text(entry, "registrytoken"),
	};
	const char *auth = json_get_text(entry, "auth");
	char *colon;

	buf_init(&pair, 0);
	if (auth && *auth) {
		if (!base64_decode(str_c(auth), &pair) || !strchr(pair.data, ':'))
			return err_set(err, ERR_INPUT,
				       "'%s': the entry '%s' is no name and password", f->path,
				       key);
		colon = strchr(pair.data, ':');
		*colon = '\0';
		l.user = pair.data;
		l.password = colon + 1;
	}
	set_login(k, f->path, l);
	return 0;
}

static int
find_entry(struct creds *c, const struct file *f, const char *name, const struct creds_login **ret,
	   struct err *err)
{
	json_t *auths = f->old ? f->json : json_object_get(f->json, "auths"), *entry, *best = NULL;
	const char *key, *best_key = NULL;
	AUTO_FREE char *from = NULL;
	struct kept *k, new = { 0 };
	size_t longest = 0;
	int r = 0;

	json_object_foreach(auths, key, entry)
	{
		size_t n = matches(str_c(key), str_c(name));

		if (n <= longest || is_empty_entry(entry))
			continue;
		longest = n;
		best = entry;
		best_key = key;
	}
	if (!best)
		return 0;
	from = xasprintf("%s %s", f->path, best_key);
	k = find_kept(c, from);
	if (k) {
		*ret = &k->login;
		return 0;
	}
	r = decode_entry(f, best_key, best, &new, err);
	if (!r)
		*ret = keep(c, from, new);
	return r;
}

static bool
valid_helper(const char *name)
{
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n && !name[n];
}

static int
read_helper_answer(const char *program, struct str text, struct kept *k, struct err *err)
{
	AUTO_JSON json_t *answer = NULL;
	const char *user, *secret;

	if (json_parse(text, program, &answer, NULL))
		return err_set(err, ERR_TOOL, "'%s' answers with something that is no JSON",
			       program);
	user = json_get_text(answer, "Username");
	secret = json_get_text(answer, "Secret");
	if (!user || !secret)
		return err_set(err, ERR_TOOL, "'%s' answers without Username and Secret", program);
	if (!strcmp(user, HELPER_TOKEN_USER))
		set_login(k, program, (struct creds_login){ .identity_token = (char *)secret });
	else
		set_login(k, program,
			  (struct creds_login){ .user = (char *)user, .password = (char *)secret });
	return 0;
}

static int
ask_helper(struct creds *c, const char *helper, const char *host, const struct creds_login **ret,
	   struct err *err)
{
	AUTO_FREE char *program = xasprintf("docker-credential-%s", helper), *complaint = NULL;
	AUTO_FREE char *from = xasprintf("%s %s", program, host), *how = NULL;
	CLEANUP(wipe_buf) struct buf out = BUF_INIT;
	struct proc_result result;
	struct kept *k = find_kept(c, from), new = { 0 };
	int r;

	if (k) {
		*ret = k->found ? &k->login : NULL;
		return 0;
	}
	if (!valid_helper(helper))
		return err_set(err, ERR_INPUT, "'%s' is no name of a credential helper", helper);
	r = proc_run_status(&(struct proc_opts){ .argv = (const char *[]){ program, "get", NULL },
						 .env = c->env,
						 .input = str_c(host),
						 .log_fd = -1,
						 .stdout_max = HELPER_ANSWER_MAX,
						 .timeout_ms = HELPER_TIMEOUT_MS },
			    &out, &result, &complaint, err);
	if (r)
		return r;
	if (result.status && !str_starts(buf_str(&out), STR_LIT(HELPER_NOT_FOUND))) {
		how = proc_status_text(result.status);
		return err_set(err, ERR_TOOL, "'%s' failed for '%s': %s%s%s", program, host, how,
			       *complaint ? ": " : "", complaint);
	}
	if (!result.status)
		r = read_helper_answer(program, buf_str(&out), &new, err);
	if (!r)
		*ret = keep(c, from, new);
	return r;
}

/* Whether a key of the object stands for the host; key may be NULL. */
static const json_t *
for_host(const json_t *object, const char *domain, const char **ret_key)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		if (str_eq_c(plain_key(str_c(key)), domain)) {
			if (ret_key)
				*ret_key = key;
			return value;
		}
	}
	return NULL;
}

static int
find_in_file(struct creds *c, const struct file *f, const char *domain, const char *name,
	     const struct creds_login **ret, struct err *err)
{
	const char *key = NULL;
	const json_t *helper =
		f->old ? NULL : for_host(json_object_get(f->json, "credHelpers"), domain, &key);
	const char *store = f->old ? NULL : json_get_text(f->json, "credsStore");
	bool listed = for_host(json_object_get(f->json, "auths"), domain, NULL) != NULL;
	int r = 0;

	if (json_string_value(helper))
		return ask_helper(c, json_string_value(helper), key, ret, err);
	if (store && *store) {
		AUTO_FREE char *program = xasprintf("docker-credential-%s", store);

		if (listed || proc_find(program, NULL))
			r = ask_helper(c, store, strcmp(domain, HUB) ? domain : HUB_KEY, ret, err);
	}
	if (!r && !*ret)
		r = find_entry(c, f, name, ret, err);
	return r;
}

int
creds_find(struct creds *c, const char *domain, const char *path, const struct creds_login **ret,
	   struct err *err)
{
	AUTO_FREE char *name = xasprintf("%s/%s", domain, path);
	const struct creds_login *found = NULL;
	int r = 0;

	for (size_t i = 0; i < c->files.n && !r && !found; i++)
		r = find_in_file(c, &c->files.v[i], domain, name, &found, err);
	if (!r)
		*ret = found;
	return r;
}
