/* SPDX-License-Identifier: Apache-2.0 */
/* opt.c: getopt_long driven by tables. */
#include "cli/opt.h"

#include <getopt.h>
#include <limits.h>

#define MAX_OPTS 48
#define LONG_BASE 1000 /* getopt values of the long options: LONG_BASE + index */
#define HELP_COLUMN 26

struct parser {
	const struct opt *all[MAX_OPTS];
	struct option longs[MAX_OPTS + 1];
	char shorts[2 * MAX_OPTS + 3];
	size_t n;
};

static void
add_table(struct parser *p, const struct opt *table)
{
	size_t at = strlen(p->shorts);

	for (; table && table->name; table++) {
		BUG_ON(p->n == MAX_OPTS);
		p->longs[p->n] =
			(struct option){ table->name,
					 table->kind == OPT_FLAG ? no_argument : required_argument,
					 NULL, LONG_BASE + (int)p->n };
		p->all[p->n++] = table;
		if (!table->letter)
			continue;
		p->shorts[at++] = table->letter;
		if (table->kind != OPT_FLAG)
			p->shorts[at++] = ':';
	}
}

static const struct opt *
by_value(const struct parser *p, int value)
{
	if (value >= LONG_BASE)
		return p->all[value - LONG_BASE];
	for (size_t i = 0; i < p->n; i++)
		if (p->all[i]->letter == value)
			return p->all[i];
	return NULL;
}

static int
take(const struct opt *o, const char *value, struct err *err)
{
	unsigned long long number;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		break;
	case OPT_TEXT:
		*(const char **)o->to = value;
		break;
	case OPT_LIST:
		vec_push((opt_texts *)o->to, value);
		break;
	case OPT_COUNT:
		if (!str_to_u64(str_c(value), &number) || !number || number > INT_MAX)
			return err_set(err, ERR_USAGE, "--%s: '%s' is no whole number above 0",
				       o->name, value);
		*(unsigned *)o->to = (unsigned)number;
		break;
	}
	return 0;
}

static int
unknown(const struct parser *p, const char *arg, struct err *err)
{
	const char *names[MAX_OPTS], *near;
	AUTO_FREE char *name = xstrdup(arg + strspn(arg, "-"));

	name[strcspn(name, "=")] = '\0';
	for (size_t i = 0; i < p->n; i++)
		names[i] = p->all[i]->name;
	err_set(err, ERR_USAGE, "unknown option '%.*s'", (int)strcspn(arg, "="), arg);
	near = strncmp(arg, "--", 2) ? NULL : str_nearest(name, names, p->n);
	if (near)
		err_hint(err, "did you mean '--%s'?", near);
	return -ERR_USAGE;
}

int
opt_parse(const struct opt *own, const struct opt *common, int argc, char **argv, int *ret_first,
	  struct err *err)
{
	struct parser p = { .shorts = ":" };
	int c;

	add_table(&p, own);
	add_table(&p, common);
	optind = 0; /* glibc: forget the argv of an earlier call, too */
	opterr = 0;
	for (;;) {
		int at = optind ? optind : 1;

		c = getopt_long(argc, argv, p.shorts, p.longs, NULL);
		if (c == -1)
			break;
		if (c == '?' && optopt >= LONG_BASE)
			return err_set(err, ERR_USAGE, "option '--%s' takes no value",
				       by_value(&p, optopt)->name);
		if (c == '?')
			return unknown(&p, argv[optind - 1 > at ? optind - 1 : at], err);
		if (c == ':') {
			const struct opt *o = by_value(&p, optopt);

			return err_set(err, ERR_USAGE, "option '--%s' needs a value: %s", o->name,
				       o->arg);
		}
		int r = take(by_value(&p, c), optarg, err);

		if (r)
			return r;
	}
	*ret_first = optind;
	return 0;
}

void
opt_help(const struct opt *table, struct buf *b)
{
	for (; table && table->name; table++) {
		size_t start = b->len;

		if (table->letter)
			buf_addf(b, "  -%c, --%s", table->letter, table->name);
		else
			buf_addf(b, "      --%s", table->name);
		if (table->arg)
			buf_addf(b, " %s", table->arg);
		if (b->len - start >= HELP_COLUMN) {
			buf_addc(b, '\n');
			start = b->len;
		}
		while (b->len - start < HELP_COLUMN)
			buf_addc(b, ' ');
		buf_addf(b, "%s\n", table->help);
	}
}
