/* SPDX-License-Identifier: Apache-2.0 */
/* pod_render.c: a manifest as podman is to play it, in JSON, which is YAML. */
#include "base/base64.h"
#include "engine/pod_priv.h"

static json_t *
scalar_json(const struct yaml *y)
{
	long long number;
	bool flag;
	json_t *text;

	if (yaml_bool(y, &flag))
		return json_boolean(flag);
	if (yaml_int(y, &number))
		return json_integer(number);
	text = json_stringn(y->text, y->len);
	return text ? text : json_string("");
}

static json_t *
yaml_json(const struct yaml *y)
{
	json_t *j;

	if (!y || y->kind == YAML_NULL)
		return json_null();
	if (y->kind == YAML_SCALAR)
		return scalar_json(y);
	if (y->kind == YAML_SEQ) {
		j = json_array();
		for (size_t i = 0; i < y->n; i++)
			json_array_append_new(j, yaml_json(y->items[i]));
		return j;
	}
	j = json_object();
	for (size_t i = 0; i < y->n; i++)
		json_object_set_new(j, y->pairs[i].key->text, yaml_json(y->pairs[i].value));
	return j;
}

static bool
is_kind(const struct yaml *doc, const char *kind)
{
	const struct yaml *y = yaml_get(doc, "kind");

	return y && y->kind == YAML_SCALAR && !strcmp(y->text, kind);
}

static const char *
name_of(const struct yaml *doc)
{
	const struct yaml *y = yaml_get(yaml_get(doc, "metadata"), "name");

	return y && y->kind == YAML_SCALAR ? y->text : "";
}

const struct yaml *
pod_find_document(const struct pod *pod, const char *name)
{
	for (size_t i = 0; name && i < pod->ndocuments; i++)
		if ((is_kind(pod->documents[i], "ConfigMap") ||
		     is_kind(pod->documents[i], "Secret")) &&
		    !strcmp(name_of(pod->documents[i]), name))
			return pod->documents[i];
	return NULL;
}

static bool
is_volume(const struct kube_volume *v)
{
	return !strcmp(v->kind, "persistentVolumeClaim") || !strcmp(v->kind, "emptyDir");
}

/* A Secret's data is base64; a ConfigMap's is plain. */
static void
add_data(json_t *data, const struct yaml *map, bool encoded)
{
	for (size_t i = 0; map && map->kind == YAML_MAP && i < map->n; i++) {
		const struct yaml *y = map->pairs[i].value;
		AUTO_BUF struct buf plain = BUF_INIT;

		if (!y || y->kind != YAML_SCALAR)
			continue;
		buf_init(&plain, 0);
		if (!encoded || !base64_decode((struct str){ y->text, y->len }, &plain))
			buf_add(&plain, y->text, y->len);
		json_set_str(data, map->pairs[i].key->text, buf_str(&plain));
	}
}

static json_t *
config_map(const struct yaml *doc, const char *prefix)
{
	AUTO_FREE char *name = xasprintf("%s-%s", prefix, name_of(doc));
	json_t *data = json_object();

	add_data(data, yaml_get(doc, "data"), is_kind(doc, "Secret"));
	add_data(data, yaml_get(doc, "stringData"), false);
	return json_pack("{s:s, s:s, s:{s:s}, s:o}", "apiVersion", "v1", "kind", "ConfigMap",
			 "metadata", "name", name, "data", data);
}

static json_t *
claim(const struct kube_volume *v, const struct pod_play *play)
{
	AUTO_FREE char *name = xasprintf("%s-%s", play->name, v->name);

	return json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:{s:[s], s:{s:{s:s}}}}", "apiVersion", "v1",
			 "kind", "PersistentVolumeClaim", "metadata", "name", name, "labels",
			 play->label_name, play->label_value, "spec", "accessModes",
			 "ReadWriteOnce", "resources", "requests", "storage", "1Gi");
}

static json_t *
volume(const struct kube_volume *v, const struct pod_play *play)
{
	AUTO_FREE char *own = xasprintf("%s-%s", play->name, v->name);
	AUTO_FREE char *map = xasprintf("%s-%s", play->name, v->source ? v->source : "");
	const struct yaml *items = yaml_get(yaml_get(v->node, v->kind), "items");
	json_t *config;

	if (is_volume(v))
		return json_pack("{s:s, s:{s:s}}", "name", v->name, "persistentVolumeClaim",
				 "claimName", own);
	config = json_pack("{s:s}", "name", map);
	if (items)
		json_object_set_new(config, "items", yaml_json(items));
	return json_pack("{s:s, s:o}", "name", v->name, "configMap", config);
}

