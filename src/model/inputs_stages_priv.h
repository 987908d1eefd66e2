/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_stages_priv.h: the stages of an input set, as they are compared and shown. */
#ifndef LOCKSTEP_MODEL_INPUTS_STAGES_PRIV_H
#define LOCKSTEP_MODEL_INPUTS_STAGES_PRIV_H

#include "model/inputs_priv.h"

/* An instruction. All texts live in the arena of the comparison. */
struct input_unit {
	const char *keyword;
	const char *flags; /* stages as #N, images by name */
	const char *rest;
	const char *body; /* rest and here-documents: what is compared */
	const char *text; /* one line, for people: as written where the Dockerfile is known */
	int line;         /* of the Dockerfile; 0 = not known */
};

struct input_stage {
	const char *kind, *base, *platform;
	bool on_image;
	const char *text; /* "FROM …" */
	int line;
	struct input_unit *units;
	size_t n;
};

struct input_stages {
	struct input_stage *v;
	size_t n;
};

struct input_stages inputs_read_stages(struct arena *arena, const struct inputs *in,
				       const struct input_facts *facts,
				       const struct input_uses *uses);

#endif
