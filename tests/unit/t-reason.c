/* SPDX-License-Identifier: Apache-2.0 */
/* t-reason.c: every kind of reason as a sentence, and as JSON and back. */
#include "model/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID_A "sha256:a1a1a1a1a1a1b2b2b2b2c3c3c3c3d4d4d4d4e5e5e5e5f6f6f6f6070707071818"
#define ID_B "sha256:b2b2b2b2b2b2b2b2b2b2c3c3c3c3d4d4d4d4e5e5e5e5f6f6f6f6070707071818"
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

struct row {
	struct reason r;
	const char *text;
};

#define NO_LINES .added = -1, .removed = -1

static const struct row rows[] = {
	{ { .kind = REASON_FIRST, .subject = "" }, "no build of it is recorded" },
	{ { .kind = REASON_FORCED, .subject = "" }, "--force was given" },
	{ { .kind = REASON_IMAGE_GONE, .subject = ID_A },
	  "its image sha256:a1a1a1a1a1a1… is no longer in the storage" },
	{ { .kind = REASON_KEY_FORMAT, .subject = "", .before = "1", .after = "2" },
	  "the key format changed: 1 → 2" },
	{ { .kind = REASON_KEY_FORMAT, .subject = "containers", .before = "1", .after = "2" },
	  "lockstep reads Dockerfiles for containers builders in another way now: 1 → 2" },
	{ { .kind = REASON_PARENT, .subject = "agent-base", .before = ID_A, .after = ID_B },
	  "parent agent-base has a new image: sha256:a1a1a1a1a1a1… → sha256:b2b2b2b2b2b2…" },
	{ { .kind = REASON_PARENT, .subject = "agent-base", .after = ID_B },
	  "parent agent-base is used now: sha256:b2b2b2b2b2b2…" },
	{ { .kind = REASON_PARENT, .subject = "agent-base", .before = ID_A },
	  "parent agent-base is not used any more (was sha256:a1a1a1a1a1a1…)" },
	{ { .kind = REASON_PARENT_PENDING, .subject = "agent-base" },
	  "parent agent-base is built first" },
	{ { .kind = REASON_EXTERNAL, .subject = "debian:12", .before = ID_A, .after = ID_B },
	  "debian:12 moved: sha256:a1a1a1a1a1a1… → sha256:b2b2b2b2b2b2…" },
	{ { .kind = REASON_EXTERNAL, .subject = "debian:12" },
	  "debian:12 is not in the storage yet" },
	{ { .kind = REASON_FILE_ADDED, .subject = "kali/x", .after = "file", NO_LINES },
	  "kali/x is new" },
	{ { .kind = REASON_FILE_ADDED, .subject = "kali/x", .commit = "0ec2f1e" },
	  "kali/x is new (commit 0ec2f1e)" },
	{ { .kind = REASON_FILE_REMOVED, .subject = "kali/", .before = "dir", NO_LINES },
	  "kali/ is gone" },
	{ { .kind = REASON_FILE_CHANGED,
	    .subject = "kali/sshd_config",
	    .added = 1,
	    .removed = 1,
	    .commit = "0ec2f1e" },
	  "kali/sshd_config changed (+1 −1 lines, commit 0ec2f1e)" },
	{ { .kind = REASON_FILE_CHANGED, .subject = "a", .added = 12, .removed = 0 },
	  "a changed (+12 −0 lines)" },
	{ { .kind = REASON_FILE_CHANGED, .subject = "a", NO_LINES, .commit = "0ec2f1e" },
	  "a changed (commit 0ec2f1e)" },
	{ { .kind = REASON_FILE_CHANGED, .subject = "a", NO_LINES }, "a changed" },
	{ { .kind = REASON_FILE_CHANGED, .subject = "a" }, "a changed" },
	{ { .kind = REASON_FILE_MODE, .subject = "run.sh", .before = "0644", .after = "0755" },
	  "run.sh is executable now (0644 → 0755)" },
	{ { .kind = REASON_FILE_MODE, .subject = "run.sh", .before = "0755", .after = "0644" },
	  "run.sh is not executable any more (0755 → 0644)" },
	{ { .kind = REASON_FILE_TYPE, .subject = "etc", .before = "file", .after = "link" },
	  "etc is something else now: file → link" },
	{ { .kind = REASON_LINK, .subject = "etc", .before = "a", .after = "b" },
	  "link etc points elsewhere: a → b" },
	{ { .kind = REASON_INSTRUCTION_ADDED, .subject = "RUN", .after = "RUN make", .line = 12 },
	  "Dockerfile line 12 is new: RUN make" },
	{ { .kind = REASON_INSTRUCTION_CHANGED,
	    .subject = "RUN",
	    .file = "base/Dockerfile",
	    .before = "RUN apt-get update && apt-get install -y    bash    unzip    wget",
	    .after = "RUN apt-get update && apt-get install -y    bash    unzip    tree    wget",
	    .line = 7 },
	  "base/Dockerfile:7 changed: RUN apt-get update && apt-get install -y…: 'tree' is new" },
	{ { .kind = REASON_INSTRUCTION_CHANGED,
	    .subject = "RUN",
	    .before = "RUN apt-get update && apt-get install -y bash=1 unzip",
	    .after = "RUN apt-get update && apt-get install -y bash=2 unzip" },
	  "Dockerfile changed: RUN apt-get update && apt-get install -y: 'bash=1' → 'bash=2'" },
	{ { .kind = REASON_INSTRUCTION_CHANGED,
	    .subject = "ADD",
	    .before = "ADD --chown=1:2 https://e.example/tool.tar.gz /",
	    .after = "ADD --chown=1:3 https://e.example/tool.tar.gz /" },
	  "Dockerfile changed: ADD: '--chown=1:2' → '--chown=1:3'" },
	{ { .kind = REASON_INSTRUCTION_ADDED, .subject = "RUN", .after = "RUN make" },
	  "Dockerfile has a new instruction: RUN make" },
	{ { .kind = REASON_INSTRUCTION_REMOVED, .subject = "RUN", .before = "RUN make" },
	  "Dockerfile lost an instruction: RUN make" },
	{ { .kind = REASON_INSTRUCTION_CHANGED,
	    .subject = "RUN",
	    .before = "RUN a",
	    .after = "RUN b",
	    .line = 3 },
	  "Dockerfile line 3 changed: RUN a → RUN b" },
	{ { .kind = REASON_INSTRUCTION_CHANGED,
	    .subject = "RUN",
	    .before = "RUN <<EOF",
	    .after = "RUN <<EOF",
	    .line = 3 },
	  "Dockerfile line 3 changed: RUN <<EOF (its here-document or its order)" },
	{ { .kind = REASON_INSTRUCTION_ADDED,
	    .subject = "RUN",
	    .after = "RUN " FIFTY FIFTY,
	    .line = 1 },
	  "Dockerfile line 1 is new: RUN " FIFTY TEN TEN TEN TEN "012345…" },
	{ { .kind = REASON_ARGUMENT, .subject = "V", .before = "1", .after = "2" },
	  "argument V changed: '1' → '2'" },
	{ { .kind = REASON_ARGUMENT, .subject = "V", .before = "", .after = "2" },
	  "argument V changed: '' → '2'" },
	{ { .kind = REASON_ARGUMENT, .subject = "V", .after = "2" }, "argument V is set now: '2'" },
	{ { .kind = REASON_ARGUMENT, .subject = "V", .before = "1" },
	  "argument V is not set any more (was '1')" },
	{ { .kind = REASON_ARGUMENT, .subject = "V" }, "argument V came or went without a value" },
	{ { .kind = REASON_OPTION, .subject = "network", .before = "none", .after = "host" },
	  "option network changed: none → host" },
	{ { .kind = REASON_OPTION, .subject = "label a", .after = "b" },
	  "option label a is set now: b" },
	{ { .kind = REASON_OPTION, .subject = "secret npm", .after = "" },
	  "secret npm is used now" },
	{ { .kind = REASON_OPTION, .subject = "secret npm", .before = "" },
	  "secret npm is not used any more" },
	{ { .kind = REASON_PLATFORM,
	    .subject = "",
	    .before = "linux/amd64",
	    .after = "linux/arm64" },
	  "the platform changed: linux/amd64 → linux/arm64" },
	{ { .kind = REASON_BUILDER,
	    .subject = "dialect",
	    .before = "containers",
	    .after = "buildkit" },
	  "another kind of builder: containers → buildkit" },
	{ { .kind = REASON_BUILDER, .subject = "format", .before = "oci", .after = "docker" },
	  "output setting 'format' changed: oci → docker" },
	{ { .kind = REASON_BASE_CONFIG, .subject = "stage 0", .before = ID_A, .after = ID_B },
	  "the configuration of the base of stage 0 changed: sha256:a1a1a1a1a1a1… → "
	  "sha256:b2b2b2b2b2b2…" },
	{ { .kind = REASON_ONBUILD, .subject = "stage 0", .after = "COPY . ." },
	  "the ONBUILD triggers for stage 0 grew: COPY . ." },
	{ { .kind = REASON_SOURCE, .subject = "git", .before = "0ec2f1e", .after = "f00ba45" },
	  "source git moved: 0ec2f1e → f00ba45" },
	{ { .kind = REASON_SOURCE,
	    .subject = "https://e/x",
	    .before = "main 0ec2f1e000000000000000000000000000000000",
	    .after = "main f00ba45000000000000000000000000000000000",
	    .added = 1 },
	  "source https://e/x moved: ref main 0ec2f1e → f00ba45 (1 commit)" },
	{ { .kind = REASON_SOURCE,
	    .subject = "https://e/x",
	    .before = "main 0ec2f1e000000000000000000000000000000000",
	    .after = "v1 f00ba45000000000000000000000000000000000",
	    .added = 3,
	    .removed = 2 },
	  "source https://e/x moved: ref main 0ec2f1e → ref v1 f00ba45 (+3 −2 commits)" },
	{ { .kind = REASON_SOURCE, .subject = "https://e/x", .after = "main f00ba45" },
	  "source https://e/x is used now: main f00ba45" },
	{ { .kind = REASON_REFRESH, .subject = "7d", .before = "1", .after = "2" },
	  "weekly refresh" },
	{ { .kind = REASON_REFRESH, .subject = "1d", .before = "1", .after = "2" },
	  "daily refresh" },
	{ { .kind = REASON_REFRESH, .subject = "30d", .before = "1", .after = "2" },
	  "refresh every 30d" },
	{ { .kind = REASON_REFRESH, .subject = "7d", .after = "2" },
	  "refresh every 7d is asked for now" },
	{ { .kind = REASON_WIDEN, .subject = "onbuild-unknown", .after = "" },
	  "the whole context counts now: onbuild-unknown" },
	{ { .kind = REASON_WIDEN, .subject = "onbuild-unknown", .before = "" },
	  "the whole context does not count any more: onbuild-unknown" },
	{ { .kind = REASON_RETRY, .subject = "" }, "the last build of these inputs failed" },
	{ { .kind = REASON_OTHER, .subject = "its last inputs are no longer recorded" },
	  "its last inputs are no longer recorded" },
};

