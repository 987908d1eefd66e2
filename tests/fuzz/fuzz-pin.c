/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-pin.c: any bytes as a file with pins: found, moved, and found where they should be. */
#include "model/pin.h"

#include <stdint.h>

#define MAX_INPUT (64u << 10)
#define DIGEST "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pin_image images[] = {
	{ .name = "ghcr.io/o/x", .tag = "12e4567", .digest = DIGEST },
	{ .name = "docker.io/library/tool", .tag = "n", .digest = DIGEST },
	{ .name = "ghcr.io/o/kept" },
};

static void
edit(struct arena *arena, const struct pin_set *set, const struct pin_file *file,
     struct pin_rules rules)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct pin_edit once, twice;
	struct pin_file again;
	int r = pin_edit(arena, set, file, rules, &once, &err);

	/* Refused, or two pins at odds; never another file than was meant. */
	if (r) {
		BUG_ON(r == -ERR_FAILED && !strstr(err.msg, "share their bytes"));
		return;
	}
	pin_find(arena, set, file->path, once.text, &again);
	BUG_ON(pin_edit(arena, set, &again, rules, &twice, &err));
	BUG_ON(twice.nmoved);
	BUG_ON(!str_eq(once.text, twice.text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct pin_set *set = pin_set_new(arena, images, ARRAY_SIZE(images));
	struct pin_file file;
	struct str text = { (const char *)data + 1, size - 1 };

	if (!size || size > MAX_INPUT)
		return 0;
	pin_find(arena, set, data[0] & 1 ? "f" : "f.yaml", text, &file);
	for (size_t i = 0; i < file.npins; i++) {
		BUG_ON(file.pins[i].at > text.n || file.pins[i].to > text.n);
		BUG_ON(i && file.pins[i].at < file.pins[i - 1].at);
	}
	edit(arena, set, &file,
	     (struct pin_rules){ (enum pin_form)((data[0] >> 1) % 4), data[0] >> 5 });
	return 0;
}
