/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_case.h: a text parsed as a Dockerfile, for the tests of the parser's parts. */
#ifndef LOCKSTEP_TESTS_DOCKERFILE_CASE_H
#define LOCKSTEP_TESTS_DOCKERFILE_CASE_H

#include "base/buf.h"
#include "model/dockerfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define C DIALECT_CONTAINERS
#define L DIALECT_CLASSIC
#define B DIALECT_BUILDKIT
#define ALL 3 /* as a dialect: each of them */

/* The mistakes, one a line, with their hints in brackets; "" if there is none. */
static inline char *
mistakes_of(enum dialect d, struct str text)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF got = BUF_INIT;
	struct dockerfile *df = dockerfile_parse(arena, text, "f", d, &errs);

	buf_adds(&got, "");
	assert_int_equal(df == NULL, errs.n > 0);
	err_list_sort(&errs);
	for (size_t i = 0; i < errs.n; i++) {
		char *AUTO_FREE message = err_text(&errs.items[i]);

		buf_addf(&got, "%s%s", i ? "\n" : "", message);
		if (errs.items[i].hint)
			buf_addf(&got, " [%s]", errs.items[i].hint);
	}
	return buf_steal(&got);
}

static inline void
check_mistakes(unsigned dialect, const char *text, const char *want)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		char *AUTO_FREE got = NULL;

		if (dialect != ALL && dialect != d)
			continue;
		got = mistakes_of((enum dialect)d, str_c(text));
		if (strcmp(got, want) != 0)
			print_error("%s:\n%s\n", dialect_name((enum dialect)d), text);
		assert_string_equal(got, want);
	}
}

/* The parsed file; it must be without mistakes. */
static inline struct dockerfile *
parse_ok(struct arena *arena, enum dialect d, const char *text)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct dockerfile *df = dockerfile_parse(arena, str_c(text), "f", d, &errs);

	if (!df) {
		char *AUTO_FREE message = err_text(&errs.items[0]);

		fail_msg("%s: %s\n%s", dialect_name(d), message, text);
	}
	return df;
}

/* "KEYWORD --flag=value,… exec (word)(word) {name=value} <rest>" of the first instruction behind
 * FROM x; parts that it does not have are left out. */
static inline void
describe(const struct df_ins *ins, struct buf *b)
{
	buf_adds(b, df_kw_name(ins->kw));
	for (size_t i = 0; i < ins->nflags; i++) {
		buf_addf(b, " --%s", ins->flags[i].name);
		if (ins->flags[i].value)
			buf_addf(b, "=%s", ins->flags[i].value);
	}
	if (ins->exec_form)
		buf_adds(b, " exec");
	for (size_t i = 0; i < ins->nwords; i++)
		buf_addf(b, " (%s)", ins->words[i]);
	for (size_t i = 0; i < ins->npairs; i++)
		buf_addf(b, " {%s}{%s}", ins->pairs[i].name,
			 ins->pairs[i].value ? ins->pairs[i].value : "NULL");
	if (!ins->nwords && !ins->npairs && !ins->exec_form && !ins->inner)
		buf_addf(b, " <%s>", ins->rest);
	if (ins->inner) {
		buf_adds(b, ": ");
		describe(ins->inner, b);
	}
}

static inline void
check_ins(unsigned dialect, const char *text, const char *want)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct buf AUTO_BUF got = BUF_INIT;
		char *AUTO_FREE file = xasprintf("FROM x\n%s\n", text);
		struct dockerfile *df;

		if (dialect != ALL && dialect != d)
			continue;
		df = parse_ok(arena, (enum dialect)d, file);
		assert_int_equal(df->nstages, 1);
		assert_int_equal(df->stages[0].nins, 1);
		describe(df->stages[0].ins[0], &got);
		if (strcmp(got.data, want) != 0)
			print_error("%s: %s\n", dialect_name((enum dialect)d), text);
		assert_string_equal(got.data, want);
	}
}

#endif
