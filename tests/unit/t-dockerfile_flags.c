/* SPDX-License-Identifier: Apache-2.0 */
/* t-dockerfile_flags.c: which flags there are in which dialect, and how they are quoted. */
#include "dockerfile_case.h"

static void
flags_end_at_the_first_other_word(void **state UNUSED)
{
	check_ins(C, "RUN --mount=type=cache,target=/c --mount=a b --mount=c",
		  "RUN --mount=type=cache,target=/c --mount=a <b --mount=c>");
	check_ins(ALL, "RUN a --mount=b", "RUN <a --mount=b>");
	check_ins(ALL, "RUN -x --mount=b", "RUN <-x --mount=b>");
	check_ins(ALL, "RUN -- --mount=b", "RUN <--mount=b>");
	check_ins(ALL, "COPY --from=q --chown=1:2 a b", "COPY --from=q --chown=1:2 (a) (b)");
	check_ins(ALL, "CMD -- --x", "CMD <--x>");
}

static void
quotes_and_escapes_of_flags_go(void **state UNUSED)
{
	check_ins(ALL, "COPY --chown=\"a b\" c d", "COPY --chown=a b (c) (d)");
	check_ins(ALL, "COPY --chown='a\"b' c d", "COPY --chown=a\"b (c) (d)");
	check_ins(ALL, "COPY --chown=a\\ b c d", "COPY --chown=a b (c) (d)");
	check_ins(ALL, "COPY --chown='a\\'b' c d", "COPY --chown=a'b (c) (d)");
	check_ins(ALL, "COPY \"--chown=a\" c d", "COPY (\"--chown=a\") (c) (d)");
	check_mistakes(ALL, "FROM x\nCOPY --chown='a c d\n",
		       "f:2:6: missing closing quote in a flag");
	check_mistakes(ALL, "FROM x\nCOPY --from=a --chown=\xc3\xa9 c d\n",
		       "f:2:15: character beyond ASCII in a flag");
}

/* The directive counts within flags in BuildKit only. */
static void
the_escape_within_flags_differs(void **state UNUSED)
{
	const char *text = "# escape=`\nFROM x\nCOPY --chown=a` b c\nCOPY --chown=a\\ b c\n";

	for (unsigned d = 0; d < dialect_count; d++) {
		struct arena *AUTO_ARENA arena = arena_new();
		struct dockerfile *df = NULL;

		if (d == B) {
			check_mistakes(d, text,
				       "f:3:1: COPY must be followed by one or more sources and a "
				       "destination");
			continue;
		}
		check_mistakes(d, text,
			       "f:4:1: COPY must be followed by one or more sources and a "
			       "destination");
		df = parse_ok(arena, (enum dialect)d, "# escape=`\nFROM x\nCOPY --chown=a` b c\n");
		assert_string_equal(df_flag_get(df->stages[0].ins[0], "chown"), "a`");
	}
}

static void
check_support(const char *ins, const char *flag, unsigned dialects, const char *who)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		char *AUTO_FREE text = xasprintf("FROM x\n%s\n", ins);
		char *AUTO_FREE want = NULL;
		const char *end = strchr(ins, ' ');

		if (dialects & 1u << d) {
			check_mistakes(d, text, "");
			continue;
		}
		want = xasprintf("f:2:%d: flag '--%s' of %.*s is not supported by dialect '%s' "
				 "[supported by %s]",
				 (int)(end - ins) + 2, flag, (int)(end - ins), ins,
				 dialect_name((enum dialect)d), who);
		check_mistakes(d, text, want);
	}
}

static void
dialects_support_different_flags(void **state UNUSED)
{
	enum { c = 1u << C, l = 1u << L, b = 1u << B };

	check_support("COPY --from=a b c", "from", c | l | b, NULL);
	check_support("COPY --chown=a b c", "chown", c | l | b, NULL);
	check_support("COPY --chmod=755 b c", "chmod", c | b, "BuildKit and buildah");
	check_support("COPY --link b c", "link", b, "BuildKit and buildah from 1.37 on");
	check_support("COPY --parents b c", "parents", b, "BuildKit and buildah from 1.37 on");
	check_support("COPY --exclude=a b c", "exclude", b, "BuildKit and buildah from 1.37 on");
	check_support("ADD --chown=a b c", "chown", c | l | b, NULL);
	check_support("ADD --chmod=755 b c", "chmod", c | b, "BuildKit and buildah");
	check_support("ADD --checksum=a b c", "checksum", b, "BuildKit and buildah from 1.33 on");
	check_support("ADD --keep-git-dir b c", "keep-git-dir", b, "BuildKit");
	check_support("ADD --unpack=false b c", "unpack", b, "BuildKit");
	check_support("ADD --link b c", "link", b, "BuildKit and buildah from 1.37 on");
	check_support("ADD --exclude=a b c", "exclude", b, "BuildKit and buildah from 1.37 on");
	check_support("RUN --mount=type=tmpfs,target=/t b", "mount", c | b, "BuildKit and buildah");
	check_support("RUN --network=none b", "network", b, "BuildKit");
	check_support("RUN --security=insecure b", "security", b, "BuildKit");
	check_support("RUN --device=a b", "device", b, "BuildKit");
	check_support("FROM --platform=linux/arm64 b", "platform", c | l | b, NULL);
	check_support("HEALTHCHECK --start-period=1s CMD b", "start-period", c | l | b, NULL);
	check_support("HEALTHCHECK --start-interval=1s CMD b", "start-interval", b, "BuildKit");
	check_support("ONBUILD COPY --from=a b c", "from", c | l | b, NULL);
}