static void
says_every_kind(void **state)
{
	bool seen[ARRAY_SIZE(rows)] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *text = reason_text(&rows[i].r, false);

		assert_string_equal(text, rows[i].text);
		seen[rows[i].r.kind] = true;
	}
	for (size_t i = 0; i < reason_kind_count; i++) {
		if (!seen[i])
			fail_msg("no sentence of kind '%s' is tested", reason_kind_names[i]);
	}
}

static void
cuts_nothing_when_full(void **state)
{
	const struct reason moved = {
		.kind = REASON_PARENT, .subject = "a", .before = ID_A, .after = ID_B
	};
	const struct reason longer = { .kind = REASON_INSTRUCTION_ADDED,
				       .subject = "RUN",
				       .after = "RUN " FIFTY FIFTY,
				       .line = 1 };
	AUTO_FREE char *ids = reason_text(&moved, true),
		       *AUTO_FREE text = reason_text(&longer, true);

	(void)state;
	assert_string_equal(ids, "parent a has a new image: " ID_A " → " ID_B);
	assert_string_equal(text, "Dockerfile line 1 is new: RUN " FIFTY FIFTY);
}

/* "é" has two bytes, and the cut falls between them. */
static void
cuts_between_characters(void **state)
{
	const struct reason r = { .kind = REASON_ARGUMENT,
				  .subject = "V",
				  .after = FIFTY TEN TEN TEN TEN "012345678é" };
	AUTO_FREE char *text = reason_text(&r, false);

	(void)state;
	assert_string_equal(text, "argument V is set now: '" FIFTY TEN TEN TEN TEN "012345678…'");
}

