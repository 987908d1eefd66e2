/* SPDX-License-Identifier: Apache-2.0 */
/* builder_containers.c: which images are in container storages, ours and the user's. */
#include "engine/builder_containers.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/podman_service.h"
#include "model/ref.h"

#include <sys/stat.h>
#include <unistd.h>

#define RUN_ROOT_MAX 50 /* podman refuses a longer one */

/* Short, because the run root is part of socket and mount paths; outlives no reboot, as buildah
 * wants it. */
static char *
run_root(const char *state_dir, const char *const *env)
{
	const char *runtime = env_get(env, "XDG_RUNTIME_DIR");
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(state_dir, strlen(state_dir)), hex);
	if (runtime && *runtime == '/' &&
	    strlen(runtime) + strlen("/lockstep-123456") <= RUN_ROOT_MAX &&
	    access(runtime, W_OK) == 0)
		return xasprintf("%s/lockstep-%.6s", runtime, hex);
	if (geteuid() == 0)
		return xasprintf("/run/lockstep-%.12s", hex);
	return xasprintf("%s/run", state_dir);
}

struct builder *
builder_containers_open(const struct builder_opts *opts, const struct containers_program *program)
{
	struct containers_builder *c = xcalloc(1, sizeof(*c));

	c->program = program;
	c->own.root = path_join(opts->state_dir, "storage");
	c->own.run = run_root(opts->state_dir, opts->env);
	return &c->base;
}

static struct containers_builder *
containers_of(struct builder *b)
{
	return (struct containers_builder *)b;
}

void
builder_containers_free(struct builder *b)
{
	struct containers_builder *c = containers_of(b);

	cstorage_fini(&c->own);
	cstorage_fini(&c->user);
	free(c);
}

static int
use_info(struct containers_builder *c, struct str text, struct err *err)
{
	const struct containers_program *p = c->program;
	AUTO_JSON json_t *info = NULL;
	const json_t *store;
	int r = json_parse(text, "info", &info, err);

	if (r)
		return err_prefix(err, "%s", p->name);
	store = json_object_get(info, "store");
	if (!json_get_text(store, p->root) || !json_get_text(store, p->run) ||
	    !json_get_text(store, p->driver))
		return err_set(err, ERR_TOOL, "'%s info' does not say where its storage is",
			       p->name);
	c->user.root = xstrdup(json_get_text(store, p->root));
	c->user.run = xstrdup(json_get_text(store, p->run));
	c->user.driver = xstrdup(json_get_text(store, p->driver));
	if (!c->own.driver)
		c->own.driver = xstrdup(c->user.driver);
	c->user_known = true;
	return 0;
}

/* With the environment that commands get: with the caller's, podman would speak of the storage of
 * whatever service CONTAINER_HOST names. */
static int
ask(struct containers_builder *c, const char *const *argv, struct buf *ret, struct err *err)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };
	struct builder_cmd cmd = { 0 };
	int r;

	builder_containers_env(&c->base, a, &cmd);
	builder_cmd_end(&cmd);
	opts.env = cmd.env.v;
	r = proc_run(&opts, ret, err);
	builder_cmd_fini(&cmd);
	return r;
}

/* Fills user and own.driver: from what was remembered, else by asking the builder once. What decides
 * where the user's storage is: variables, and some files. */
static int
know_storages(struct containers_builder *c, struct err *err)
{
	static const char *const vars[] = {
		"CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER",  "STORAGE_OPTS", "XDG_DATA_HOME",
		"XDG_CONFIG_HOME",         "XDG_RUNTIME_DIR", "HOME",         "PATH"
	};
	struct builder *b = &c->base;
	const char *home = env_get(b->env, "HOME");
	const char *conf = env_get(b->env, "CONTAINERS_STORAGE_CONF");
	AUTO_FREE char *user = xasprintf("%s/.config/containers/storage.conf", home ? home : "");
	const char *files[] = { conf ? conf : "", "/etc/containers/storage.conf",
				"/usr/share/containers/storage.conf", user };
	struct builder_question q = { .name = "storage",
				      .who = c->program->name,
				      .vars = vars,
				      .nvars = ARRAY_SIZE(vars),
				      .files = files,
				      .nfiles = ARRAY_SIZE(files) };
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	if (c->user_known)
		return 0;
	buf_init(&text, 0);
	r = builder_recall(b, &q, &text, err);
	if (r)
		return r < 0 ? r : use_info(c, buf_str(&text), err);
	r = ask(c, c->program->info, &text, err);
	if (!r)
		r = use_info(c, buf_str(&text), err);
	return r ? r : builder_remember(b, &q, buf_str(&text), err);
}

/* The driver of our storage can be seen from its folders: no need to ask anyone. */
bool
builder_containers_driver(struct containers_builder *c)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs" };

	for (size_t i = 0; !c->own.driver && i < ARRAY_SIZE(drivers); i++) {
		AUTO_FREE char *path = xasprintf("%s/%s-images", c->own.root, drivers[i]);

		if (access(path, F_OK) == 0)
			c->own.driver = xstrdup(drivers[i]);
	}
	return c->own.driver;
}

