/* SPDX-License-Identifier: Apache-2.0 */
/* enum.h: closed sets with their spelling in one list. */
#ifndef LOCKSTEP_BASE_ENUM_H
#define LOCKSTEP_BASE_ENUM_H

#include "base/str.h"

/*
 * #define COLOR_LIST(X) X(COLOR_RED, "red") X(COLOR_BLUE, "blue")
 * ENUM_DECLARE(color, COLOR_LIST)     in the header: enum color, color_name(), color_parse()
 * ENUM_DEFINE(color, COLOR_LIST)      in one source file
 *
 * x_name() aborts on a value outside the set. x_parse() returns false when s is no spelling.
 * x_names lists the spellings in order, x_count their number, for "nearest name" messages.
 */
#define ENUM_VALUE(id, spelling) id,
#define ENUM_SPELLING(id, spelling) spelling,

#define ENUM_DECLARE(name, LIST)                                                                   \
	enum name { LIST(ENUM_VALUE) };                                                            \
	extern const char *const name##_names[];                                                   \
	extern const size_t name##_count;                                                          \
	const char *name##_name(enum name value);                                                  \
	bool name##_parse(struct str s, enum name *ret_value)

#define ENUM_DEFINE(name, LIST)                                                                    \
	const char *const name##_names[] = { LIST(ENUM_SPELLING) };                                \
	const size_t name##_count = ARRAY_SIZE(name##_names);                                      \
	const char *name##_name(enum name value)                                                   \
	{                                                                                          \
		BUG_ON((size_t)value >= name##_count);                                             \
		return name##_names[value];                                                        \
	}                                                                                          \
	bool name##_parse(struct str s, enum name *ret_value)                                      \
	{                                                                                          \
		for (size_t i = 0; i < name##_count; i++) {                                        \
			if (str_eq_c(s, name##_names[i])) {                                        \
				*ret_value = (enum name)i;                                         \
				return true;                                                       \
			}                                                                          \
		}                                                                                  \
		return false;                                                                      \
	}                                                                                          \
	struct enum_semicolon_##name

#endif
