/* SPDX-License-Identifier: Apache-2.0 */
/* map.h: a hash map from byte strings to pointers or numbers. */
#ifndef LOCKSTEP_BASE_MAP_H
#define LOCKSTEP_BASE_MAP_H

#include "base/str.h"

#include <stdint.h>

/*
 * Keys are copied into the map. Iteration is in order of insertion, so nothing that is printed
 * or hashed depends on the hash function. Values are the caller's business. Deletion does not
 * exist: maps here are built, used and dropped.
 */
struct map;

struct map *map_new(void) NODISCARD;
void map_free(struct map *m);
/* Sets key to value; returns false (and changes nothing) if the key was there. */
bool map_add(struct map *m, struct str key, void *value);
/* Sets key to value whether or not it was there. */
void map_set(struct map *m, struct str key, void *value);
/* The value, or NULL if absent. */
void *map_get(const struct map *m, struct str key);
bool map_has(const struct map *m, struct str key);
size_t map_len(const struct map *m);
/* Entry i in order of insertion; i < map_len(). The key stays owned by the map and is
 * NUL-terminated. */
struct str map_key(const struct map *m, size_t i);
void *map_value(const struct map *m, size_t i);

static inline void
map_freep(struct map **m)
{
	map_free(*m);
}

#define AUTO_MAP CLEANUP(map_freep)

#endif
