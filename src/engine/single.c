/* SPDX-License-Identifier: Apache-2.0 */
/* single.c: writes the graph that a command line describes. */
#include "engine/single.h"

#include "base/json.h"
#include "base/path.h"

#include <errno.h>
#include <string.h>

static int
real_path(const char *path, char **ret, struct err *err)
{
	*ret = realpath(path, NULL);
	if (*ret)
		return 0;
	err_sys(err, "cannot open '%s'", path);
	if (errno == ENOENT || errno == ENOTDIR)
		err->class = ERR_INPUT;
	return -(int)err->class;
}

/* The Dockerfile may be a link: its own name counts, as ignore files are named after it. */
static int
find_dockerfile(const char *path, char **ret, struct err *err)
{
	AUTO_FREE char *clean = path_clean(str_c(path)), *dir = path_dir(clean), *real = NULL;
	int r = real_path(dir, &real, err);

	if (!r)
		*ret = path_join(real, path_base(clean));
	return r;
}

/* What is left of a path below a folder that holds it; points into path. */
static const char *
below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") != 0 ? strlen(dir) : 0;

	return path[n] ? path + n + 1 : ".";
}

/* The Dockerfile's path as seen from the context, both below the root. Caller frees. */
static char *
from_context(const char *context, const char *dockerfile)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	if (strcmp(context, ".") != 0)
		buf_adds(&b, "../");
	for (const char *p = strchr(context, '/'); p; p = strchr(p + 1, '/'))
		buf_adds(&b, "../");
	buf_adds(&b, dockerfile);
	return buf_steal(&b);
}

/* "$" starts a variable of the graph. */
static char *
quoted(const char *value)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *value; value++) {
		if (*value == '$')
			buf_addc(&b, '$');
		buf_addc(&b, *value);
	}
	return buf_steal(&b);
}

static int
set_text(json_t *object, const char *key, const char *what, const char *value, struct err *err)
{
	if (!json_object_set_new(object, key, json_string(value)))
		return 0;
	return err_set(err, ERR_USAGE, "%s is not valid UTF-8: '%s'", what, value);
}

static int
add_arg(json_t *args, const char *arg, struct err *err)
{
	size_t n = strcspn(arg, "=");
	AUTO_FREE char *name = xstrndup(arg, n), *value = NULL;

	if (!arg[n]) {
		err_set(err, ERR_USAGE, "--build-arg '%s' has no value", arg);
		err_hint(err, "write %s=VALUE: nothing is taken from the environment", arg);
		return -ERR_USAGE;
	}
	if (json_object_get(args, name))
		return err_set(err, ERR_USAGE, "--build-arg '%s' is given twice", name);
	value = quoted(arg + n + 1);
	return set_text(args, name, "--build-arg", value, err);
}

static int
fill_image(const struct single *s, json_t *image, const char *context, const char *dockerfile,
	   struct err *err)
{
	AUTO_FREE char *path = from_context(context, dockerfile);
	AUTO_JSON json_t *args = json_object();
	int r = set_text(image, "context", "the context's path", context, err);

	if (!r)
		r = set_text(image, "dockerfile", "the Dockerfile's path", path, err);
	if (!r && s->target)
		r = set_text(image, "target", "--target", s->target, err);
	for (size_t i = 0; !r && i < s->nargs; i++)
		r = add_arg(args, s->args[i], err);
	if (!r && s->nargs)
		json_object_set(image, "args", args);
	return r;
}

int
single_describe(const struct single *s, char **ret_root, struct buf *graph, struct err *err)
{
	AUTO_JSON json_t *top = json_object();
	AUTO_FREE char *context = NULL, *dockerfile = NULL, *root = NULL, *text = NULL;
	json_t *image = json_object();
	int r;

	json_object_set_new(top, "version", json_integer(1));
	json_object_set_new(top, "registry", json_string("lockstep.invalid"));
	json_object_set_new(top, "images", json_pack("{s:o}", SINGLE_IMAGE, image));
	r = real_path(s->context, &context, err);
	if (!r)
		r = find_dockerfile(s->dockerfile, &dockerfile, err);
	if (r)
		return r;
	root = xstrdup(context);
	while (!path_within(str_c(dockerfile), str_c(root))) {
		char *up = path_dir(root);

		free(root);
		root = up;
	}
	r = fill_image(s, image, below(context, root), below(dockerfile, root), err);
	if (r)
		return r;
	text = json_canonical(top);
	buf_adds(graph, text);
	*ret_root = STEAL(root);
	return 0;
}
