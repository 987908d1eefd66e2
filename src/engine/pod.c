/* SPDX-License-Identifier: Apache-2.0 */
/* pod.c: reads the manifests of pods and holds them against the graph. */
#include "engine/pod.h"

#include "base/file.h"
#include "base/vec.h"
#include "engine/pod_priv.h"
#include "engine/project.h"
#include "model/kube_share.h"

#include <errno.h>

#define MAX_NAMES 64

struct pod_reader {
	struct project *project;
	struct pod *pod;
	const char *file; /* of the pod that was chosen, as shown */
	struct err_list *errs;
	VEC(struct kube_pod *) found;
	VEC(const char *) files; /* one a pod found */
	VEC(struct yaml *) documents;
	struct sha256_ctx *digest;
};

#define pod_err(r, at, ...) err_list_at((r)->errs, (r)->file, (at).line, (at).col, __VA_ARGS__)

static struct err *
graph_mistake(struct pod_reader *r, struct graph_place at, const char *message)
{
	return err_list_at(r->errs, r->project->graph_path, at.line, at.col, "%s", message);
}

static int
read_manifest(struct pod_reader *r, const char *path, struct err *err)
{
	struct project *p = r->project;
	const char *shown = arena_printf(p->arena, "%s%s", p->own.shown, path);
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR struct err own = ERR_INIT;
	struct kube_pod *pods;
	struct yaml **roots;
	size_t n, nroots;

	buf_init(&text, 0);
	if (tree_read(p->own.tree, str_c(path), MAX_GRAPH_FILE, &text, &own)) {
		if (own.class != ERR_INPUT && own.sys_errno != ENOENT && own.sys_errno != ENOTDIR)
			return err_move(err, &own);
		err_hint(graph_mistake(r, r->pod->graph->manifest_at,
				       arena_printf(p->arena, "cannot read the manifest: %s",
						    own.msg)),
			 "a file of Kubernetes, from the folder of the graph file on");
		return 0;
	}
	sha256_update(r->digest, text.data, text.len + 1);
	pods = kube_pods_read(p->arena, buf_str(&text), shown, &n, r->errs);
	for (size_t i = 0; i < n; i++) {
		vec_push(&r->found, &pods[i]);
		vec_push(&r->files, shown);
	}
	/* A mistake in it was told just now, and is kept once. */
	roots = yaml_parse_all(p->arena, buf_str(&text), shown, &nroots, r->errs);
	for (size_t i = 0; i < nroots; i++)
		vec_push(&r->documents, roots[i]);
	return 0;
}

static bool
choose(struct pod_reader *r)
{
	const struct graph_pod *g = r->pod->graph;
	const char *names[MAX_NAMES];
	size_t n = 0, hit = 0, hits = 0;
	struct err *e;

	for (size_t i = 0; i < r->found.n; i++) {
		if (n < MAX_NAMES)
			names[n++] = r->found.v[i]->name;
		if (g->workload && strcmp(g->workload, r->found.v[i]->name) != 0)
			continue;
		hit = i;
		hits++;
	}
	if (hits == 1) {
		r->pod->kube = r->found.v[hit];
		r->file = r->files.v[hit];
		return true;
	}
	e = graph_mistake(r, g->manifest_at,
			  arena_printf(r->project->arena, "%s of pod '%s' in its manifests",
				       hits ? "more than one workload" : "no workload", g->name));
	if (n)
		pod_hint_names(e, g->workload ? g->workload : "", names, n);
	return false;
}

static void
tell_conflicts(struct pod_reader *r)
{
	size_t n;
	const struct kube_conflict *c =
		kube_pod_port_conflicts(r->project->arena, r->pod->kube, &n);

	for (size_t i = 0; i < n; i++) {
		const struct kube_claim *a = &c[i].first, *b = &c[i].second;

		err_hint(
			pod_err(r, b->at,
				"containers '%s' (line %d) and '%s' of pod '%s' both claim port %d",
				a->container->name, a->at.line, b->container->name,
				r->pod->graph->name, b->number),
			"one network is shared by all containers of a pod: give one of them "
			"another port");
	}
}

static void
find_images(struct pod_reader *r)
{
	const struct kube_pod *kube = r->pod->kube;
	struct pod *pod = r->pod;

	pod->containers =
		arena_calloc(r->project->arena, kube->ncontainers, sizeof(*pod->containers));
	pod->ncontainers = kube->ncontainers;
	for (size_t i = 0; i < kube->ncontainers; i++) {
		const struct kube_container *c = &kube->containers[i];

		pod->containers[i].kube = c;
		pod->containers[i].image =
			c->image ? graph_image_of_ref(r->project->graph, c->image) : NULL;
		if (!pod->containers[i].image)
			err_hint(pod_err(r, c->image ? c->image_at : c->at,
					 "the image of container '%s' is none of this graph: '%s'",
					 c->name, c->image ? c->image : ""),
				 "a pod is checked with images that are built here");
	}
}

