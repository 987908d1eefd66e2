/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_print.c: instructions and files in one canonical form. */
#include "model/dockerfile_priv.h"
#include "model/rune.h"

/* Where a line is broken that is too long for the builders, if not before. */
#define WRAP 60000u

/* In double quotes when it must be: a flag's value, as the builders read it. */
static void
add_value(struct buf *b, const char *value, char escape)
{
	const char special[] = { ' ', '\t', '\v', '\f', '\r', '"', '\'', escape, '\0' };

	if (!value[strcspn(value, special)]) {
		buf_adds(b, value);
		return;
	}
	buf_addc(b, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == escape)
			buf_addc(b, escape);
		buf_addc(b, *value);
	}
	buf_addc(b, '"');
}

void
dockerfile_print_line(const struct df_ins *ins, struct buf *b)
{
	buf_adds(b, df_kw_name(ins->kw));
	for (size_t i = 0; i < ins->nflags; i++) {
		buf_addf(b, " --%s", ins->flags[i].name);
		if (!ins->flags[i].value)
			continue;
		buf_addc(b, '=');
		add_value(b, ins->flags[i].value, ins->flag_escape);
	}
	if (str_starts(str_c(ins->rest), STR_LIT("--")))
		buf_adds(b, " --");
	if (*ins->rest) {
		buf_addc(b, ' ');
		buf_adds(b, ins->rest);
	}
}

/* Whether a line may be broken before s.p[at]: not within a character, not behind an escape
 * character, and not where the next line would seem to be a comment or blank. */
static bool
may_break(struct str s, size_t at, char escape)
{
	uint32_t next;

	(void)rune_get(str_sub(s, at, s.n), &next); /* only what it is */
	return next != RUNE_BAD && !rune_is_space(next) && next != '#' &&
	       next != (unsigned char)escape && s.p[at - 1] != escape;
}

bool
dockerfile_wrap(const struct df_ins *ins, struct buf *b)
{
	struct buf AUTO_BUF line = BUF_INIT;
	struct str s;

	dockerfile_print_line(ins, &line);
	for (s = buf_str(&line); s.n > DOCKERFILE_LINE_MAX;) {
		size_t at = WRAP;

		while (at > 0 && !may_break(s, at, ins->escape))
			at--;
		if (!at)
			return false;
		buf_add_str(b, str_sub(s, 0, at));
		buf_addc(b, ins->escape);
		buf_addc(b, '\n');
		s = str_sub(s, at, s.n);
	}
	buf_add_str(b, s);
	return true;
}

static void
print_ins(const struct df_ins *ins, struct buf *b)
{
	/* The parser took only what can be broken. */
	BUG_ON(!dockerfile_wrap(ins, b));
	for (size_t i = 0; i < ins->nheredocs; i++) {
		buf_addc(b, '\n');
		buf_add_str(b, ins->heredocs[i].body);
		buf_adds(b, ins->heredocs[i].name);
	}
}

char *
df_ins_print(const struct df_ins *ins)
{
	struct buf AUTO_BUF b = BUF_INIT;

	print_ins(ins, &b);
	return buf_steal(&b);
}

char *
dockerfile_print(const struct dockerfile *df)
{
	struct buf AUTO_BUF b = BUF_INIT;

	if (df->syntax)
		buf_addf(&b, "# syntax=%s\n", df->syntax);
	if (df->escape != '\\')
		buf_addf(&b, "# escape=%c\n", df->escape);
	for (size_t i = 0; i < df->npreamble; i++) {
		print_ins(df->preamble[i], &b);
		buf_addc(&b, '\n');
	}
	for (size_t i = 0; i < df->nstages; i++) {
		const struct df_stage *stage = &df->stages[i];

		print_ins(stage->from, &b);
		buf_addc(&b, '\n');
		for (size_t j = 0; j < stage->nins; j++) {
			print_ins(stage->ins[j], &b);
			buf_addc(&b, '\n');
		}
	}
	return buf_steal(&b);
}
