/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_directive.c: the comments that are none: # escape=, # syntax=. */
#include "base/json.h"
#include "model/dockerfile_priv.h"
#include "model/rune.h"

/* \s of Go's regular expressions. */
#define GO_BLANKS "\t\n\f\r "

#define DIRECTIVE_LIST(X)                                                                          \
	X(DIRECTIVE_SYNTAX, "syntax")                                                              \
	X(DIRECTIVE_ESCAPE, "escape")                                                              \
	X(DIRECTIVE_CHECK, "check")
ENUM_DECLARE(directive, DIRECTIVE_LIST);
ENUM_DEFINE(directive, DIRECTIVE_LIST);

struct found {
	enum directive name;
	struct str value;
};

static bool
is_known(enum dialect dialect, enum directive name)
{
	switch (name) {
	case DIRECTIVE_SYNTAX:
		return dialect != DIALECT_CONTAINERS;
	case DIRECTIVE_ESCAPE:
		return true;
	case DIRECTIVE_CHECK:
		return dialect == DIALECT_BUILDKIT;
	}
	BUG_ON(true);
}

/* NAME = VALUE, as the dialect reads it behind the "#". */
static bool
match(enum dialect dialect, struct str s, struct found *ret)
{
	const char *blanks = dialect == DIALECT_CONTAINERS ? " \t" : GO_BLANKS;
	size_t eq;
	char name[8];
	struct str left;

	s = dialect == DIALECT_BUILDKIT ? rune_trim_left(s) : s;
	eq = str_find(s, '=');
	if (eq + 1 >= s.n)
		return false;
	left = str_trim(str_sub(s, 0, eq), blanks);
	if (left.n >= sizeof(name))
		return false;
	for (size_t i = 0; i < left.n; i++)
		name[i] =
			(char)(left.p[i] >= 'A' && left.p[i] <= 'Z' ? left.p[i] | 0x20 : left.p[i]);
	if (!directive_parse((struct str){ name, left.n }, &ret->name) ||
	    !is_known(dialect, ret->name))
		return false;
	ret->value = str_trim(str_sub(s, eq + 1, s.n), blanks);
	return true;
}

static void
set_escape(struct dockerfile_lex *lex, const struct df_line *line, size_t off, struct str value)
{
	/* imagebuilder looks at the first character only. */
	if (lex->dialect == DIALECT_CONTAINERS && value.n > 1)
		value.n = 1;
	if (value.n == 1 && (value.p[0] == '\\' || value.p[0] == '`'))
		lex->escape = value.p[0];
	else
		(void)dockerfile_lex_err(lex, line, off, "the escape directive wants '\\' or '`'");
}

void
dockerfile_directive(struct dockerfile_lex *lex, const struct df_line *line, struct str s)
{
	struct found found;
	size_t off;

	if (lex->directives_done)
		return;
	if (!s.n || s.p[0] != '#' || !match(lex->dialect, str_sub(s, 1, s.n), &found)) {
		lex->directives_done = true;
		return;
	}
	off = (size_t)(found.value.p - s.p);
	if (lex->directives_seen & 1u << found.name)
		(void)dockerfile_lex_err(lex, line, 0, "the %s directive is given twice",
					 directive_name(found.name));
	else if (found.name == DIRECTIVE_ESCAPE)
		set_escape(lex, line, off, found.value);
	else if (!found.value.n)
		(void)dockerfile_lex_err(lex, line, 0, "the %s directive has no value",
					 directive_name(found.name));
	lex->directives_seen |= 1u << found.name;
}

/* The value of syntax in lines that begin with marker; false if there is none. */
static bool
find_syntax(struct str text, struct str marker, int *line, struct str *ret)
{
	struct str one;
	unsigned seen = 0;
	struct found found;

	while (str_next_line(&text, &one)) {
		++*line;
		if (!str_starts(one, marker) ||
		    !match(DIALECT_BUILDKIT, str_sub(one, marker.n, one.n), &found) ||
		    seen & 1u << found.name)
			return false;
		seen |= 1u << found.name;
		*ret = found.value;
		if (found.name == DIRECTIVE_SYNTAX)
			return true;
	}
	return false;
}

static bool
is_json_with_syntax(struct str text)
{
	json_t *AUTO_JSON top = NULL;

	if (str_trim(text, GO_BLANKS).n < 2 || str_trim(text, GO_BLANKS).p[0] != '{')
		return false;
	top = json_loadb(text.p, text.n, 0, NULL);
	return json_is_string(json_object_get(top, "syntax"));
}

void
dockerfile_syntax(struct dockerfile_lex *lex, struct str text)
{
	int first = str_starts(text, STR_LIT("#!"));
	struct str value, skipped;
	int line = first;

	if (first)
		(void)str_next_line(&text, &skipped); /* there is one: it begins with "#!" */
	if (find_syntax(text, STR_LIT("#"), &line, &value)) {
		size_t ref = str_find(value, ' ');

		if (ref < value.n)
			(void)err_list_at(lex->errs, lex->file, line, 1,
					  "the syntax directive holds more than a reference");
		lex->syntax = arena_str(lex->arena, str_sub(value, 0, ref));
		lex->syntax_line = line;
		return;
	}
	line = first;
	if (!find_syntax(text, STR_LIT("//"), &line, &value)) {
		if (!is_json_with_syntax(text))
			return;
		line = first + 1;
	}
	(void)err_list_at(lex->errs, lex->file, line, 1,
			  "the file is in the language of another frontend, not a Dockerfile");
}