/* secretKeyRef and secretRef become those of a ConfigMap, whose name has the prefix. */
static void
move_reference(json_t *holder, const char *from, const char *to, const char *prefix)
{
	json_t *ref = json_object_get(holder, from);
	const char *name = json_get_text(ref, "name");
	AUTO_FREE char *prefixed = NULL;

	if (!name)
		return;
	prefixed = xasprintf("%s-%s", prefix, name);
	json_set_text(ref, "name", prefixed);
	if (strcmp(from, to) == 0)
		return;
	json_object_set(holder, to, ref);
	json_object_del(holder, from);
}

static void
move_env(json_t *container, const char *prefix)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(container, "env"), i, item)
	{
		json_t *from = json_object_get(item, "valueFrom");

		move_reference(from, "configMapKeyRef", "configMapKeyRef", prefix);
		move_reference(from, "secretKeyRef", "configMapKeyRef", prefix);
	}
	json_array_foreach(json_object_get(container, "envFrom"), i, item)
	{
		move_reference(item, "configMapRef", "configMapRef", prefix);
		move_reference(item, "secretRef", "configMapRef", prefix);
	}
}

static json_t *
ports_of(const struct kube_container *c, const struct pod_play *play)
{
	json_t *list = json_array();

	for (size_t i = 0; i < play->nports; i++)
		if (!strcmp(play->ports[i].container, c->name))
			json_array_append_new(list, json_pack("{s:i, s:i, s:s}", "containerPort",
							      play->ports[i].port, "hostPort",
							      play->ports[i].host_port, "hostIP",
							      "127.0.0.1"));
	return list;
}

static json_t *
container(const struct pod_container *pc, const char *image_id, const struct pod_play *play)
{
	json_t *j = yaml_json(pc->kube->node);

	json_set_text(j, "image", image_id + strlen("sha256:"));
	json_set_text(j, "imagePullPolicy", "Never");
	for (size_t i = 0; i < kube_probe_kind_count; i++)
		json_object_del(j, kube_probe_kind_names[i]);
	json_object_set_new(j, "ports", ports_of(pc->kube, play));
	move_env(j, play->name);
	return j;
}

static json_t *
pod_json(const struct pod *pod, const struct pod_play *play)
{
	json_t *spec = yaml_json(pod->kube->spec), *init = json_array(), *rest = json_array();
	json_t *volumes = json_array();

	for (size_t i = 0; i < pod->ncontainers; i++)
		json_array_append_new(pod->containers[i].kube->role == KUBE_ROLE_CONTAINER ? rest
											   : init,
				      container(&pod->containers[i], play->image_ids[i], play));
	for (size_t i = 0; i < pod->kube->nvolumes; i++)
		json_array_append_new(volumes, volume(&pod->kube->volumes[i], play));
	json_object_set_new(spec, "containers", rest);
	json_object_set_new(spec, "initContainers", init);
	json_object_set_new(spec, "volumes", volumes);
	/* The first end is what is looked for; and podman would start init containers again. */
	json_set_text(spec, "restartPolicy", "Never");
	return json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:o}", "apiVersion", "v1", "kind", "Pod",
			 "metadata", "name", play->name, "labels", play->label_name,
			 play->label_value, "spec", spec);
}

static void
add_document(struct buf *out, json_t *take)
{
	AUTO_JSON json_t *j = take;
	AUTO_FREE char *text = json_pretty(j);

	buf_addf(out, "---\n%s\n", text);
}

char *
pod_render(const struct pod *pod, const struct pod_play *play)
{
	AUTO_BUF struct buf out = BUF_INIT;

	buf_init(&out, 0);
	for (size_t i = 0; i < pod->ndocuments; i++)
		if (is_kind(pod->documents[i], "ConfigMap") || is_kind(pod->documents[i], "Secret"))
			add_document(&out, config_map(pod->documents[i], play->name));
	for (size_t i = 0; i < pod->kube->nvolumes; i++)
		if (is_volume(&pod->kube->volumes[i]))
			add_document(&out, claim(&pod->kube->volumes[i], play));
	add_document(&out, pod_json(pod, play));
	return buf_steal(&out);
}

char *
pod_volumes(const struct pod *pod, const char *name)
{
	AUTO_BUF struct buf out = BUF_INIT;

	buf_init(&out, 0);
	for (size_t i = 0; i < pod->kube->nvolumes; i++) {
		const struct kube_volume *v = &pod->kube->volumes[i];

		buf_addf(&out, "%s-%s\n", name, is_volume(v) || !v->source ? v->name : v->source);
	}
	return buf_steal(&out);
}
