/* SPDX-License-Identifier: Apache-2.0 */
/* builder_buildah.c: buildah's command lines and storages. */
#include "engine/builder.h"

#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"
#include "engine/cstorage.h"
#include "model/enc.h"
#include "model/ref.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "buildah"
#define EPOCH "0"

struct builder {
	char *state_dir;
	struct store *store;
	struct cstorage own, user;
	bool user_known;
};

enum dialect
builder_dialect(enum builder_kind kind)
{
	switch (kind) {
	case BUILDER_DOCKER:
	case BUILDER_BUILDX:
		return DIALECT_BUILDKIT;
	case BUILDER_BUILDAH:
	case BUILDER_PODMAN:
	case BUILDER_AUTO:
		break;
	}
	return DIALECT_CONTAINERS;
}

const char *
builder_name(const struct builder *b UNUSED)
{
	return PROGRAM;
}

/* Short, because the run root is part of socket and mount paths; outlives no reboot, as buildah
 * wants it. */
static char *
run_root(const char *state_dir)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char hex[SHA256_HEX_SIZE];

	sha256_hex(sha256_of(state_dir, strlen(state_dir)), hex);
	if (runtime && *runtime == '/' && geteuid() != 0)
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
	b->own.root = path_join(opts->state_dir, "storage");
	b->own.run = run_root(opts->state_dir);
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
	free(b);
}

/* What decides where the user's storage is: variables, and the stamps of its files. */
static char *
storage_fingerprint(void)
{
	static const char *const vars[] = { "CONTAINERS_STORAGE_CONF", "STORAGE_DRIVER",
					    "STORAGE_OPTS",	       "XDG_DATA_HOME",
					    "XDG_CONFIG_HOME",	       "XDG_RUNTIME_DIR",
					    "HOME",		       "PATH" };
	const char *home = getenv("HOME"), *conf = getenv("CONTAINERS_STORAGE_CONF");
	AUTO_FREE char *user = xasprintf("%s/.config/containers/storage.conf", home ? home : "");
	const char *files[] = { conf ? conf : "", "/etc/containers/storage.conf",
				"/usr/share/containers/storage.conf", user };
	AUTO_BUF struct buf b = BUF_INIT;
	char hex[SHA256_HEX_SIZE];

	buf_init(&b, 0);
	buf_addf(&b, "%u\n", (unsigned)geteuid());
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		buf_addf(&b, "%s=%s\n", vars[i], getenv(vars[i]) ? getenv(vars[i]) : "");
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
	static const char *const argv[] = { PROGRAM, "info", NULL };
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
	print = storage_fingerprint();
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

/*
 * Only what the builder needs to run reaches it: what a Dockerfile could pick up from the
 * environment by accident (`--build-arg NAME`) must not exist.
 */
static void
scrubbed_env(struct arena *a, struct builder_cmd *cmd)
{
	static const char *const keep[] = {
		"PATH",		   "HOME",	     "USER",	    "TMPDIR",
		"XDG_RUNTIME_DIR", "XDG_DATA_HOME",  "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
		"HTTP_PROXY",	   "HTTPS_PROXY",    "FTP_PROXY",   "NO_PROXY",
		"ALL_PROXY",	   "http_proxy",     "https_proxy", "ftp_proxy",
		"no_proxy",	   "all_proxy",	     "SSL_CERT_FILE", "SSL_CERT_DIR",
		"REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "CONTAINERS_CONF",
		"CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF",
		"BUILDAH_ISOLATION", "BUILDAH_RUNTIME", "STORAGE_DRIVER", "STORAGE_OPTS",
		"DBUS_SESSION_BUS_ADDRESS", "_CONTAINERS_USERNS_CONFIGURED",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keep); i++) {
		const char *value = getenv(keep[i]);

		if (value)
			vec_push(&cmd->env, arena_printf(a, "%s=%s", keep[i], value));
	}
	vec_push(&cmd->env, "LC_ALL=C.UTF-8");
	vec_push(&cmd->env, NULL);
}

static void
start_cmd(struct arena *a, const struct cstorage *in, struct builder_cmd *cmd)
{
	*cmd = (struct builder_cmd){ 0 };
	vec_push(&cmd->argv, PROGRAM);
	if (in) {
		vec_push(&cmd->argv, "--root");
		vec_push(&cmd->argv, in->root);
		vec_push(&cmd->argv, "--runroot");
		vec_push(&cmd->argv, in->run);
		vec_push(&cmd->argv, "--storage-driver");
		vec_push(&cmd->argv, in->driver ? in->driver : "overlay");
	}
	scrubbed_env(a, cmd);
}

static void
add2(struct builder_cmd *cmd, const char *flag, const char *value)
{
	vec_push(&cmd->argv, flag);
	vec_push(&cmd->argv, value);
}

void
builder_pull_cmd(struct builder *b UNUSED, struct arena *a, const char *ref,
		 const struct platform *platform, struct builder_cmd *ret)
{
	char text[PLATFORM_TEXT_SIZE];

	platform_text(platform, text);
	start_cmd(a, NULL, ret);
	vec_push(&ret->argv, "pull");
	vec_push(&ret->argv, "--quiet");
	add2(ret, "--platform", arena_strdup(a, text));
	vec_push(&ret->argv, ref);
	vec_push(&ret->argv, NULL);
}

