/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c: manifests held against rules. */
#include "engine/verify.h"

#include "base/file.h"
#include "base/map.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/tree.h"
#include "model/kube_share.h"
#include "model/ref.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* An image of a container, which its registry should have. */
struct asked {
	const char *file;
	struct kube_place at;
	struct presence image;
};

struct run {
	const struct verify_opts *o;
	struct verify *v;
	struct map *pinned; /* images that a kustomization gives a version */
	VEC(struct pins_text) texts;
	VEC(struct verify_finding) found;
	VEC(struct asked) asked;
};

static void
add(struct run *r, const struct verify_finding *f)
{
	if (!(r->o->skip & (1u << f->rule)))
		vec_push(&r->found, *f);
}

static bool
is_template(struct str text)
{
	return text.n && memmem(text.p, text.n, "{{", 2);
}

/* Each image once, however many containers have it. */
static void
remember_image(struct run *r, const char *file, const struct kube_container *c)
{
	struct ref ref;

	if (!r->o->registry || !c->image || ref_parse(r->v->arena, str_c(c->image), &ref, NULL) ||
	    (!ref.tag && !ref.digest))
		return;
	for (size_t i = 0; i < r->asked.n; i++) {
		const struct presence *p = &r->asked.v[i].image;

		if (!strcmp(p->name, ref.name) && str_same(p->tag, ref.tag) &&
		    str_same(p->digest, ref.digest))
			return;
	}
	vec_push(&r->asked,
		 ((struct asked){
			 file, c->image_at, { ref.name, ref.tag, ref.digest, 0, NULL, NULL, 0 } }));
}

/* What a kustomization says of an image counts for all that use it. */
static void
read_kustomization(struct run *r, const struct yaml *document)
{
	const struct yaml *images = yaml_get(document, "images");

	for (size_t i = 0; images && images->kind == YAML_SEQ && i < images->n; i++) {
		const struct yaml *item = images->items[i], *name = yaml_get(item, "name");
		struct ref ref;

		if (!name || name->kind != YAML_SCALAR ||
		    (!yaml_get(item, "newTag") && !yaml_get(item, "digest")))
			continue;
		if (!ref_parse(r->v->arena, str_c(name->text), &ref, NULL))
			map_set(r->pinned, str_c(ref.name), r->pinned);
	}
}

static void
add_mistakes(struct run *r, const char *file, struct err_list *errs)
{
	for (size_t i = 0; i < errs->n; i++)
		add(r, &(struct verify_finding){
			       .rule = VERIFY_RULE_READABLE,
			       .file = file,
			       .at = { errs->items[i].where.line, errs->items[i].where.col },
			       .text = arena_strdup(r->v->arena, errs->items[i].msg) });
}

/* What the graph has the containers of a pod share. */
static void
check_shared(struct run *r, const struct kube_pod *pod, const char *file)
{
	const struct graph *g = r->o->graph;
	struct arena *arena = r->v->arena;

	for (size_t i = 0; g && i < g->npods; i++) {
		for (size_t k = 0; k < g->pods[i].nshared; k++) {
			size_t n = 0;
			const struct kube_unshared *u =
				kube_pod_unshared(arena, pod, g, &g->pods[i].shared[k], &n);

			for (size_t m = 0; m < n; m++)
				add(r, &(struct verify_finding){
					       .rule = VERIFY_RULE_SHARED,
					       .file = file,
					       .at = kube_unshared_at(&u[m]),
					       .text = kube_unshared_text(arena, &u[m], g, file) });
		}
	}
}

static void
take_text(struct run *r, const char *path, struct str text)
{
	struct verify *v = r->v;
	const char *file = arena_strdup(v->arena, path);
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct kube_pod *pods;
	struct yaml **roots;
	size_t n = 0, nfound = 0;

	text.p = arena_dup(v->arena, text.p, text.n + 1);
	vec_push(&r->texts, ((struct pins_text){ file, text }));
	v->nfiles++;
	roots = yaml_parse_all(v->arena, text, file, &n, &errs);
	if (errs.n && is_template(text)) {
		v->ntemplates++;
		return;
	}
	for (size_t i = 0; i < n; i++)
		read_kustomization(r, roots[i]);
	err_list_clear(&errs);
	pods = kube_pods_read(v->arena, text, file, &n, &errs);
	add_mistakes(r, file, &errs);
	v->npods += n;
	for (size_t i = 0; i < n; i++) {
		const struct verify_finding *f = kube_pod_check(v->arena, &pods[i], file, &nfound);

		for (size_t k = 0; k < nfound; k++)
			add(r, &f[k]);
		check_shared(r, &pods[i], file);
		for (size_t k = 0; k < pods[i].ncontainers; k++)
			remember_image(r, file, &pods[i].containers[k]);
	}
}

static bool
is_manifest(struct str name)
{
	return str_ends(name, STR_LIT(".yaml")) || str_ends(name, STR_LIT(".yml")) ||
	       str_ends(name, STR_LIT(".json"));
}

static int
read_folder(struct run *r, struct tree *t, const char *root, const char *dir, struct err *err)
{
	const struct tree_entry *entries;
	size_t n = 0;
	int ret = tree_list(t, str_c(dir), &entries, &n, err);

	for (size_t i = 0; !ret && i < n; i++) {
		AUTO_FREE char *path = path_join(dir, entries[i].name);
		AUTO_FREE char *shown = path_join(root, path);
		AUTO_BUF struct buf text = BUF_INIT;

		if (entries[i].type == TREE_DIR && strcmp(entries[i].name, ".git") != 0) {
			ret = read_folder(r, t, root, path, err);
			continue;
		}
		if (entries[i].type != TREE_FILE || !is_manifest(str_c(entries[i].name)))
			continue;
		buf_init(&text, 0);
		ret = tree_read(t, str_c(path), MAX_PINNED_FILE, &text, err);
		if (!ret)
			take_text(r, shown, buf_str(&text));
	}
	return ret;
}

