/* SPDX-License-Identifier: Apache-2.0 */
/* kube_pod.c: the pods of manifests. */
#include "model/kube_pod.h"

#include "base/vec.h"

#define LIST_DEPTH 8 /* of a List inside of a List */

ENUM_DEFINE(kube_role, KUBE_ROLE_LIST);
ENUM_DEFINE(kube_probe_kind, KUBE_PROBE_LIST);
ENUM_DEFINE(kube_handler, KUBE_HANDLER_LIST);

struct reader {
	struct arena *arena;
	const char *file;
	struct err_list *errs;
	VEC(struct kube_pod) pods;
};

static struct kube_place
place(const struct yaml *y)
{
	return y ? (struct kube_place){ y->line, y->col } : (struct kube_place){ 0, 0 };
}

static const char *
text(const struct yaml *map, const char *key)
{
	return yaml_text(yaml_get(map, key));
}

static const char *
text_or(const struct yaml *map, const char *key, const char *fallback)
{
	const char *value = text(map, key);

	return value ? value : fallback;
}

/* The list under key; an empty one when there is none. */
static const struct yaml *
list(const struct yaml *map, const char *key)
{
	static const struct yaml none = { .kind = YAML_SEQ };
	const struct yaml *y = yaml_get(map, key);

	return y && y->kind == YAML_SEQ ? y : &none;
}

static bool
flag(const struct yaml *map, const char *key)
{
	bool value;

	return yaml_bool(yaml_get(map, key), &value) && value;
}

/* 0 when there is none, or none that could be. */
static int
port_number(struct reader *r, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);
	long long value;

	if (!y)
		return 0;
	if (yaml_int(y, &value) && value > 0 && value <= KUBE_PORT_MAX)
		return (int)value;
	(void)err_list_at(r->errs, r->file, y->line, y->col, "%s has to be a number from 1 to %d",
			  key, KUBE_PORT_MAX);
	return 0;
}

static void
read_ports(struct reader *r, const struct yaml *node, struct kube_container *c)
{
	const struct yaml *ports = list(node, "ports");

	c->ports = arena_calloc(r->arena, ports->n, sizeof(*c->ports));
	for (size_t i = 0; i < ports->n; i++) {
		const struct yaml *p = ports->items[i];
		struct kube_port port = { .name = text(p, "name"),
					  .number = port_number(r, p, "containerPort"),
					  .protocol = text_or(p, "protocol", "TCP"),
					  .host_ip = text(p, "hostIP"),
					  .at = place(yaml_get(p, "containerPort")),
					  .host_at = place(yaml_get(p, "hostPort")) };

		/* hostPort: 0 is the same as none. */
		if (!str_eq_c(str_c(text_or(p, "hostPort", "0")), "0"))
			port.host = port_number(r, p, "hostPort");
		if (port.number)
			c->ports[c->nports++] = port;
	}
}

static void
read_env(struct reader *r, const struct yaml *node, struct kube_container *c)
{
	const struct yaml *env = list(node, "env");

	c->env = arena_calloc(r->arena, env->n, sizeof(*c->env));
	for (size_t i = 0; i < env->n; i++) {
		const struct yaml *e = env->items[i], *value = yaml_get(e, "value");
		const char *name = text(e, "name");

		if (name)
			c->env[c->nenv++] = (struct kube_env){ name, text(e, "value"),
							       place(value ? value : e) };
	}
}

static void
read_mounts(struct reader *r, const struct yaml *node, struct kube_container *c)
{
	const struct yaml *mounts = list(node, "volumeMounts");

	c->mounts = arena_calloc(r->arena, mounts->n, sizeof(*c->mounts));
	for (size_t i = 0; i < mounts->n; i++) {
		const struct yaml *m = mounts->items[i];
		const char *name = text(m, "name"), *path = text(m, "mountPath");

		if (name && path)
			c->mounts[c->nmounts++] =
				(struct kube_mount){ name, path, text(m, "subPath"),
						     flag(m, "readOnly"), place(m) };
	}
}

static bool
read_handler(const struct yaml *node, struct kube_probe *p)
{
	for (size_t i = 0; i < kube_handler_count; i++) {
		const struct yaml *handler = yaml_get(node, kube_handler_names[i]);
		const struct yaml *port = yaml_get(handler, "port");

		if (!handler)
			continue;
		p->handler = (enum kube_handler)i;
		p->port = text(handler, "port");
		p->path = text_or(handler, "path", "/");
		p->at = place(port ? port : handler);
		p->node = node;
		return true;
	}
	return false;
}

static void
read_probes(struct reader *r, const struct yaml *node, struct kube_container *c)
{
	c->probes = arena_calloc(r->arena, kube_probe_kind_count, sizeof(*c->probes));
	for (size_t i = 0; i < kube_probe_kind_count; i++) {
		struct kube_probe p = { .kind = (enum kube_probe_kind)i };

		if (read_handler(yaml_get(node, kube_probe_kind_names[i]), &p))
			c->probes[c->nprobes++] = p;
	}
}

static struct kube_container
read_container(struct reader *r, const struct yaml *node, enum kube_role role)
{
	struct kube_container c = { .name = text_or(node, "name", ""),
				    .image = text(node, "image"),
				    .role = role,
				    .at = place(node),
				    .image_at = place(yaml_get(node, "image")),
				    .node = node };

	if (role == KUBE_ROLE_INIT && str_eq_c(str_c(text_or(node, "restartPolicy", "")), "Always"))
		c.role = KUBE_ROLE_SIDECAR;
	read_ports(r, node, &c);
	read_env(r, node, &c);
	read_mounts(r, node, &c);
	read_probes(r, node, &c);
	return c;
}

