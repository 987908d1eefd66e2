/* SPDX-License-Identifier: Apache-2.0 */
/* builder_storage.c: which images are on this machine, ours and the user's. */
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/builder_priv.h"
#include "io/tree.h"
#include "model/ref.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
builder_env(const char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

/* Short, because the run root is part of socket and mount paths; outlives no reboot, as buildah
 * wants it. */
static char *
run_root(const char *state_dir, const char *const *env)
{
	const char *runtime = builder_env(env, "XDG_RUNTIME_DIR");
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(state_dir, strlen(state_dir)), hex);
	if (runtime && *runtime == '/' && access(runtime, W_OK) == 0)
		return xasprintf("%s/lockstep-%.12s", runtime, hex);
	if (geteuid() == 0)
		return xasprintf("/run/lockstep-%.12s", hex);
	return xasprintf("%s/run", state_dir);
}

int
builder_open(const struct builder_opts *opts, struct builder **ret, struct err *err)
{
	struct builder *b;

	if (opts->kind != BUILDER_BUILDAH && opts->kind != BUILDER_AUTO) {
		err_set(err, ERR_INPUT, "builder '%s' is not supported by this version",
			builder_kind_name(opts->kind));
		err_hint(err, "write `builder: buildah`");
		return -ERR_INPUT;
	}
	b = xcalloc(1, sizeof(*b));
	b->state_dir = xstrdup(opts->state_dir);
	b->store = opts->store;
	b->env = opts->env;
	b->own.root = path_join(opts->state_dir, "storage");
	b->tmp_dir = path_join(opts->state_dir, "tmp");
	b->own.run = run_root(opts->state_dir, opts->env);
	*ret = b;
	return 0;
}

void
builder_free(struct builder *b)
{
	if (!b)
		return;
	cstorage_fini(&b->own);
	cstorage_fini(&b->user);
	free(b->state_dir);
	free(b->tmp_dir);
	free(b);
}

/* What decides where the user's storage is: variables, and the stamps of its files. */
static char *
storage_fingerprint(const char *const *env)
{
	static const char *const vars[] = {
		"CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER",  "STORAGE_OPTS", "XDG_DATA_HOME",
		"XDG_CONFIG_HOME",         "XDG_RUNTIME_DIR", "HOME",         "PATH"
	};
	const char *home = builder_env(env, "HOME"),
		   *conf = builder_env(env, "CONTAINERS_STORAGE_CONF");
	AUTO_FREE char *user = xasprintf("%s/.config/containers/storage.conf", home ? home : "");
	const char *files[] = { conf ? conf : "", "/etc/containers/storage.conf",
				"/usr/share/containers/storage.conf", user };
	AUTO_BUF struct buf b = BUF_INIT;
	char hex[SHA256_HEX_SIZE];

	buf_init(&b, 0);
	buf_addf(&b, "%u\n", (unsigned)geteuid());
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++) {
		const char *value = builder_env(env, vars[i]);

		buf_addf(&b, "%s=%s\n", vars[i], value ? value : "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct stat st;

		if (stat(files[i], &st) == 0)
			buf_addf(&b, "%s %lld %lld.%09ld\n", files[i], (long long)st.st_size,
				 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
	sha256_hex(sha256_of(b.data, b.len), hex);
	return xstrdup(hex);
}

static int
ask_info(struct buf *ret, struct err *err)
{
	static const char *const argv[] = { BUILDER_PROGRAM, "info", NULL };
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };

	return proc_run(&opts, ret, err);
}

static int
use_info(struct builder *b, struct str text, struct err *err)
{
	AUTO_JSON json_t *info = NULL;
	const json_t *store;
	int r = json_parse(text, "buildah info", &info, err);

	if (r)
		return r;
	store = json_object_get(info, "store");
	if (!json_get_text(store, "GraphRoot") || !json_get_text(store, "RunRoot") ||
	    !json_get_text(store, "GraphDriverName"))
		return err_set(err, ERR_TOOL, "'buildah info' does not say where its storage is");
	b->user.root = xstrdup(json_get_text(store, "GraphRoot"));
	b->user.run = xstrdup(json_get_text(store, "RunRoot"));
	b->user.driver = xstrdup(json_get_text(store, "GraphDriverName"));
	if (!b->own.driver)
		b->own.driver = xstrdup(b->user.driver);
	b->user_known = true;
	return 0;
}

/* Fills user and own.driver: from what was remembered, else by asking buildah once. */
static int
know_storages(struct builder *b, struct err *err)
{
	AUTO_FREE char *print = NULL, *was = NULL, *info = NULL;
	AUTO_BUF struct buf text = BUF_INIT;
	int r = 0;

	if (b->user_known)
		return 0;
	print = storage_fingerprint(b->env);
	if (b->store) {
		r = store_get_meta(b->store, "storage-fingerprint", &was, err);
		if (!r)
			r = store_get_meta(b->store, "storage-info", &info, err);
		if (r)
			return r;
	}
	if (was && info && !strcmp(was, print))
		return use_info(b, str_c(info), err);
	buf_init(&text, 0);
	r = ask_info(&text, err);
	if (!r)
		r = use_info(b, buf_str(&text), err);
	if (!r && b->store)
		r = store_set_meta(b->store, "storage-info", text.data, err);
	if (!r && b->store)
		r = store_set_meta(b->store, "storage-fingerprint", print, err);
	return r;
}

/* The driver of our storage can be seen from its folders: no need to ask anyone. */
static bool
own_driver(struct builder *b)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs" };

	for (size_t i = 0; !b->own.driver && i < ARRAY_SIZE(drivers); i++) {
		AUTO_FREE char *path = xasprintf("%s/%s-images", b->own.root, drivers[i]);

		if (access(path, F_OK) == 0)
			b->own.driver = xstrdup(drivers[i]);
	}
	return b->own.driver;
}