/* buildah 1.28 silently drops flags of ENV, CMD and others. */
static void
instructions_without_flags_refuse_them(void **state UNUSED)
{
	for (unsigned d = 0; d < dialect_count; d++) {
		const char *name = dialect_name((enum dialect)d);
		char *AUTO_FREE env = xasprintf(
			"f:2:5: unknown flag '--x' of ENV [ENV has no flags in dialect '%s'; "
			"write 'ENV -- ...' if it is none]",
			name);
		char *AUTO_FREE cmd = xasprintf(
			"f:2:5: unknown flag '--foo' of CMD [CMD has no flags in dialect '%s'; "
			"write 'CMD -- ...' if it is none]",
			name);

		check_mistakes(d, "FROM x\nENV --x a=1\n", env);
		check_mistakes(d, "FROM x\nCMD --foo bar\n", cmd);
	}
	check_mistakes(ALL, "FROM x\nADD --from=a b c\n", "f:2:5: unknown flag '--from' of ADD");
}

static void
a_repeated_flag_wins_in_buildah_only(void **state UNUSED)
{
	const char *text = "FROM x\nCOPY --chown=1 --chown=2 a b\n";
	struct arena *AUTO_ARENA arena = arena_new();
	struct dockerfile *df = parse_ok(arena, C, text);

	assert_string_equal(df_flag_get(df->stages[0].ins[0], "chown"), "2");
	assert_null(df_flag_get(df->stages[0].ins[0], "from"));
	check_mistakes(L, text, "f:2:16: flag '--chown' is given twice");
	check_mistakes(B, text, "f:2:16: flag '--chown' is given twice");
	check_mistakes(B, "FROM x\nCOPY --exclude=1 --exclude=2 a b\n", "");
	check_mistakes(B, "FROM x\nRUN --mount=1 --mount=2 a\n", "");
}

static void
check_value(unsigned d, const char *ins, const char *wanted)
{
	char *AUTO_FREE text = xasprintf("FROM x\n%s\n", ins);
	char *AUTO_FREE got = mistakes_of((enum dialect)d, str_c(text));

	if (!wanted)
		assert_string_equal(got, "");
	else if (!strstr(got, wanted) || strchr(got, '\n'))
		fail_msg("%s, %s: got '%s', wanted '%s'", dialect_name((enum dialect)d), ins, got,
			 wanted);
}

static void
values_are_checked(void **state UNUSED)
{
	check_value(B, "COPY --link=True a b", NULL);
	check_value(B, "COPY --link=yes a b", "'yes', which is not true or false");
	check_value(B, "COPY --link= a b", "'', which is not true or false");
	check_value(B, "COPY --from a b", "flag '--from' of COPY has no value");
	check_value(B, "RUN --network=bridge a", "which is not default, none or host");
	check_value(B, "RUN --security=x a", "which is not sandbox or insecure");
	check_value(B, "COPY --chmod=u+x a b", NULL);
	check_value(C, "COPY --chmod=u+x a b", "which is not octal digits in this dialect");
	check_value(C, "COPY --chmod=0755 a b", NULL);
	check_value(C, "COPY --chmod=$M a b", NULL);
}

static void
times_are_those_of_go(void **state UNUSED)
{
	static const char *const good[] = { "1s",  "1m30s", "1.5h", ".5s", "100ms",
					    "+1s", "1h0m",  "5m",   "" };
	static const char *const bad[] = { "1", "s", "1x", "-1s", "1 s", "1s1", "1..5s", "." };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		for (unsigned d = 0; d < dialect_count; d++) {
			char *AUTO_FREE ins =
				xasprintf("HEALTHCHECK --timeout='%s' CMD a", good[i]);

			check_value(d, ins, NULL);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		for (unsigned d = 0; d < dialect_count; d++) {
			char *AUTO_FREE ins = xasprintf("HEALTHCHECK --timeout='%s' CMD a", bad[i]);

			check_value(d, ins, "which is not a time, as in '1m30s'");
		}
	}
}

static void
least_times_and_counts_differ(void **state UNUSED)
{
	check_value(C, "HEALTHCHECK --interval=0s CMD a", "which is not a time above 0");
	check_value(L, "HEALTHCHECK --interval=0s CMD a", "which is not a time of 1ms or more");
	check_value(B, "HEALTHCHECK --interval=0s CMD a", NULL);
	check_value(C, "HEALTHCHECK --interval=10us CMD a", NULL);
	check_value(L, "HEALTHCHECK --interval=10us CMD a", "which is not a time of 1ms or more");
	check_value(B, "HEALTHCHECK --interval=10us CMD a", "which is not a time of 1ms or more");
	check_value(C, "HEALTHCHECK --retries=0 CMD a", "which is not 1 or more");
	check_value(L, "HEALTHCHECK --retries=0 CMD a", "which is not 1 or more");
	check_value(B, "HEALTHCHECK --retries=0 CMD a", NULL);
	check_value(B, "HEALTHCHECK --retries=-1 CMD a", "which is not a whole number");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_end_at_the_first_other_word),
		cmocka_unit_test(quotes_and_escapes_of_flags_go),
		cmocka_unit_test(the_escape_within_flags_differs),
		cmocka_unit_test(dialects_support_different_flags),
		cmocka_unit_test(instructions_without_flags_refuse_them),
		cmocka_unit_test(a_repeated_flag_wins_in_buildah_only),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(times_are_those_of_go),
		cmocka_unit_test(least_times_and_counts_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