static int
read_path(struct run *r, const char *path, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_FREE char *clean = path_clean(str_c(path));
	struct tree *tree = NULL;
	struct stat st;
	int ret;

	if (stat(path, &st)) {
		ret = err_sys(err, "cannot read '%s'", path);
		if (errno == ENOENT && err)
			err->class = ERR_USAGE;
		return ret;
	}
	if (S_ISDIR(st.st_mode)) {
		ret = tree_open_dir(path, &tree, err);
		if (!ret)
			ret = read_folder(r, tree, clean, ".", err);
		tree_free(tree);
		return ret;
	}
	buf_init(&text, 0);
	ret = file_read(AT_FDCWD, path, MAX_PINNED_FILE, &text, err);
	if (!ret)
		take_text(r, clean, buf_str(&text));
	return ret;
}

static const char *
version(struct run *r, const char *tag, const char *digest)
{
	return arena_printf(r->v->arena, "'%s%s%s'", tag ? tag : "", digest ? "@" : "",
			    digest ? digest : "");
}

static void
check_pins(struct run *r)
{
	struct verify *v = r->v;
	const struct pins_drift *drifts;
	size_t n = 0;

	if (!r->o->nimages)
		return;
	v->pins = pins_of_texts(r->o->images, r->o->nimages, r->texts.v, r->texts.n);
	drifts = pins_drifts(v->pins, &n);
	for (size_t i = 0; i < n; i++) {
		const struct pins_drift *d = &drifts[i];
		const struct pin_image *image = &r->o->images[d->pin->image];
		const char *is = version(r, d->pin->tag, d->pin->digest);
		const char *text;

		if (d->other)
			text = arena_printf(v->arena, "'%s' is at %s, and at %s in %s:%d:%d",
					    image->name, is,
					    version(r, d->other->tag, d->other->digest),
					    d->other_file->file.path, d->other->line,
					    d->other->col);
		else
			text = arena_printf(v->arena, "'%s' is at %s, and should be at %s",
					    image->name, is, version(r, image->tag, image->digest));
		add(r, &(struct verify_finding){ .rule = VERIFY_RULE_PINS,
						 .file = d->file->file.path,
						 .at = { d->pin->line, d->pin->col },
						 .text = text });
	}
}

static int
judge_image(struct run *r, const struct asked *a, const struct presence *p, struct err *err)
{
	const char *what = version(r, p->tag, p->digest), *text;

	switch (p->state) {
	case PRESENCE_PRESENT:
		return 0;
	case PRESENCE_UNKNOWN:
		return err_set(err, p->class == ERR_TEMPORARY ? ERR_TEMPORARY : ERR_REMOTE,
			       "%s:%d:%d: it cannot be told whether '%s' is there: %s", a->file,
			       a->at.line, a->at.col, p->name, p->why);
	case PRESENCE_ABSENT:
		text = arena_printf(r->v->arena, "'%s' has no %s", p->name, what);
		break;
	default:
		text = arena_printf(r->v->arena, "the tag of '%s' has another digest, '%s'",
				    p->name, p->found);
		break;
	}
	add(r, &(struct verify_finding){
		       .rule = VERIFY_RULE_REGISTRY, .file = a->file, .at = a->at, .text = text });
	return 0;
}

static int
check_registry(struct run *r, struct err *err)
{
	struct presence *items = arena_calloc(r->v->arena, r->asked.n, sizeof(*items));
	int ret;

	if (!r->asked.n)
		return 0;
	for (size_t i = 0; i < r->asked.n; i++)
		items[i] = r->asked.v[i].image;
	ret = presence_ask(r->o->registry, r->v->arena, items, r->asked.n, err);
	for (size_t i = 0; !ret && i < r->asked.n; i++)
		ret = judge_image(r, &r->asked.v[i], &items[i], err);
	return ret;
}

static int
by_place(const void *a, const void *b)
{
	const struct verify_finding *x = a, *y = b;
	int r = strcmp(x->file, y->file);

	if (!r)
		r = x->at.line - y->at.line;
	if (!r)
		r = x->at.col - y->at.col;
	return r ? r : strcmp(x->text, y->text);
}

/* In order, and without images that have their version from a kustomization. */
static void
finish(struct run *r)
{
	struct verify *v = r->v;

	v->findings = arena_calloc(v->arena, r->found.n, sizeof(*v->findings));
	for (size_t i = 0; i < r->found.n; i++) {
		const struct verify_finding *f = &r->found.v[i];

		if (!f->image || !map_has(r->pinned, str_c(f->image)))
			v->findings[v->nfindings++] = *f;
	}
	if (v->nfindings)
		qsort(v->findings, v->nfindings, sizeof(*v->findings), by_place);
}

int
verify_run(const struct verify_opts *opts, struct verify **ret, struct err *err)
{
	struct verify *v = xcalloc(1, sizeof(*v));
	struct run r = { .o = opts, .v = v };
	int status = 0;

	v->arena = arena_new();
	r.pinned = map_new();
	for (size_t i = 0; !status && i < opts->npaths; i++)
		status = read_path(&r, opts->paths[i], err);
	if (!status)
		status = check_registry(&r, err);
	if (!status) {
		check_pins(&r);
		finish(&r);
		*ret = v;
	} else {
		verify_free(v);
	}
	map_free(r.pinned);
	vec_fini(&r.texts);
	vec_fini(&r.found);
	vec_fini(&r.asked);
	return status;
}

void
verify_free(struct verify *v)
{
	if (!v)
		return;
	pins_free(v->pins);
	arena_free(v->arena);
	free(v);
}