static void
copy_cmd(struct arena *a, const struct cstorage *from, const struct cstorage *to,
	 const char *image_id, const char *as, struct builder_cmd *ret)
{
	AUTO_FREE char *spec = cstorage_spec(to);

	start_cmd(a, from, ret);
	vec_push(&ret->argv, "push");
	vec_push(&ret->argv, "--quiet");
	vec_push(&ret->argv, image_id + strlen("sha256:"));
	vec_push(&ret->argv, arena_printf(a, "containers-storage:%s%s", spec, as));
	vec_push(&ret->argv, NULL);
}

void
builder_import_cmd(struct builder *b, struct arena *a, const char *image_id,
		   struct builder_cmd *ret)
{
	copy_cmd(a, &b->user, &b->own, image_id,
		 arena_printf(a, "@%s", image_id + strlen("sha256:")), ret);
}

void
builder_load_cmd(struct builder *b, struct arena *a, const char *image_id, const char *name,
		 struct builder_cmd *ret)
{
	copy_cmd(a, &b->own, &b->user, image_id, name, ret);
}

static void
build_options(struct arena *a, const struct builder_build *build, struct builder_cmd *ret)
{
	const struct graph_image *image = build->image;
	struct platform host = platform_host();
	char text[PLATFORM_TEXT_SIZE];

	if (!platform_eq(&image->platform, &host)) {
		platform_text(&image->platform, text);
		add2(ret, "--platform", arena_strdup(a, text));
	}
	for (size_t i = 0; i < build->recipe->nargs; i++) {
		const struct recipe_argument *arg = &build->recipe->args[i];

		if (arg->value)
			add2(ret, "--build-arg",
			     arena_printf(a, "%s=%s", arg->name, arg->value));
	}
	for (size_t i = 0; i < image->nlabels; i++)
		add2(ret, "--label",
		     arena_printf(a, "%s=%s", image->labels[i].name, image->labels[i].value));
	for (size_t i = 0; i < image->noptions; i++)
		vec_push(&ret->argv, arena_printf(a, "--%s=%s", image->options[i].name,
						  image->options[i].value));
	for (size_t i = 0; i < image->nsecrets; i++)
		add2(ret, "--secret", image->secrets[i]);
}

void
builder_build_cmd(struct builder *b, struct arena *a, const struct builder_build *build,
		  struct builder_cmd *ret)
{
	enum graph_output output = build->image->output;

	start_cmd(a, &b->own, ret);
	vec_push(&ret->argv, "bud");
	vec_push(&ret->argv, output == GRAPH_OUTPUT_FLAT ? "--layers=false" : "--layers");
	if (output != GRAPH_OUTPUT_FLAT)
		vec_push(&ret->argv, "--force-rm");
	if (output == GRAPH_OUTPUT_SQUASH)
		vec_push(&ret->argv, "--squash");
	if (build->no_cache)
		vec_push(&ret->argv, "--no-cache");
	vec_push(&ret->argv, "--pull-never");
	add2(ret, "--format", "oci");
	add2(ret, "--timestamp", EPOCH);
	add2(ret, "--ignorefile", "/dev/null");
	add2(ret, "--iidfile", build->id_file);
	build_options(a, build, ret);
	add2(ret, "-f", build->dockerfile);
	vec_push(&ret->argv, build->context);
	vec_push(&ret->argv, NULL);
}

const char *
builder_image_ref(struct arena *a, const char *image_id)
{
	return arena_strdup(a, image_id + strlen("sha256:"));
}

const char *
builder_no_cache_reason(const struct builder *b UNUSED, struct arena *a,
			const struct recipe *recipe)
{
	if (recipe->bind_mount_line)
		return arena_printf(a, "RUN --mount=type=bind at %s:%d", recipe->df->file,
				    recipe->bind_mount_line);
	for (size_t i = 0; i < recipe->nremotes; i++)
		return arena_printf(a, "ADD of an URL at %s:%d", recipe->df->file,
				    recipe->remotes[i].line);
	return NULL;
}

const char *
builder_output_record(struct arena *a, const struct graph_image *image)
{
	return arena_printf(a, "oci\t%s\t" EPOCH "\t1\t1", graph_output_name(image->output));
}

const char *
builder_cannot(const struct builder *b UNUSED, struct arena *a UNUSED,
	       const struct graph_image *image UNUSED)
{
	return NULL;
}

/* "STEP 3/5: RUN …" or, with several stages, "[2/2] STEP 1/3: FROM …". */
bool
builder_parse_step(struct str line, size_t *ret_stage, size_t *ret_step)
{
	unsigned long long stage = 1, step;
	struct str rest = line, piece;

	if (rest.n && rest.p[0] == '[') {
		rest = str_sub(rest, 1, rest.n);
		if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &stage) || !stage ||
		    !str_next(&rest, ' ', &piece))
			return false;
	}
	if (!str_starts(rest, STR_LIT("STEP ")))
		return false;
	rest = str_sub(rest, 5, rest.n);
	if (!str_next(&rest, '/', &piece) || !str_to_u64(piece, &step))
		return false;
	*ret_stage = (size_t)stage - 1;
	*ret_step = (size_t)step;
	return true;
}

bool
builder_should_retry(struct str tail)
{
	return memmem(tail.p, tail.n, "layer not known", strlen("layer not known")) != NULL;
}

int
builder_probe(struct builder *b, struct builder_info *ret, struct err *err)
{
	static const char *const argv[] = { PROGRAM, "--version", NULL };
	struct proc_opts opts = { .argv = argv, .log_fd = -1, .split_stdout = true };
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = proc_run(&opts, &text, err);
	if (!r)
		r = know_storages(b, err);
	if (r)
		return r;
	(void)proc_find(PROGRAM, &ret->program);
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