int
builder_prepare(struct builder *b, struct err *err)
{
	return own_driver(b) ? 0 : know_storages(b, err);
}

/* Working containers that nobody will come back to: containers.json is "[]" or absent without. */
static bool
has_containers(const struct builder *b)
{
	AUTO_FREE char *path = xasprintf("%s/%s-containers/containers.json", b->own.root,
					 b->own.driver ? b->own.driver : "overlay");
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	struct str list;

	buf_init(&text, 0);
	if (file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, &ignored))
		return false;
	list = str_trim(buf_str(&text), " \n");
	return list.n > 0 && !str_eq_c(list, "[]") && !str_eq_c(list, "null");
}

static int
tidy_tmp(struct builder *b, struct err *err)
{
	const struct tree_entry *entries;
	struct tree *tree;
	size_t n;
	int r = file_mkdirs(b->tmp_dir, err);

	if (!r)
		r = tree_open_dir(b->tmp_dir, &tree, err);
	if (r)
		return r;
	r = tree_list(tree, STR_LIT("."), &entries, &n, err);
	for (size_t i = 0; !r && i < n; i++) {
		AUTO_FREE char *path = path_join(b->tmp_dir, entries[i].name);

		if (!str_starts(str_c(entries[i].name), STR_LIT("buildah-cache")))
			r = file_remove_tree(path, err);
	}
	tree_free(tree);
	return r;
}

int
builder_tidy(struct builder *b, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_BUF struct buf out = BUF_INIT;
	AUTO_ERR struct err ignored = ERR_INIT;
	struct builder_cmd cmd;

	if (own_driver(b) && has_containers(b)) {
		builder_clean_cmd(b, arena, &cmd);
		buf_init(&out, 0);
		/* What cannot be removed only takes room: no reason not to build. */
		if (proc_run(&(struct proc_opts){ .argv = cmd.argv.v,
						  .env = cmd.env.v,
						  .log_fd = -1,
						  .split_stdout = true },
			     &out, &ignored))
			err_clear(&ignored);
		vec_fini(&cmd.argv);
		vec_fini(&cmd.env);
	}
	if (tidy_tmp(b, &ignored))
		err_clear(&ignored);
	return file_mkdirs(b->tmp_dir, err);
}

bool
builder_has(const struct builder *b, const char *image_id)
{
	return own_driver((struct builder *)b) && cstorage_has(&b->own, image_id);
}

int
builder_config(struct builder *b, const char *image_id, struct arena *arena,
	       struct oci_config **ret, struct err *err)
{
	AUTO_BUF struct buf blob = BUF_INIT;
	int r = 0;

	*ret = NULL;
	buf_init(&blob, 0);
	if (own_driver(b))
		r = cstorage_config(&b->own, image_id, &blob, err);
	if (!r) {
		r = know_storages(b, err);
		if (!r)
			r = cstorage_config(&b->user, image_id, &blob, err);
	}
	if (r <= 0)
		return r;
	*ret = oci_config_parse(arena, buf_str(&blob), image_id, err);
	return *ret ? 0 : -err->class;
}

int
builder_find(struct builder *b, const char *ref, char **ret, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct ref parsed;
	int r = know_storages(b, err);

	*ret = NULL;
	if (!r)
		r = ref_parse(arena, str_c(ref), &parsed, err);
	if (r)
		return r;
	return cstorage_find(&b->user, ref_text(arena, &parsed), ret, err);
}

bool
builder_is_loaded(struct builder *b, const char *image_id, const char *name)
{
	AUTO_FREE char *have = NULL;
	AUTO_ERR struct err ignored = ERR_INIT;

	return !builder_find(b, name, &have, &ignored) && have && !strcmp(have, image_id);
}

int
builder_probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	static const char *const argv[] = { BUILDER_PROGRAM, "--version", NULL };
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = proc_run(&opts, &text, err);
	if (!r)
		r = know_storages(b, err);
	if (r)
		return r;
	(void)proc_find(BUILDER_PROGRAM, &ret->program);
	ret->version = str_dup(str_trim(buf_str(&text), " \n"));
	ret->own_root = xstrdup(b->own.root);
	ret->user_root = xstrdup(b->user.root);
	ret->driver = xstrdup(b->user.driver);
	return 0;
}

void
builder_info_fini(struct builder_info *i)
{
	free(i->program);
	free(i->version);
	free(i->own_root);
	free(i->user_root);
	free(i->driver);
	*i = (struct builder_info){ 0 };
}
