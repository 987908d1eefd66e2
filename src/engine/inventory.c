/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.c: finds the files and hands them to the readers of a survey. */
#include "engine/inventory.h"

#include "base/file.h"
#include "base/path.h"
#include "io/git.h"
#include "io/git_branch.h"
#include "io/git_files.h"
#include "io/tree.h"
#include "model/repo_url.h"

typedef void (*reader)(struct survey *s, const char *path, const struct yaml *document);

struct run {
	const struct inventory_opts *o;
	struct survey *survey;
	struct tree *tree;
	struct err_list *errs;
	VEC(const char *) paths; /* in the survey's arena */
};

/* What others wrote, or what was made from something else. */
static bool
is_foreign(struct str path)
{
	static const char *const names[] = { ".git",        "node_modules", "bower_components",
					     "vendor",      ".venv",        "venv",
					     "__pycache__", ".tox",         ".terraform",
					     "testdata" };
	struct str part;

	while (str_next(&path, '/', &part))
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (str_eq_c(part, names[i]))
				return true;
	return false;
}

static bool
is_excluded(const struct run *r, const char *path)
{
	for (size_t i = 0; i < r->o->nexcludes; i++) {
		AUTO_FREE char *clean = path_clean(str_c(r->o->excludes[i]));

		if (path_within(str_c(path), str_c(clean)))
			return true;
	}
	return is_foreign(str_c(path));
}

static bool
is_text(struct str s)
{
	uint32_t c;
	size_t n = 0;

	for (; s.n && (n = str_utf8(s, &c)) > 0; s = str_sub(s, n, s.n))
		;
	return s.n == 0;
}

static void
add_path(struct run *r, const char *path)
{
	if (is_text(str_c(path)))
		vec_push(&r->paths, arena_strdup(r->survey->arena, path));
}

static int
walk(struct run *r, const char *dir, struct err *err)
{
	const struct tree_entry *entries;
	size_t n = 0;
	int ret = tree_list(r->tree, str_c(dir), &entries, &n, err);

	for (size_t i = 0; !ret && i < n; i++) {
		AUTO_FREE char *path = path_join(dir, entries[i].name);

		if (entries[i].type == TREE_DIR && !is_excluded(r, path))
			ret = walk(r, path, err);
		else if (entries[i].type == TREE_FILE || entries[i].type == TREE_DIR)
			add_path(r, path); /* of a folder that is left out, that it is there */
	}
	return ret;
}

/* top is the work tree's, real the folder's own absolute path. */
static int
list_tracked(struct run *r, const char *top, const char *real, struct err *err)
{
	const char *below = strcmp(top, real) != 0 ? real + strlen(top) + 1 : ".";
	git_files files = { 0 };
	int ret = git_list_files(top, NULL, &files, err);

	for (size_t i = 0; !ret && i < files.n; i++) {
		const char *path = files.v[i].path;

		if ((files.v[i].mode & 0170000) == 0100000 &&
		    path_within(str_c(path), str_c(below)))
			add_path(r, strcmp(below, ".") != 0 ? path + strlen(below) + 1 : path);
	}
	git_files_fini(&files);
	return ret;
}

/* False when it is not there any more or cannot be read, of which a note is made. */
static bool
read_file(struct run *r, const char *path, size_t max, struct buf *text)
{
	const struct tree_entry *entry = NULL;
	AUTO_ERR struct err why = ERR_INIT;
	int ret;

	buf_init(text, 0);
	ret = tree_stat(r->tree, str_c(path), &entry, &why);
	if (!ret && !entry)
		return false;
	if (!ret)
		ret = tree_read(r->tree, str_c(path), max, text, &why);
	if (ret)
		survey_note(r->survey, (struct survey_place){ path, 0, 0 }, "not read: %s",
			    why.msg ? why.msg : "");
	return !ret;
}

static void
read_dockerfile(struct run *r, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *shown = path_join(r->o->dir, path);
	struct arena *arena = r->survey->arena;
	struct dockerfile *df;

	if (!read_file(r, path, MAX_DOCKERFILE, &text))
		return;
	df = dockerfile_parse(arena,
			      (struct str){ arena_dup(arena, text.data, text.len + 1), text.len },
			      arena_strdup(arena, shown), r->o->dialect, r->errs);
	survey_file(r->survey, path, df);
}