int
builder_containers_prepare(struct builder *b, struct err *err)
{
	struct containers_builder *c = containers_of(b);

	if (strpbrk(b->state_dir, ":,")) {
		err_set(err, ERR_USAGE,
			"%s cannot build below '%s': overlay mounts take ':' and ',' "
			"for separators",
			b->ops->program, b->state_dir);
		err_hint(err, "name another state folder with --state or LOCKSTEP_STATE");
		return -ERR_USAGE;
	}
	return builder_containers_driver(c) ? 0 : know_storages(c, err);
}

/* Containers of whoever, [] without. Newer storages keep those of builds, and what is run with --rm,
 * in a list of their own. */
static json_t *
left_containers(struct containers_builder *c)
{
	static const char *const names[] = { "containers.json", "volatile-containers.json" };
	json_t *all = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(names) && builder_containers_driver(c); i++) {
		AUTO_JSON json_t *list = cstorage_list(&c->own, "containers", names[i]);

		if (json_is_array(list))
			(void)json_array_extend(all, list);
	}
	return all;
}

/* The working containers of builds, which nobody will come back to. Metadata is what podman writes of
 * those that it runs. */
static json_t *
left_by_builds(struct containers_builder *c)
{
	json_t *list = left_containers(c);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (json_get_text(json_array_get(list, i), "metadata"))
			json_array_remove(list, i);
	return list;
}

char *
builder_containers_spec(struct builder *b)
{
	return cstorage_spec(&containers_of(b)->own);
}

bool
builder_containers_left(struct builder *b)
{
	struct containers_builder *c = containers_of(b);
	AUTO_JSON json_t *left = left_containers(c);
	AUTO_FREE char *volumes = path_join(c->own.root, "volumes");
	struct stat st;

	/* A folder has a link from each folder in it. */
	return json_array_size(left) || (!stat(volumes, &st) && st.st_nlink > 2);
}

int
builder_containers_tidy(struct builder *b, struct err *err)
{
	struct containers_builder *c = containers_of(b);
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_JSON json_t *left = left_by_builds(c);
	AUTO_ERR struct err ignored = ERR_INIT;
	struct builder_cmd cmd;

	if (json_array_size(left)) {
		builder_clean_cmd(c, arena, left, &cmd);
		/* What cannot be removed only takes room: no reason not to build. */
		if (proc_run(&(struct proc_opts){ .argv = cmd.argv.v,
						  .env = cmd.env.v,
						  .log_fd = -1,
						  .split_stdout = true },
			     NULL, &ignored))
			err_clear(&ignored);
		builder_cmd_fini(&cmd);
	}
	if (builder_tidy_tmp(b, "buildah-cache", &ignored))
		err_clear(&ignored);
	return file_mkdirs(b->tmp_dir, err);
}

int
builder_containers_has(struct builder *b, const char *image_id, struct err *err UNUSED)
{
	struct containers_builder *c = containers_of(b);

	return builder_containers_driver(c) && cstorage_has(&c->own, image_id);
}

bool
builder_containers_in_place(struct builder *b, struct arena *a, const char *image_id,
			    struct image_export *ret)
{
	struct containers_builder *c = containers_of(b);

	return builder_containers_driver(c) && cstorage_layers(&c->own, a, image_id, ret);
}

int
builder_containers_config(struct builder *b, const char *image_id, struct arena *arena,
			  struct oci_config **ret, struct err *err)
{
	struct containers_builder *c = containers_of(b);
	AUTO_BUF struct buf blob = BUF_INIT;
	int r = 0;

	*ret = NULL;
	buf_init(&blob, 0);
	if (builder_containers_driver(c))
		r = cstorage_config(&c->own, image_id, &blob, err);
	if (!r) {
		r = know_storages(c, err);
		if (!r)
			r = cstorage_config(&c->user, image_id, &blob, err);
	}
	if (r <= 0)
		return r;
	*ret = oci_config_parse(arena, buf_str(&blob), image_id, err);
	return *ret ? 0 : -err->class;
}

int
builder_containers_find(struct builder *b, const char *ref, char **ret, struct err *err)
{
	struct containers_builder *c = containers_of(b);
	AUTO_ARENA struct arena *arena = arena_new();
	struct ref parsed;
	int r = know_storages(c, err);

	*ret = NULL;
	if (!r)
		r = ref_parse(arena, str_c(ref), &parsed, err);
	if (r)
		return r;
	return cstorage_find(&c->user, ref_text(arena, &parsed), ret, err);
}

int
builder_containers_probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	struct containers_builder *c = containers_of(b);
	const char *argv[] = { c->program->name, "--version", NULL };
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = ask(c, argv, &text, err);
	if (!r)
		r = know_storages(c, err);
	if (r)
		return r;
	(void)proc_find(c->program->name, &ret->program);
	ret->version = str_dup(str_trim(buf_str(&text), " \n"));
	ret->storage = xasprintf("lockstep builds in '%s' (%s), loads into '%s'", c->own.root,
				 c->user.driver, c->user.root);
	return 0;
}

char *
builder_containers_service(struct builder *b)
{
	struct containers_builder *c = containers_of(b);

	return c->user_known ? podman_service_text(b->env, geteuid(), c->user.root) : NULL;
}
