/* SPDX-License-Identifier: Apache-2.0 */
/* kube_pod_ports.c: which container of a pod claims which port. */
#include "model/kube_pod.h"

#include "base/vec.h"

ENUM_DEFINE(kube_claim_kind, KUBE_CLAIM_LIST);

typedef VEC(struct kube_claim) claims;
typedef VEC(struct kube_conflict) conflicts;

bool
kube_env_is_listen_port(const char *name)
{
	static const char *const tails[] = { "LISTEN_PORT", "BIND_PORT", "HTTP_PORT", "HTTPS_PORT",
					     "SERVER_PORT" };
	struct str s = str_c(name);

	if (str_eq_c(s, "PORT"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		struct str tail = str_c(tails[i]);

		if (str_ends(s, tail) && (s.n == tail.n || s.p[s.n - tail.n - 1] == '_'))
			return true;
	}
	return false;
}

static void
add_ports(const struct kube_container *c, claims *out)
{
	for (size_t i = 0; i < c->nports; i++) {
		const struct kube_port *p = &c->ports[i];
		struct kube_claim claim = { .container = c,
					    .kind = KUBE_CLAIM_PORT,
					    .number = p->number,
					    .protocol = p->protocol,
					    .name = p->name,
					    .at = p->at };

		vec_push(out, claim);
		if (!p->host)
			continue;
		claim.kind = KUBE_CLAIM_HOST;
		claim.number = p->host;
		claim.host_ip = p->host_ip;
		claim.at = p->host_at;
		vec_push(out, claim);
	}
}

static void
add_env(const struct kube_container *c, claims *out)
{
	for (size_t i = 0; i < c->nenv; i++) {
		const struct kube_env *e = &c->env[i];
		unsigned long long number;

		if (!e->value || !kube_env_is_listen_port(e->name) ||
		    !str_to_u64(str_c(e->value), &number) || !number || number > KUBE_PORT_MAX)
			continue;
		vec_push(out, ((struct kube_claim){ .container = c,
						    .kind = KUBE_CLAIM_ENV,
						    .number = (int)number,
						    .protocol = "TCP",
						    .name = e->name,
						    .at = e->at }));
	}
}

static bool
same_address(const struct kube_claim *a, const struct kube_claim *b)
{
	const char *x = a->host_ip, *y = b->host_ip;

	/* No address, or 0.0.0.0, is every address. */
	return !x || !y || !strcmp(x, y) || !strcmp(x, "0.0.0.0") || !strcmp(y, "0.0.0.0");
}

static bool
is_conflict(const struct kube_claim *a, const struct kube_claim *b)
{
	if (a->number != b->number || strcmp(a->protocol, b->protocol) != 0 ||
	    (a->kind == KUBE_CLAIM_HOST) != (b->kind == KUBE_CLAIM_HOST))
		return false;
	if (a->kind == KUBE_CLAIM_HOST && !same_address(a, b))
		return false;
	/* A variable that says what the container declares is no second claim. */
	return a->container != b->container || a->kind == b->kind;
}

static bool
is_told(const conflicts *out, const struct kube_claim *a, const struct kube_claim *b)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct kube_conflict *c = &out->v[i];

		if (c->first.container == a->container && c->second.container == b->container &&
		    c->first.number == a->number && !strcmp(c->first.protocol, a->protocol))
			return true;
	}
	return false;
}

struct kube_conflict *
kube_pod_port_conflicts(struct arena *arena, const struct kube_pod *pod, size_t *ret_n)
{
	struct kube_conflict *ret;
	conflicts out = { 0 };
	claims all = { 0 };

	for (size_t i = 0; i < pod->ncontainers; i++) {
		if (pod->containers[i].role == KUBE_ROLE_INIT)
			continue;
		add_ports(&pod->containers[i], &all);
		add_env(&pod->containers[i], &all);
	}
	for (size_t b = 0; b < all.n; b++)
		for (size_t a = 0; a < b; a++)
			if (is_conflict(&all.v[a], &all.v[b]) &&
			    !is_told(&out, &all.v[a], &all.v[b]))
				vec_push(&out, ((struct kube_conflict){ all.v[a], all.v[b] }));
	ret = arena_dup(arena, out.v, out.n * sizeof(*ret));
	*ret_n = out.n;
	vec_fini(&out);
	vec_fini(&all);
	return ret;
}
