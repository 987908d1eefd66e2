/* SPDX-License-Identifier: Apache-2.0 */
/* kube_share.c: holds the mounts of a pod against what the graph has its containers share. */
#include "model/kube_share.h"

#include "base/path.h"
#include "base/vec.h"

static bool
is_meant(const struct graph *g, const struct graph_shared *wanted, const struct kube_container *c)
{
	const struct graph_image *image;

	if (c->role == KUBE_ROLE_INIT || !c->image)
		return false;
	image = graph_image_of_ref(g, c->image);
	for (size_t i = 0; image && i < wanted->nimages; i++)
		if (!strcmp(wanted->images[i], image->name))
			return true;
	return false;
}

static const struct kube_mount *
mount_at(const struct kube_container *c, const char *path)
{
	for (size_t i = 0; i < c->nmounts; i++) {
		AUTO_FREE char *clean = path_clean(str_c(c->mounts[i].path));

		if (!strcmp(clean, path))
			return &c->mounts[i];
	}
	return NULL;
}

static bool
same_volume(const struct kube_mount *a, const struct kube_mount *b)
{
	return !strcmp(a->volume, b->volume) && str_same(a->sub_path, b->sub_path);
}

size_t
kube_pod_sharers(const struct kube_pod *pod, const struct graph *g,
		 const struct graph_shared *wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < pod->ncontainers; i++)
		n += is_meant(g, wanted, &pod->containers[i]);
	return n;
}

struct kube_unshared *
kube_pod_unshared(struct arena *arena, const struct kube_pod *pod, const struct graph *g,
		  const struct graph_shared *wanted, size_t *ret_n)
{
	VEC(struct kube_unshared) found = { 0 };
	VEC(const struct kube_container *) meant = { 0 };
	const struct kube_container *first = NULL;
	struct kube_unshared *ret;

	for (size_t i = 0; i < pod->ncontainers; i++) {
		const struct kube_container *c = &pod->containers[i];

		if (!is_meant(g, wanted, c))
			continue;
		vec_push(&meant, c);
		if (!first && mount_at(c, wanted->path))
			first = c;
	}
	for (size_t i = 0; meant.n > 1 && i < meant.n; i++) {
		struct kube_unshared u = { .wanted = wanted, .container = meant.v[i] };

		u.other = first ? first : meant.v[i ? 0 : 1];
		u.mount = mount_at(u.container, wanted->path);
		u.other_mount = mount_at(u.other, wanted->path);
		if (!u.mount || !same_volume(u.mount, u.other_mount))
			vec_push(&found, u);
	}
	ret = arena_dup(arena, found.v, found.n * sizeof(*ret));
	*ret_n = found.n;
	vec_fini(&found);
	vec_fini(&meant);
	return ret;
}

struct kube_place
kube_unshared_at(const struct kube_unshared *u)
{
	return u->mount ? u->mount->at : u->container->at;
}

/* "'home'", "'home' (subPath 'a')". */
static const char *
volume_text(struct arena *arena, const struct kube_mount *m)
{
	return m->sub_path ? arena_printf(arena, "'%s' (subPath '%s')", m->volume, m->sub_path)
			   : arena_printf(arena, "'%s'", m->volume);
}

const char *
kube_unshared_text(struct arena *arena, const struct kube_unshared *u, const struct graph *g,
		   const char *file)
{
	const struct graph_shared *w = u->wanted;

	if (!u->mount)
		return arena_printf(
			arena, "'%s' mounts nothing at '%s', which %s:%d:%d has it share with '%s'",
			u->container->name, w->path, g->file, w->at.line, w->at.col,
			u->other->name);
	return arena_printf(arena,
			    "'%s' mounts %s at '%s', and '%s' mounts %s in %s:%d:%d: %s:%d:%d has "
			    "them share one volume",
			    u->container->name, volume_text(arena, u->mount), w->path,
			    u->other->name, volume_text(arena, u->other_mount), file,
			    u->other_mount->at.line, u->other_mount->at.col, g->file, w->at.line,
			    w->at.col);
}