static void
check_volumes(struct pod_reader *r)
{
	for (size_t i = 0; i < r->pod->kube->nvolumes; i++) {
		const struct kube_volume *v = &r->pod->kube->volumes[i];

		if (!strcmp(v->kind, "persistentVolumeClaim") || !strcmp(v->kind, "emptyDir") ||
		    ((!strcmp(v->kind, "configMap") || !strcmp(v->kind, "secret")) &&
		     pod_find_document(r->pod, v->source)))
			continue;
		if (!strcmp(v->kind, "configMap") || !strcmp(v->kind, "secret"))
			err_hint(pod_err(r, v->at,
					 "volume '%s' wants the %s '%s', and no manifest has it",
					 v->name, v->kind, v->source ? v->source : ""),
				 "a check knows no cluster: add a file with one to 'manifest'");
		else
			err_hint(pod_err(r, v->at, "volume '%s' of kind '%s' cannot be had here",
					 v->name, v->kind),
				 "persistentVolumeClaim, emptyDir, configMap, secret");
	}
	if (r->pod->kube->host_network)
		err_hint(pod_err(r, r->pod->kube->at, "pod '%s' wants the network of the host",
				 r->pod->graph->name),
			 "a check has one of its own");
}

static void
check_shared(struct pod_reader *r)
{
	const struct graph *g = r->project->graph;
	const struct graph_pod *pod = r->pod->graph;
	struct arena *arena = r->project->arena;

	for (size_t i = 0; i < pod->nshared; i++) {
		const struct graph_shared *s = &pod->shared[i];
		size_t n = 0;
		const struct kube_unshared *u = kube_pod_unshared(arena, r->pod->kube, g, s, &n);

		for (size_t k = 0; k < n; k++)
			err_list_at(r->errs, r->file, kube_unshared_at(&u[k]).line,
				    kube_unshared_at(&u[k]).col, "%s",
				    kube_unshared_text(arena, &u[k], g, r->file));
		if (kube_pod_sharers(r->pod->kube, g, s) < 2)
			err_hint(
				graph_mistake(r, s->at,
					      arena_printf(arena,
							   "nothing is shared: pod '%s' has no two "
							   "containers with these images",
							   pod->name)),
				"'images' names those whose containers have the volume");
	}
}

static void
check_questions(struct pod_reader *r)
{
	const struct graph_pod *g = r->pod->graph;
	const char *names[MAX_NAMES];
	size_t n = 0;

	for (size_t i = 0; i < r->pod->kube->ncontainers && n < MAX_NAMES; i++)
		names[n++] = r->pod->kube->containers[i].name;
	for (size_t i = 0; i < g->nchecks; i++) {
		const char *name = json_get_text(g->checks[i].spec, "container");
		const struct kube_container *c =
			name ? kube_pod_container(r->pod->kube, name) : NULL;

		if (!name || (c && c->role != KUBE_ROLE_INIT))
			continue;
		pod_hint_names(graph_mistake(r, g->checks[i].at,
					     arena_printf(r->project->arena,
							  "pod '%s' has no container '%s'%s",
							  g->name, name, c ? " that stays" : "")),
			       name, names, n);
	}
}

void
pod_hint_names(struct err *e, const char *name, const char *const *known, size_t n)
{
	const char *near = str_nearest(name, known, n);
	AUTO_BUF struct buf b = BUF_INIT;

	if (near) {
		err_hint(e, "did you mean '%s'?", near);
		return;
	}
	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", known[i]);
	err_hint(e, "there: %s", b.data);
}

static void
finish_digest(struct pod_reader *r)
{
	const struct graph_pod *g = r->pod->graph;
	AUTO_FREE char *settle = xasprintf("lockstep-pod 1 %d", g->settle_s);

	sha256_update(r->digest, settle, strlen(settle));
	for (size_t i = 0; i < g->nchecks; i++) {
		AUTO_FREE char *text = json_canonical(g->checks[i].spec);

		sha256_update(r->digest, text, strlen(text) + 1);
	}
	r->pod->digest = sha256_final(r->digest);
}

static int
read_pod(struct project *p, struct pod *pod, struct err_list *errs, struct err *err)
{
	AUTO_SHA256 struct sha256_ctx *digest = sha256_new();
	struct pod_reader r = { .project = p, .pod = pod, .errs = errs, .digest = digest };
	size_t before = errs->n;
	int ret = 0;

	for (size_t i = 0; !ret && i < pod->graph->nmanifests; i++)
		ret = read_manifest(&r, pod->graph->manifests[i], err);
	pod->ndocuments = r.documents.n;
	pod->documents = arena_dup(p->arena, r.documents.v, r.documents.n * sizeof(struct yaml *));
	if (!ret && errs->n == before && choose(&r)) {
		tell_conflicts(&r);
		find_images(&r);
		check_volumes(&r);
		check_shared(&r);
		check_questions(&r);
		finish_digest(&r);
	}
	vec_fini(&r.found);
	vec_fini(&r.files);
	vec_fini(&r.documents);
	return ret;
}

int
pod_read_all(struct project *p, struct pod **ret, struct err_list *errs, struct err *err)
{
	struct pod *pods = arena_calloc(p->arena, p->graph->npods, sizeof(*pods));
	int r = 0;

	for (size_t i = 0; !r && i < p->graph->npods; i++) {
		pods[i].graph = &p->graph->pods[i];
		r = read_pod(p, &pods[i], errs, err);
	}
	*ret = pods;
	return r;
}
