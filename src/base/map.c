/* SPDX-License-Identifier: Apache-2.0 */
/* map.c: entries in order of insertion, found through an open-addressed index. */
#include "base/map.h"

#include "base/arena.h"
#include "base/vec.h"

#define SLOTS_FIRST 16

struct entry {
	struct str key;
	uint64_t hash;
	void *value;
};

struct map {
	struct arena *keys;
	VEC(struct entry) entries;
	uint32_t *slots; /* index of an entry + 1, or 0 */
	size_t n_slots;  /* a power of two, at most half full */
};

/* Multiply and fold, eight bytes a step. Nothing but speed depends on it. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
hash_key(struct str key)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ key.n, word;
	const char *p = key.p;
	size_t n = key.n;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = mix(h ^ word, 0xd6e8feb86659fd93u);
	}
	word = 0;
	if (n)
		memcpy(&word, p, n);
	return mix(h ^ word, 0xa0761d6478bd642fu);
}

/* The slot that holds key, or the free one where it belongs. */
static uint32_t *
slot_of(const struct map *m, struct str key, uint64_t hash)
{
	size_t mask = m->n_slots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t at = m->slots[i];

		if (!at ||
		    (m->entries.v[at - 1].hash == hash && str_eq(m->entries.v[at - 1].key, key)))
			return &m->slots[i];
	}
}

static void
make_slots(struct map *m, size_t n)
{
	free(m->slots);
	m->slots = xcalloc(n, sizeof(*m->slots));
	m->n_slots = n;
	for (size_t i = 0; i < m->entries.n; i++) {
		size_t at = m->entries.v[i].hash & (n - 1);

		while (m->slots[at])
			at = (at + 1) & (n - 1);
		m->slots[at] = (uint32_t)(i + 1);
	}
}

struct map *
map_new(void)
{
	struct map *m = xcalloc(1, sizeof(*m));

	m->keys = arena_new();
	make_slots(m, SLOTS_FIRST);
	return m;
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	vec_fini(&m->entries);
	arena_free(m->keys);
	free(m->slots);
	free(m);
}

/* The entry of key, made with value if it was not there. */
static struct entry *
find_or_add(struct map *m, struct str key, void *value, bool *ret_added)
{
	uint64_t hash = hash_key(key);
	uint32_t *slot = slot_of(m, key, hash);
	struct entry e = { .hash = hash, .value = value };

	*ret_added = !*slot;
	if (*slot)
		return &m->entries.v[*slot - 1];
	BUG_ON(m->entries.n >= UINT32_MAX / 2);
	e.key = (struct str){ arena_str(m->keys, key), key.n };
	vec_push(&m->entries, e);
	*slot = (uint32_t)m->entries.n;
	if (2 * m->entries.n > m->n_slots)
		make_slots(m, 2 * m->n_slots);
	return &m->entries.v[m->entries.n - 1];
}

bool
map_add(struct map *m, struct str key, void *value)
{
	bool added;

	(void)find_or_add(m, key, value, &added);
	return added;
}

void
map_set(struct map *m, struct str key, void *value)
{
	bool added;

	find_or_add(m, key, value, &added)->value = value;
}

static const struct entry *
find(const struct map *m, struct str key)
{
	uint32_t at = *slot_of(m, key, hash_key(key));

	return at ? &m->entries.v[at - 1] : NULL;
}

void *
map_get(const struct map *m, struct str key)
{
	const struct entry *e = find(m, key);

	return e ? e->value : NULL;
}

bool
map_has(const struct map *m, struct str key)
{
	return find(m, key) != NULL;
}

size_t
map_len(const struct map *m)
{
	return m->entries.n;
}

struct str
map_key(const struct map *m, size_t i)
{
	BUG_ON(i >= m->entries.n);
	return m->entries.v[i].key;
}

void *
map_value(const struct map *m, size_t i)
{
	BUG_ON(i >= m->entries.n);
	return m->entries.v[i].value;
}
