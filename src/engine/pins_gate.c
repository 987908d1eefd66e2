/* SPDX-License-Identifier: Apache-2.0 */
/* pins_gate.c: no pin without proof that its image is there. */
#include "engine/pins_gate.h"

/* What the moving pins of an image say afterwards. */
static bool
moves(const struct pins *p, size_t image, bool *tag)
{
	bool any = false;

	*tag = false;
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			const struct pin_change *c = &f->edit.changes[k];

			if (f->file.pins[k].image != image || c->state != PIN_STATE_MOVED)
				continue;
			any = true;
			*tag = *tag || c->tag;
		}
	}
	return any;
}

int
pins_gate(struct pins *p, const struct presence_opts *opts, struct presence **ret, size_t *ret_n,
	  struct err *err)
{
	struct presence *items = arena_calloc(p->arena, p->nimages, sizeof(*items));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < p->nimages; i++) {
		const struct pin_image *image = &p->images[i];
		bool tag;

		if (moves(p, i, &tag))
			items[n++] = (struct presence){ .name = image->name,
							.tag = tag ? image->tag : NULL,
							.digest = image->digest };
	}
	if (n)
		r = presence_ask(opts, p->arena, items, n, err);
	*ret = items;
	*ret_n = n;
	return r;
}
