/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-dockerfile.c: any bytes as a Dockerfile, in each dialect: what is printed reads as the same. */
#include "model/dockerfile.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
differ(enum dialect dialect, const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s: %s\n--- once\n%s\n--- twice\n%s\n", dialect_name(dialect), what, a, b);
	abort();
}

static struct dockerfile *
parse(struct arena *arena, const char *text, size_t size, enum dialect dialect, char **ret_why)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct dockerfile *df =
		dockerfile_parse(arena, (struct str){ text, size }, "f", dialect, &errs);

	err_list_sort(&errs);
	if (!df != (errs.n > 0))
		differ(dialect, "a result and mistakes, or neither", "", "");
	*ret_why = errs.n ? err_text(&errs.items[0]) : NULL;
	return df;
}

static void
check_ins(const struct df_ins *ins, const struct df_ins *other, enum dialect dialect)
{
	if (ins->exec_form != other->exec_form || ins->nwords != other->nwords ||
	    ins->npairs != other->npairs || ins->nheredocs != other->nheredocs)
		differ(dialect, "another form", ins->rest, other->rest);
	for (size_t i = 0; i < ins->nwords; i++) {
		if (strcmp(ins->words[i], other->words[i]) != 0)
			differ(dialect, "another word", ins->words[i], other->words[i]);
	}
	for (size_t i = 0; i < ins->nflags; i++) {
		const char *a = ins->flags[i].value, *b = other->flags[i].value;

		if (!a != !b || (a && strcmp(a, b) != 0))
			differ(dialect, "another flag", a ? a : "-", b ? b : "-");
	}
}

/* What a base image would hold of ONBUILD. */
static void
check_trigger(const struct df_ins *ins, enum dialect dialect)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	char *AUTO_FREE text = df_ins_print(ins->inner);
	char *AUTO_FREE again = NULL;
	struct df_ins *trigger = dockerfile_parse_trigger(arena, str_c(text), dialect, &err);

	/* A trigger has no directive of its own. */
	if (ins->escape != '\\')
		return;
	if (!trigger)
		differ(dialect, "unread trigger", text, err.msg);
	again = df_ins_print(trigger);
	if (strcmp(text, again) != 0)
		differ(dialect, "another trigger", text, again);
}

static void
run(const char *text, size_t size, enum dialect dialect)
{
	struct arena *AUTO_ARENA arena = arena_new();
	char *AUTO_FREE once = NULL;
	char *AUTO_FREE twice = NULL;
	char *AUTO_FREE why = NULL;
	char *AUTO_FREE why_not = NULL;
	struct dockerfile *df = parse(arena, text, size, dialect, &why), *other;

	if (!df)
		return;
	once = dockerfile_print(df);
	other = parse(arena, once, strlen(once), dialect, &why_not);
	if (!other)
		differ(dialect, "unread print", once, why_not);
	twice = dockerfile_print(other);
	if (strcmp(once, twice) != 0)
		differ(dialect, "another print", once, twice);
	for (size_t i = 0; i < df->nstages; i++) {
		const struct df_stage *stage = &df->stages[i];

		check_ins(stage->from, other->stages[i].from, dialect);
		for (size_t j = 0; j < stage->nins; j++) {
			check_ins(stage->ins[j], other->stages[i].ins[j], dialect);
			if (stage->ins[j]->kw == DF_ONBUILD)
				check_trigger(stage->ins[j], dialect);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* libFuzzer's empty input is a null pointer. */
	const char *text = size ? (const char *)data : "";

	for (size_t d = 0; d < dialect_count; d++)
		run(text, size, (enum dialect)d);
	return 0;
}