static void
read_containers(struct reader *r, struct kube_pod *pod)
{
	const struct yaml *init = list(pod->spec, "initContainers");
	const struct yaml *main = list(pod->spec, "containers");

	pod->containers = arena_calloc(r->arena, init->n + main->n, sizeof(*pod->containers));
	for (size_t i = 0; i < init->n; i++)
		pod->containers[pod->ncontainers++] =
			read_container(r, init->items[i], KUBE_ROLE_INIT);
	for (size_t i = 0; i < main->n; i++)
		pod->containers[pod->ncontainers++] =
			read_container(r, main->items[i], KUBE_ROLE_CONTAINER);
}

static struct kube_volume
read_volume(const struct yaml *node)
{
	static const char *const sources[] = { "claimName", "secretName", "name", "path" };
	struct kube_volume v = {
		.name = text_or(node, "name", ""), .kind = "", .at = place(node), .node = node
	};

	for (size_t i = 0; node->kind == YAML_MAP && i < node->n; i++) {
		const struct yaml_pair *pair = &node->pairs[i];

		if (str_eq_c(str_c(pair->key->text), "name"))
			continue;
		v.kind = pair->key->text;
		for (size_t k = 0; !v.source && k < ARRAY_SIZE(sources); k++)
			v.source = text(pair->value, sources[k]);
	}
	return v;
}

/* holder: what a StatefulSet has its volumeClaimTemplates in. */
static void
read_volumes(struct reader *r, const struct yaml *holder, struct kube_pod *pod)
{
	const struct yaml *volumes = list(pod->spec, "volumes");
	const struct yaml *claims = list(holder, "volumeClaimTemplates");

	pod->volumes = arena_calloc(r->arena, volumes->n + claims->n, sizeof(*pod->volumes));
	for (size_t i = 0; i < volumes->n; i++)
		pod->volumes[pod->nvolumes++] = read_volume(volumes->items[i]);
	for (size_t i = 0; i < claims->n; i++) {
		const struct yaml *claim = claims->items[i];
		const char *name = text_or(yaml_get(claim, "metadata"), "name", "");

		pod->volumes[pod->nvolumes++] = (struct kube_volume){ name, "persistentVolumeClaim",
								      name, place(claim), claim };
	}
}

static bool
is_pod_spec(const struct yaml *spec)
{
	const struct yaml *containers = list(spec, "containers");

	return containers->n && containers->items[0]->kind == YAML_MAP;
}

/* Where the pod's spec is in a document, or NULL. */
static const struct yaml *
pod_spec(const struct yaml *document)
{
	const struct yaml *spec = yaml_get(document, "spec");
	const struct yaml *job = yaml_get(yaml_get(spec, "jobTemplate"), "spec");
	const struct yaml *places[] = { spec, yaml_get(yaml_get(spec, "template"), "spec"),
					yaml_get(yaml_get(job, "template"), "spec"),
					yaml_get(yaml_get(document, "template"), "spec") };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (is_pod_spec(places[i]))
			return places[i];
	return NULL;
}

static void
read_document(struct reader *r, const struct yaml *document, int depth)
{
	const struct yaml *metadata = yaml_get(document, "metadata");
	const struct yaml *name = yaml_get(metadata, "name"), *items = list(document, "items");
	struct kube_pod pod = { .kind = text_or(document, "kind", ""),
				.name = text_or(metadata, "name", ""),
				.namespace = text(metadata, "namespace"),
				.at = place(name ? name : document),
				.spec = pod_spec(document),
				.document = document };

	for (size_t i = 0; depth && i < items->n; i++)
		read_document(r, items->items[i], depth - 1);
	if (!pod.spec || !*pod.kind)
		return;
	pod.host_network = flag(pod.spec, "hostNetwork");
	read_containers(r, &pod);
	read_volumes(r, yaml_get(document, "spec"), &pod);
	vec_push(&r->pods, pod);
}

struct kube_pod *
kube_pods_read(struct arena *arena, struct str bytes, const char *file, size_t *ret_n,
	       struct err_list *errs)
{
	struct reader r = { .arena = arena, .file = file, .errs = errs };
	struct kube_pod *pods;
	struct yaml **roots;
	size_t n = 0;

	roots = yaml_parse_all(arena, bytes, file, &n, errs);
	for (size_t i = 0; i < n; i++)
		read_document(&r, roots[i], LIST_DEPTH);
	pods = arena_dup(arena, r.pods.v, r.pods.n * sizeof(*pods));
	*ret_n = r.pods.n;
	vec_fini(&r.pods);
	return pods;
}

const struct kube_container *
kube_pod_container(const struct kube_pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->ncontainers; i++)
		if (!strcmp(pod->containers[i].name, name))
			return &pod->containers[i];
	return NULL;
}

const struct kube_volume *
kube_pod_volume(const struct kube_pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->nvolumes; i++)
		if (!strcmp(pod->volumes[i].name, name))
			return &pod->volumes[i];
	return NULL;
}

const char *
kube_container_env(const struct kube_container *c, const char *name)
{
	/* Of a name that is there twice the last counts, as in the cluster. */
	for (size_t i = c->nenv; i-- > 0;)
		if (!strcmp(c->env[i].name, name))
			return c->env[i].value;
	return NULL;
}