static void
read_yaml(struct run *r, const char *path, reader read)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR_LIST struct err_list errs = ERR_LIST_INIT;
	struct yaml *document;

	if (!read_file(r, path, MAX_GRAPH_FILE, &text))
		return;
	document = yaml_parse(r->survey->arena, buf_str(&text), path, &errs);
	if (errs.n)
		survey_note(r->survey,
			    (struct survey_place){ path, errs.items[0].where.line,
						   errs.items[0].where.col },
			    "not read: %s", errs.items[0].msg);
	else if (document)
		read(r->survey, path, document);
}

static bool
is_yaml(const char *path)
{
	return str_ends(str_c(path), STR_LIT(".yaml")) || str_ends(str_c(path), STR_LIT(".yml"));
}

bool
inventory_is_workflow(const char *path)
{
	static const char *const folders[] = { ".github/workflows", ".gitea/workflows",
					       ".forgejo/workflows" };
	AUTO_FREE char *dir = path_dir(path);

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (!strcmp(dir, folders[i]))
			return is_yaml(path);
	return false;
}

static bool
is_compose(const char *path)
{
	const char *name = path_base(path);

	return is_yaml(name) &&
	       (!strncmp(name, "compose.", 8) || !strncmp(name, "docker-compose.", 15));
}

static void
read_other(struct run *r, const char *path)
{
	const char *name = path_base(path);

	if (inventory_is_workflow(path))
		read_yaml(r, path, survey_workflow);
	else if (is_compose(path))
		read_yaml(r, path, survey_compose);
	else if (!strcmp(name, "docker-bake.json"))
		read_yaml(r, path, survey_bake);
	else if (!strncmp(name, "docker-bake.", 12) && str_ends(str_c(name), STR_LIT(".hcl")))
		survey_note(r->survey, (struct survey_place){ path, 0, 0 },
			    "seen and not read, as it is HCL: `docker buildx bake --print "
			    ">docker-bake.json` writes it as JSON, which is");
}

static bool
is_dockerfile(const struct run *r, const char *path)
{
	return survey_is_dockerfile(path) && !is_excluded(r, path);
}

/* What is left out is still there for the others to copy. */
static void
read_all(struct run *r)
{
	for (size_t i = 0; i < r->paths.n; i++)
		if (is_dockerfile(r, r->paths.v[i]))
			read_dockerfile(r, r->paths.v[i]);
		else
			survey_file(r->survey, r->paths.v[i], NULL);
	for (size_t i = 0; i < r->paths.n && !r->o->files_only; i++)
		if (!is_excluded(r, r->paths.v[i]))
			read_other(r, r->paths.v[i]);
	for (size_t i = 0; i < r->paths.n && !r->o->files_only; i++)
		if (is_dockerfile(r, r->paths.v[i]) &&
		    map_has(r->survey->files, str_c(r->paths.v[i])))
			survey_dockerfile(r->survey, r->paths.v[i]);
}

/* What github.repository is there: that of the remote `origin`. */
static int
start(struct run *r, const char *top, const char *real, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_FREE char *url = NULL;
	struct repo_url parsed = { 0 };
	int ret = top ? git_remote_url(top, "origin", &url, err) : 0;

	if (!ret && url && !repo_url_parse(arena, str_c(url), &parsed))
		parsed.slug = NULL;
	r->survey = survey_new(path_base(real), parsed.slug);
	return ret;
}

int
inventory_take(const struct inventory_opts *opts, struct survey **ret, struct err_list *errs,
	       struct err *err)
{
	AUTO_FREE char *real = realpath(opts->dir, NULL), *top = NULL;
	struct run r = { .o = opts, .errs = errs };
	int status;

	if (!real) {
		status = err_sys(err, "cannot open '%s'", opts->dir);
		err->class = ERR_USAGE;
		return status;
	}
	status = git_toplevel(real, &top, err);
	if (status)
		return status;
	status = start(&r, top, real, err);
	if (!status)
		status = tree_open_dir(real, &r.tree, err);
	if (!status)
		status = top ? list_tracked(&r, top, real, err) : walk(&r, ".", err);
	if (!status)
		read_all(&r);
	if (!status && errs->n && !opts->files_only)
		status = -ERR_INPUT;
	tree_free(r.tree);
	vec_fini(&r.paths);
	if (status)
		survey_free(r.survey);
	else
		*ret = r.survey;
	return status;
}
