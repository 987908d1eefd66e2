/* SPDX-License-Identifier: Apache-2.0 */
/* kube_check.c: the rules that a pod breaks. */
#include "model/kube_check.h"

#include "base/vec.h"
#include "model/ref.h"

ENUM_DEFINE(verify_rule, VERIFY_RULE_LIST);

struct checker {
	struct arena *arena;
	const struct kube_pod *pod;
	const char *file;
	VEC(struct verify_finding) found;
};

/* take_text lives in the arena. */
static void
add(struct checker *c, enum verify_rule rule, struct kube_place at, const char *take_text)
{
	vec_push(&c->found, ((struct verify_finding){
				    .rule = rule, .file = c->file, .at = at, .text = take_text }));
}

/* "'a' (containerPort)", "'a' (PORT)". */
static const char *
claim_text(struct checker *c, const struct kube_claim *claim)
{
	return arena_printf(c->arena, "'%s' (%s)", claim->container->name,
			    claim->kind == KUBE_CLAIM_ENV ? claim->name
							  : kube_claim_kind_name(claim->kind));
}

static void
check_ports(struct checker *c)
{
	size_t n = 0;
	const struct kube_conflict *all = kube_pod_port_conflicts(c->arena, c->pod, &n);

	for (size_t i = 0; i < n; i++) {
		const struct kube_claim *a = &all[i].first, *b = &all[i].second;

		add(c, VERIFY_RULE_PORTS, b->at,
		    arena_printf(c->arena, "%s claims port %d/%s, and so does %s in %s:%d:%d",
				 claim_text(c, b), b->number, b->protocol, claim_text(c, a),
				 c->file, a->at.line, a->at.col));
	}
}

static bool
declares(const struct kube_container *container, const char *port, bool by_number)
{
	unsigned long long number = 0;

	(void)str_to_u64(str_c(port), &number); /* 0 is no port */
	for (size_t i = 0; i < container->nports; i++) {
		const struct kube_port *p = &container->ports[i];

		if (by_number ? (unsigned long long)p->number == number
			      : p->name && !strcmp(p->name, port))
			return true;
	}
	return false;
}

static const struct kube_container *
who_declares(struct checker *c, const char *port, bool by_number)
{
	for (size_t i = 0; i < c->pod->ncontainers; i++)
		if (declares(&c->pod->containers[i], port, by_number))
			return &c->pod->containers[i];
	return NULL;
}

static void
check_probe(struct checker *c, const struct kube_container *container,
	    const struct kube_probe *probe)
{
	const char *what = kube_probe_kind_name(probe->kind);
	const struct kube_container *other;
	unsigned long long number;
	bool by_number;

	if (!probe->port)
		return;
	by_number = str_to_u64(str_c(probe->port), &number);
	if (declares(container, probe->port, by_number))
		return;
	other = who_declares(c, probe->port, by_number);
	add(c, VERIFY_RULE_PROBES, probe->at,
	    other ? arena_printf(c->arena, "the %s of '%s' asks port %s, which '%s' has", what,
				 container->name, probe->port, other->name)
		  : arena_printf(c->arena, "the %s of '%s' asks port %s, which it does not declare",
				 what, container->name, probe->port));
}

static void
check_probes(struct checker *c)
{
	for (size_t i = 0; i < c->pod->ncontainers; i++)
		for (size_t k = 0; k < c->pod->containers[i].nprobes; k++)
			check_probe(c, &c->pod->containers[i], &c->pod->containers[i].probes[k]);
}

static void
check_mount(struct checker *c, const struct kube_container *container, size_t k)
{
	const struct kube_mount *m = &container->mounts[k];

	if (!kube_pod_volume(c->pod, m->volume))
		add(c, VERIFY_RULE_VOLUMES, m->at,
		    arena_printf(c->arena, "'%s' mounts '%s', and the pod has no such volume",
				 container->name, m->volume));
	for (size_t i = 0; i < k; i++) {
		const struct kube_mount *first = &container->mounts[i];

		if (!strcmp(first->path, m->path))
			add(c, VERIFY_RULE_VOLUMES, m->at,
			    arena_printf(c->arena,
					 "'%s' mounts '%s' at '%s', where '%s' is in %s:%d:%d",
					 container->name, m->volume, m->path, first->volume,
					 c->file, first->at.line, first->at.col));
	}
}

static void
check_volumes(struct checker *c)
{
	for (size_t i = 0; i < c->pod->ncontainers; i++)
		for (size_t k = 0; k < c->pod->containers[i].nmounts; k++)
			check_mount(c, &c->pod->containers[i], k);
}

static void
check_version(struct checker *c, const struct kube_container *container)
{
	AUTO_ERR struct err err = ERR_INIT;
	const char *why = NULL;
	struct ref ref = { 0 };

	/* What is completed later cannot be judged now. */
	if (!container->image || strchr(container->image, '$') || strchr(container->image, '{'))
		return;
	if (ref_parse(c->arena, str_c(container->image), &ref, &err))
		why = arena_strdup(c->arena, err.msg);
	else if (!ref.tag && !ref.digest)
		why = arena_printf(c->arena, "'%s' has neither tag nor digest", container->image);
	else if (ref.tag && !ref.digest && !strcmp(ref.tag, "latest"))
		why = arena_printf(c->arena, "'%s' is another image every day", container->image);
	if (!why)
		return;
	add(c, VERIFY_RULE_VERSIONS, container->image_at,
	    arena_printf(c->arena, "the image of '%s': %s", container->name, why));
	c->found.v[c->found.n - 1].image = ref.name;
}

struct verify_finding *
kube_pod_check(struct arena *arena, const struct kube_pod *pod, const char *file, size_t *ret_n)
{
	struct checker c = { .arena = arena, .pod = pod, .file = file };
	struct verify_finding *ret;

	check_ports(&c);
	check_probes(&c);
	check_volumes(&c);
	for (size_t i = 0; i < pod->ncontainers; i++)
		check_version(&c, &pod->containers[i]);
	ret = arena_dup(arena, c.found.v, c.found.n * sizeof(*ret));
	*ret_n = c.found.n;
	vec_fini(&c.found);
	return ret;
}