static void
same_text(const char *got, const char *want)
{
	assert_string_equal(got ? got : "(null)", want ? want : "(null)");
}

static void
survives_json(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct reasons all = { arena_calloc(arena, ARRAY_SIZE(rows), sizeof(struct reason)),
			       ARRAY_SIZE(rows) };
	struct reasons back;
	AUTO_JSON json_t *json = NULL;

	(void)state;
	for (size_t i = 0; i < all.n; i++)
		all.v[i] = rows[i].r;
	json = reasons_to_json(&all);
	back = reasons_from_json(arena, json);
	assert_int_equal(back.n, all.n);
	for (size_t i = 0; i < all.n; i++) {
		assert_string_equal(reason_kind_name(back.v[i].kind),
				    reason_kind_name(all.v[i].kind));
		same_text(back.v[i].subject, all.v[i].subject);
		same_text(back.v[i].before, all.v[i].before);
		same_text(back.v[i].after, all.v[i].after);
		same_text(back.v[i].commit, all.v[i].commit);
		assert_int_equal(back.v[i].line, all.v[i].line);
		if (all.v[i].kind == REASON_FILE_CHANGED) {
			assert_int_equal(back.v[i].added, all.v[i].added);
			assert_int_equal(back.v[i].removed, all.v[i].removed);
		}
	}
}

static void
has_a_json_form(void **state)
{
	const struct reason r = { .kind = REASON_FILE_CHANGED,
				  .subject = "a",
				  .added = 1,
				  .removed = 2,
				  .commit = "0ec2f1e" };
	const struct reason ins = { .kind = REASON_INSTRUCTION_ADDED,
				    .subject = "RUN",
				    .after = "RUN x",
				    .line = 7,
				    NO_LINES };
	AUTO_JSON json_t *j = reason_to_json(&r), *AUTO_JSON k = reason_to_json(&ins);
	AUTO_FREE char *text = json_pretty(j), *AUTO_FREE line = json_canonical(k);

	(void)state;
	assert_string_equal(text, "{\n  \"kind\": \"file-changed\",\n  \"subject\": \"a\",\n"
				  "  \"before\": null,\n  \"after\": null,\n  \"added\": 1,\n"
				  "  \"removed\": 2,\n  \"commit\": \"0ec2f1e\"\n}");
	assert_string_equal(line, "{\"after\":\"RUN x\",\"before\":null,"
				  "\"kind\":\"instruction-added\",\"line\":7,\"subject\":\"RUN\"}");
}

static void
reads_what_a_newer_one_wrote(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_JSON json_t *j = json_pack("{s:s, s:s, s:i}", "kind", "moon-phase", "subject",
					"full moon", "line", 3);
	AUTO_JSON json_t *broken = json_pack("[s, {s:i}]", "no object", "subject", 1);
	struct reasons rs = reasons_from_json(arena, broken);
	struct reason r;

	(void)state;
	reason_from_json(arena, j, &r);
	assert_string_equal(reason_kind_name(r.kind), "other");
	assert_string_equal(r.subject, "full moon");
	assert_int_equal(r.line, 3);
	assert_int_equal(r.added, -1);
	assert_int_equal(rs.n, 2);
	assert_string_equal(rs.v[0].subject, "");
	assert_string_equal(rs.v[1].subject, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_every_kind),
		cmocka_unit_test(cuts_nothing_when_full),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(survives_json),
		cmocka_unit_test(has_a_json_form),
		cmocka_unit_test(reads_what_a_newer_one_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
