/* SPDX-License-Identifier: Apache-2.0 */
/* t-inputs_diff.c: what moved between two input sets, and what did not. */
#include "model/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"
#define ID1 "sha256:" ZEROS "01"
#define ID2 "sha256:" ZEROS "02"
#define ID3 "sha256:" ZEROS "03"

#define HEAD "lockstep-key\t1\ndialect\tcontainers\nsemantics\t1\noutput\toci\tlayers\t0\t1\t1\n"
#define LINUX "platform\tlinux\tamd64\t\n"
#define BASE(id) "stage\t0\timage\t" id "\t-\n"
#define TOP HEAD LINUX BASE(ID1)

/* One side: facts as in the canonical form; images as "use|ref|name|id" lines; files as "kind path
 * value" lines, where the value is a digit of the hash, a target, or "x" and a digit. */
struct side {
	const char *facts, *images, *files, *dockerfile;
};

static struct str
word(struct str *rest, char sep)
{
	struct str s = STR_NULL;

	(void)str_next(rest, sep, &s);
	return s;
}

static void
add_images(struct inputs *in, const char *lines)
{
	struct str rest = str_c(lines ? lines : ""), line;

	while (str_next_line(&rest, &line)) {
		const char *use = arena_str(in->arena, word(&line, '|'));
		const char *ref = arena_str(in->arena, word(&line, '|'));
		const char *name = arena_str(in->arena, word(&line, '|'));
		const char *id = arena_str(in->arena, word(&line, '|'));

		inputs_add_image(in, &(struct input_image){ .use = use,
							    .ref = ref,
							    .name = name[0] ? name : NULL,
							    .id = id });
	}
}

static void
add_files(struct inputs *in, const char *lines)
{
	struct str rest = str_c(lines ? lines : ""), line;

	while (str_next_line(&rest, &line)) {
		struct input_file f = { .kind = INPUT_FILE };
		struct str kind = word(&line, ' '), value;

		assert_true(input_kind_parse(kind, &f.kind));
		f.path = word(&line, ' ');
		value = word(&line, ' ');
		f.target = f.kind == INPUT_LINK ? value : STR_LIT("");
		f.executable = value.n == 2;
		if (f.kind == INPUT_FILE)
			f.hash.b[0] = (unsigned char)value.p[value.n - 1];
		inputs_add_file(in, &f);
	}
}

static struct inputs *
make(const struct side *side)
{
	struct inputs *in = inputs_new();

	inputs_add_lines(in, str_c(side->facts));
	add_images(in, side->images);
	add_files(in, side->files);
	in->dockerfile_text = str_c(side->dockerfile ? side->dockerfile : "");
	inputs_finish(in);
	return in;
}

/* "kind subject: before -> after @line", one a line; what is not there is not printed. */
static char *
text_of(struct reasons rs)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < rs.n; i++) {
		const struct reason *r = &rs.v[i];

		buf_addf(&b, "%s%s %s", i ? "\n" : "", reason_kind_name(r->kind), r->subject);
		if (r->before || r->after)
			buf_addf(&b, ": %s -> %s", r->before ? r->before : "()",
				 r->after ? r->after : "()");
		if (r->line)
			buf_addf(&b, " @%d", r->line);
	}
	return buf_steal(&b);
}

static void
diff_is(const struct side *before, const struct side *after, const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct inputs *b = make(before), *a = make(after);
	AUTO_FREE char *got = text_of(inputs_diff(arena, b, a));

	inputs_free(b);
	inputs_free(a);
	assert_string_equal(got, want);
}

static void
facts_differ(const char *before, const char *after, const char *want)
{
	diff_is(&(struct side){ .facts = before }, &(struct side){ .facts = after }, want);
}

static void
equal_sets_have_none(void **state)
{
	struct side side = { TOP, "FROM|debian:12||" ID1, "file a 1\ndir b", NULL };
	struct side renamed = { TOP, "FROM|debian:bookworm||" ID1, "file a 1\ndir b", NULL };

	(void)state;
	diff_is(&side, &side, "");
	diff_is(&side, &renamed, "");
}

static void
another_version_is_all_there_is_to_say(void **state)
{
	(void)state;
	facts_differ("lockstep-key\t0\narg\tA\tset\t1\n", HEAD LINUX, "key-format : 0 -> 1");
}

static void
sees_the_builder(void **state)
{
	static const char *const same = LINUX BASE(ID1);
	AUTO_FREE char *before = xasprintf("%s%s", HEAD, same);
	AUTO_FREE char *output = xasprintf("lockstep-key\t1\ndialect\tcontainers\nsemantics\t1\n"
					   "output\tdocker\tflat\t0\t0\t1\n%s",
					   same);
	AUTO_FREE char *semantics = xasprintf("lockstep-key\t1\ndialect\tcontainers\n"
					      "semantics\t2\noutput\toci\tlayers\t0\t1\t1\n%s",
					      same);
	AUTO_FREE char *dialect = xasprintf("lockstep-key\t1\ndialect\tbuildkit\n"
					    "semantics\t7\noutput\toci\tlayers\t0\t1\t1\n%s",
					    same);

	(void)state;
	facts_differ(before, output,
		     "builder format: oci -> docker\nbuilder layers: layers -> flat\n"
		     "builder history: 1 -> 0");
	facts_differ(before, semantics, "key-format containers: 1 -> 2");
	facts_differ(before, dialect, "builder dialect: containers -> buildkit");
}

static void
sees_the_platform(void **state)
{
	(void)state;
	facts_differ(HEAD LINUX BASE(ID1), HEAD "platform\tlinux\tarm\tv7\n" BASE(ID1),
		     "platform : linux/amd64 -> linux/arm/v7");
}

static void
tells_parents_from_externals(void **state)
{
	struct side before = { HEAD LINUX BASE(ID1) "stage\t1\tparent\t" ID2 "\t-\n",
			       "FROM|debian:12||" ID1 "\nFROM|x/base:1|base|" ID2, NULL, NULL };
	struct side after = { HEAD LINUX BASE(ID2) "stage\t1\tparent\t" ID3 "\t-\n",
			      /* Another tag of an image of the graph is the same parent. */
			      "FROM|debian:12||" ID2 "\nFROM|x/base:2|base|" ID3, NULL, NULL };

	(void)state;
	diff_is(&before, &after,
		"parent base: " ID2 " -> " ID3 "\nexternal debian:12: " ID1 " -> " ID2);
}

/* Two platforms of one reference are two images. */
static void
tells_platforms_apart(void **state)
{
	struct side before = { HEAD LINUX BASE(ID1),
			       "FROM|m:1||" ID1 "\nFROM --platform=linux/arm64|m:1||" ID2, NULL,
			       NULL };
	struct side after = { HEAD LINUX BASE(ID1) "arg\tA\tset\t1\n",
			      "FROM|m:1||" ID1 "\nFROM --platform=linux/arm64|m:1||" ID3, NULL,
			      NULL };

	(void)state;
	diff_is(&before, &after, "external m:1: " ID2 " -> " ID3 "\nargument A: () -> 1");
}

static void
sees_images_come_and_go(void **state)
{
	struct side before = { HEAD LINUX BASE(ID1), "FROM|debian:12||" ID1, NULL, NULL };
	struct side after = { HEAD LINUX BASE(ID2), "FROM|debian:13||" ID2, NULL, NULL };
	struct side renamed = { HEAD LINUX BASE(ID1) "arg\tV\tset\t1\n", "FROM|debian:0||" ID1,
				NULL, NULL };

	(void)state;
	diff_is(&before, &after,
		"external debian:13: () -> " ID2 "\nexternal debian:12: " ID1 " -> ()");
	diff_is(&before, &renamed, "argument V: () -> 1");
}

/* The image's ID stands in the flag as well: one cause, one reason. */
static void
an_image_that_is_copied_from_is_told_once(void **state)
{
	struct side before = { TOP "ins\t0\tCOPY\t--from=" ID2
				   "\t/a%20/b\nimage\tCOPY%20--from\t" ID2 "\n",
			       "FROM|debian:12||" ID1 "\nCOPY --from|x/tool:1|tool|" ID2, NULL,
			       NULL };
	struct side after = { TOP "ins\t0\tCOPY\t--from=" ID3
				  "\t/a%20/b\nimage\tCOPY%20--from\t" ID3 "\n",
			      "FROM|debian:12||" ID1 "\nCOPY --from|x/tool:2|tool|" ID3, NULL,
			      NULL };

	(void)state;
	diff_is(&before, &after, "parent tool: " ID2 " -> " ID3);
}

/* A record from another machine has no names: the place tells which is which. */
static void
compares_without_names(void **state)
{
	struct side nameless = { TOP "image\tCOPY%20--from\t" ID2 "\n", NULL, NULL, NULL };
	struct side after = { HEAD LINUX BASE(ID2) "image\tCOPY%20--from\t" ID3 "\n",
			      "FROM|x/base:2|base|" ID2 "\nCOPY --from|uv:1||" ID3, NULL, NULL };
	struct side both = { HEAD LINUX BASE(ID2) "image\tCOPY%20--from\t" ID2 "\n", NULL, NULL,
			     NULL };

	(void)state;
	diff_is(&nameless, &after,
		"parent base: " ID1 " -> " ID2 "\nexternal uv:1: " ID2 " -> " ID3);
	diff_is(&nameless, &both, "external the base of stage 0: " ID1 " -> " ID2);
}

static void
sees_base_config_and_onbuild(void **state)
{
	(void)state;
	facts_differ(TOP "base-config\t0\tabc\n", TOP "base-config\t0\tdef\n",
		     "base-config stage 0: abc -> def");
	/* A base that moved brings it along. */
	facts_differ(TOP "base-config\t0\tabc\n", HEAD LINUX BASE(ID2) "base-config\t0\tdef\n",
		     "external the base of stage 0: " ID1 " -> " ID2);
	facts_differ(TOP "onbuild\t0\tRUN%20a\n", TOP "onbuild\t0\tRUN%20b\nonbuild\t0\tRUN%20c\n",
		     "onbuild stage 0: RUN a -> RUN b\nonbuild stage 0: () -> RUN c");
}

#define INS(kw, rest) "ins\t0\t" kw "\t\t" rest "\n"

struct ins_row {
	const char *before, *after, *want;
};

static const struct ins_row ins_rows[] = {
	{ INS("RUN", "a") INS("RUN", "b"), INS("RUN", "a") INS("RUN", "c"),
	  "instruction-changed RUN: RUN b -> RUN c" },
	{ INS("RUN", "a"), INS("RUN", "a") INS("USER", "x"),
	  "instruction-added USER: () -> USER x" },
	{ INS("RUN", "a") INS("USER", "x"), INS("USER", "x"),
	  "instruction-removed RUN: RUN a -> ()" },
	/* A new one in front is one reason, not a shift of all. */
	{ INS("RUN", "a") INS("RUN", "b"), INS("RUN", "n") INS("RUN", "a") INS("RUN", "b"),
	  "instruction-added RUN: () -> RUN n" },
	{ INS("RUN", "a") INS("ENV", "b") INS("RUN", "c"),
	  INS("RUN", "a") INS("COPY", "x%20y") INS("RUN", "c"),
	  "instruction-removed ENV: ENV b -> ()\ninstruction-added COPY: () -> COPY x y" },
	{ INS("ENV", "a") INS("RUN", "b"), INS("COPY", "c%20d") INS("ENV", "e") INS("RUN", "b"),
	  "instruction-added COPY: () -> COPY c d\ninstruction-changed ENV: ENV a -> ENV e" },
	{ INS("RUN", "a") INS("RUN", "b"), INS("RUN", "b") INS("RUN", "a"),
	  "instruction-removed RUN: RUN a -> ()\ninstruction-added RUN: () -> RUN a" },
	{ "ins\t0\tCOPY\t--chmod=755\ta%20b\n", "ins\t0\tCOPY\t--chmod=644\ta%20b\n",
	  "instruction-changed COPY: COPY --chmod=755 a b -> COPY --chmod=644 a b" },
	{ INS("RUN", "<<EOF") "heredoc\t0\tEOF\t0\t1\t0\ta%0A\n",
	  INS("RUN", "<<EOF") "heredoc\t0\tEOF\t0\t1\t0\tb%0A\n",
	  "instruction-changed RUN: RUN <<EOF -> RUN <<EOF" },
	{ "stage\t1\tstage\t0\t-\nins\t1\tRUN\t\ta\n", "stage\t1\tscratch\t\t-\nins\t1\tRUN\t\ta\n",
	  "instruction-changed FROM: FROM stage 0 -> FROM scratch" },
	{ "stage\t1\tscratch\t\t-\n", "stage\t1\tscratch\t\tlinux/arm64\n",
	  "instruction-changed FROM: FROM scratch -> FROM scratch" },
	{ "", "stage\t1\tscratch\t\t-\nins\t1\tCOPY\t--from=#0\ta%20b\n",
	  "instruction-added FROM: () -> FROM scratch\n"
	  "instruction-added COPY: () -> COPY --from=#0 a b" },
	{ "stage\t1\tscratch\t\t-\nins\t1\tUSER\t\tu\n", "",
	  "instruction-removed FROM: FROM scratch -> ()\n"
	  "instruction-removed USER: USER u -> ()" },
};

static void
pairs_instructions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ins_rows); i++) {
		AUTO_FREE char *before = xasprintf("%s%s", TOP, ins_rows[i].before);
		AUTO_FREE char *after = xasprintf("%s%s", TOP, ins_rows[i].after);

		facts_differ(before, after, ins_rows[i].want);
	}
}

/* A stage that is put in before others renumbers them and what names them. */
static void
follows_renumbered_stages(void **state)
{
	static const char before[] =
		HEAD LINUX "stage\t0\tscratch\t\t-\nins\t0\tCOPY\t\ta%20b\n"
			   "stage\t1\tstage\t0\t-\nins\t1\tRUN\t--mount=type=bind,from=#0\tx\n";
	static const char after[] =
		HEAD LINUX "stage\t0\tscratch\t\t-\nins\t0\tADD\t\tq%20/\n"
			   "stage\t1\tscratch\t\t-\nins\t1\tCOPY\t\ta%20b\n"
			   "stage\t2\tstage\t1\t-\nins\t2\tRUN\t--mount=type=bind,from=#1\tx\n";

	(void)state;
	facts_differ(before, after,
		     "instruction-added FROM: () -> FROM scratch\n"
		     "instruction-added ADD: () -> ADD q /");
	facts_differ(after, before,
		     "instruction-removed FROM: FROM scratch -> ()\n"
		     "instruction-removed ADD: ADD q / -> ()");
}

/* The numbers of lines, and stages by their names, come from the Dockerfile where it is known. */
static void
finds_lines(void **state)
{
	struct side before = { HEAD LINUX
			       "stage\t0\tscratch\t\t-\nins\t0\tCOPY\t\ta%20b\n"
			       "stage\t1\tstage\t0\t-\nins\t1\tCOPY\t--from=#0\t/b%20/c\n",
			       NULL, NULL,
			       "FROM scratch AS one\nCOPY a b\nFROM one\n"
			       "COPY --from=one /b /c\n" };
	struct side after = { HEAD LINUX "stage\t0\tscratch\t\t-\nins\t0\tCOPY\t\ta%20b\n"
					 "stage\t1\tstage\t0\t-\nins\t1\tCOPY\t--from=#0\t/b%20/d\n"
					 "ins\t1\tRUN\t\tx%20%20%20y\n",
			      NULL, NULL,
			      "# the first\nFROM scratch AS one\nCOPY a b\n\n"
			      "FROM alpine AS never-reached\nRUN z\n\nFROM one\n"
			      "COPY --from=one /b /d\nRUN x \\\n  y\n" };

	(void)state;
	diff_is(&before, &after,
		"instruction-changed COPY: COPY --from=one /b /c -> COPY --from=one /b /d @9\n"
		"instruction-added RUN: () -> RUN x   y @10");
}

static void
sees_arguments(void **state)
{
	(void)state;
	facts_differ(TOP "arg\tA\tset\t1\narg\tB\tset\t\narg\tC\tunset\t\narg\tE\tset\te\n",
		     TOP "arg\tA\tset\t2\narg\tB\tunset\t\narg\tC\tset\tc\narg\tD\tunset\t\n",
		     "argument A: 1 -> 2\nargument B:  -> ()\nargument C: () -> c\nargument D\n"
		     "argument E: e -> ()");
}

/* A set of one file, and of an argument if it is given, from REF at COMMIT ("" = our own). */
static struct inputs *
sourced(const char *arg, const char *file, const char *ref, const char *commit)
{
	struct inputs *in = inputs_new();

	inputs_add_lines(in, STR_LIT(TOP));
	inputs_add_lines(in, str_c(arg));
	add_files(in, file);
	if (*ref)
		inputs_set_source(in, &(struct input_source){ "U", ref, commit });
	inputs_finish(in);
	return in;
}

static void
source_diff_is(struct inputs *take_before, struct inputs *take_after, const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_FREE char *got = text_of(inputs_diff(arena, take_before, take_after));

	inputs_free(take_before);
	inputs_free(take_after);
	assert_string_equal(got, want);
}

static void
tells_the_commit_with_what_came_with_it(void **state)
{
	(void)state;
	source_diff_is(sourced("", "file a 1", "main", "c1"), sourced("", "file a 2", "main", "c2"),
		       "source U: main c1 -> main c2\nfile-changed a");
	source_diff_is(sourced("", "file a 1", "main", "c1"),
		       sourced("arg\tA\tset\t1\n", "file a 1", "main", "c2"),
		       "argument A: () -> 1");
	source_diff_is(sourced("", "file a 1", "main", "c1"), sourced("", "file a 2", "v1", "c1"),
		       "file-changed a");
	source_diff_is(sourced("", "file a 1", "main", "c1"), sourced("", "file a 2", "", ""),
		       "source U: main c1 -> ()\nfile-changed a");
	source_diff_is(sourced("", "file a 1", "main", "c1"), sourced("", "file a 2", "c3", "c3"),
		       "source U: main c1 -> c3\nfile-changed a");
}

static void
sees_options(void **state)
{
	(void)state;
	facts_differ(TOP "option\tadd-host\ta:1\noption\tadd-host\tb:1\noption\tlabel\tl=1\n"
			 "option\tlabel\tm=x=y\noption\tnetwork\tnone\nsecret\told\n",
		     TOP "option\tadd-host\ta:2\noption\tadd-host\tb:1\noption\tlabel\tl=2\n"
			 "option\tlabel\tn\nsecret\tnew\n",
		     "option add-host: a:1 -> a:2\noption label l: 1 -> 2\n"
		     "option label n: () -> \noption label m: x=y -> ()\n"
		     "option network: none -> ()\n"
		     "option secret new: () -> \noption secret old:  -> ()");
}

static void
sees_the_rest(void **state)
{
	(void)state;
	facts_differ(TOP "source\tgit\tabc\t.\t0\t0\nsource\tgit\t123\tsub\t0\t0\n"
			 "source\thttp\t99\nwiden\tenv-unknown\nepoch\t7d\t1\n",
		     TOP "source\tgit\tdef\t.\t0\t0\nsource\tgit\t456\tsub\t0\t0\n"
			 "source\thttp\t98\nwiden\tonbuild-unknown\nepoch\t7d\t2\n",
		     "source git sub: 123 -> 456\nsource git: abc -> def\nsource http: 99 -> 98\n"
		     "widen onbuild-unknown: () -> \nwiden env-unknown:  -> ()\n"
		     "refresh 7d: 1 -> 2");
}

/* Addresses are "url value" lines. */
static struct inputs *
make_addresses(const char *facts, const char *lines)
{
	struct inputs *in = inputs_new();
	struct str rest = str_c(lines), line;

	inputs_add_lines(in, str_c(facts));
	while (str_next_line(&rest, &line)) {
		const char *url = arena_str(in->arena, word(&line, ' '));

		inputs_add_remote(in, &(struct input_remote){ url, arena_str(in->arena, line), 0 });
	}
	inputs_finish(in);
	return in;
}

static void
addresses_differ(const char *const before[2], const char *const after[2], const char *want)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct inputs *b = make_addresses(before[0], before[1]);
	struct inputs *a = make_addresses(after[0], after[1]);
	AUTO_FREE char *got = text_of(inputs_diff(arena, b, a));

	inputs_free(b);
	inputs_free(a);
	assert_string_equal(got, want);
}

static void
sees_addresses(void **state)
{
	static const char *const two[] = { TOP "source\thttp\t1\nsource\thttp\t2\n",
					   "https://e/x 1\nhttps://e/y 2" };
	static const char *const other[] = { TOP "source\thttp\t1\nsource\thttp\t3\n",
					     "https://e/x 3\nhttps://e/y 1" };
	static const char *const one[] = { TOP "source\thttp\t2\n", "https://e/y 2" };
	static const char *const unknown[] = { TOP "source\thttp\t3\n", "" };

	(void)state;
	addresses_differ(two, other, "source https://e/x: 1 -> 3\nsource https://e/y: 2 -> 1");
	addresses_differ(two, one, "source https://e/x: 1 -> ()");
	addresses_differ(one, two, "source https://e/x: () -> 1");
	addresses_differ(one, unknown, "source http: 2 -> 3");
}

static void
never_says_nothing(void **state)
{
	(void)state;
	facts_differ(TOP "frontend\tsha256:1\n", TOP "frontend\tsha256:2\n",
		     "external the frontend: sha256:1 -> sha256:2");
	facts_differ(TOP "source\tgit\tabc\t.\t0\t0\n", TOP "source\tgit\tabc\t.\t1\t0\n",
		     "other the record of its inputs differs");
}

struct file_row {
	const char *before, *after, *want;
};

static const struct file_row file_rows[] = {
	{ "file a 1", "file a 2", "file-changed a" },
	{ "file a 1", "file a x1", "file-mode a: 0644 -> 0755" },
	{ "file a x1", "file a 2", "file-changed a\nfile-mode a: 0755 -> 0644" },
	{ "link a b", "link a c", "link-target a: b -> c" },
	{ "link a b", "file a 1", "file-type a: link -> file" },
	{ "file a 1", "dir a\nfile a/b 1", "file-type a: file -> dir\nfile-added a/b: () -> file" },
	{ "", "file b 1\nlink a x", "file-added a: () -> link\nfile-added b: () -> file" },
	{ "file b 1\nfile a 1", "file a 1", "file-removed b: file -> ()" },
	/* Folders speak only when they are empty. */
	{ "dir d", "dir d\ndir d/e\nfile d/e/f 1", "file-added d/e/f: () -> file" },
	{ "", "dir d\ndir d/e\ndir d/e/f\ndir d!",
	  "file-added d!/: () -> dir\n"
	  "file-added d/e/f/: () -> dir" },
	{ "dir d\ndir d/e\nfile d/e/f 1", "", "file-removed d/e/f: file -> ()" },
	{ "dir d\ndir d/e", "dir d", "file-removed d/e/: dir -> ()" },
	{ "file a 1\nfile z 1", "file m 1\nfile z 2",
	  "file-removed a: file -> ()\nfile-added m: () -> file\nfile-changed z" },
};

static void
sees_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(file_rows); i++)
		diff_is(&(struct side){ .facts = TOP, .files = file_rows[i].before },
			&(struct side){ .facts = TOP, .files = file_rows[i].after },
			file_rows[i].want);
}

static void
says_it_in_order(void **state)
{
	struct side before = { HEAD LINUX "option\tnetwork\tnone\narg\tV\tset\t1\n"
					  "stage\t0\tparent\t" ID1 "\t-\nins\t0\tRUN\t\ta\n",
			       "FROM|b|base|" ID1, "file f 1", NULL };
	struct side after = { HEAD "platform\tlinux\tarm64\t\noption\tnetwork\thost\n"
				   "arg\tV\tset\t2\nstage\t0\tparent\t" ID2 "\t-\n"
				   "ins\t0\tRUN\t\tb\nepoch\t7d\t1\n",
			      "FROM|b|base|" ID2, "file f 2", NULL };

	(void)state;
	diff_is(&before, &after,
		"platform : linux/amd64 -> linux/arm64\n"
		"parent base: " ID1 " -> " ID2 "\n"
		"instruction-changed RUN: RUN a -> RUN b\n"
		"argument V: 1 -> 2\n"
		"option network: none -> host\n"
		"file-changed f\n"
		"refresh 7d: () -> 1");
}

static char *
same_text(const struct side *before, const struct side *after)
{
	struct inputs *b = make(before), *a = make(after);
	struct inputs_same s;
	char *text;

	inputs_same(b, a, &s);
	text = xasprintf("%s%zu files, %zu arguments, %zu images%s%s",
			 s.dockerfile ? "Dockerfile, " : "", s.files, s.arguments, s.images,
			 s.platform ? ", " : "", s.platform ? s.platform_text : "");
	inputs_free(b);
	inputs_free(a);
	return text;
}

static void
counts_what_stayed(void **state)
{
	struct side base = { HEAD LINUX "arg\tA\tset\t1\narg\tB\tset\t1\n"
					"stage\t0\tparent\t" ID1 "\t-\nins\t0\tRUN\t\ta\n",
			     "FROM|b|base|" ID1 "\nFROM|c||" ID2,
			     "file f 1\nfile g x1\nlink l t\ndir d", NULL };
	struct side moved = { HEAD LINUX "arg\tA\tset\t1\narg\tB\tset\t2\n"
					 "stage\t0\tparent\t" ID3 "\t-\nins\t0\tRUN\t\ta\n",
			      "FROM|b|base|" ID3 "\nFROM|c||" ID2,
			      "file f 1\nfile g 1\nlink l u\ndir d\ndir e", NULL };
	struct side edited = { HEAD "platform\tlinux\tarm\tv7\n"
				    "stage\t0\tparent\t" ID1 "\t-\nins\t0\tRUN\t\tb\n",
			       "FROM|b|base|" ID1, NULL, NULL };
	AUTO_FREE char *all = same_text(&base, &base), *AUTO_FREE some = same_text(&base, &moved);
	AUTO_FREE char *few = same_text(&base, &edited);

	(void)state;
	assert_string_equal(all, "Dockerfile, 4 files, 2 arguments, 2 images, linux/amd64");
	assert_string_equal(some, "Dockerfile, 2 files, 1 arguments, 1 images, linux/amd64");
	assert_string_equal(few, "0 files, 0 arguments, 1 images");
}

/* Thousands of instructions that have nothing in common: quick, and all of them told. */
static void
gives_up_pairing_when_there_are_too_many(void **state)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_BUF struct buf x = BUF_INIT, AUTO_BUF y = BUF_INIT;
	struct inputs *b, *a;
	struct reasons rs;

	(void)state;
	buf_init(&x, 0);
	buf_init(&y, 0);
	buf_adds(&x, TOP);
	buf_adds(&y, TOP);
	for (int i = 0; i < 3000; i++) {
		buf_addf(&x, INS("RUN", "before%d"), i);
		buf_addf(&y, INS("ENV", "after%d"), i);
	}
	b = make(&(struct side){ .facts = x.data });
	a = make(&(struct side){ .facts = y.data });
	rs = inputs_diff(arena, b, a);
	assert_int_equal(rs.n, 6000);
	inputs_free(b);
	inputs_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sets_have_none),
		cmocka_unit_test(another_version_is_all_there_is_to_say),
		cmocka_unit_test(sees_the_builder),
		cmocka_unit_test(sees_the_platform),
		cmocka_unit_test(tells_parents_from_externals),
		cmocka_unit_test(tells_platforms_apart),
		cmocka_unit_test(sees_images_come_and_go),
		cmocka_unit_test(an_image_that_is_copied_from_is_told_once),
		cmocka_unit_test(compares_without_names),
		cmocka_unit_test(sees_base_config_and_onbuild),
		cmocka_unit_test(pairs_instructions),
		cmocka_unit_test(follows_renumbered_stages),
		cmocka_unit_test(finds_lines),
		cmocka_unit_test(sees_arguments),
		cmocka_unit_test(tells_the_commit_with_what_came_with_it),
		cmocka_unit_test(sees_options),
		cmocka_unit_test(sees_the_rest),
		cmocka_unit_test(sees_addresses),
		cmocka_unit_test(never_says_nothing),
		cmocka_unit_test(sees_files),
		cmocka_unit_test(says_it_in_order),
		cmocka_unit_test(counts_what_stayed),
		cmocka_unit_test(gives_up_pairing_when_there_are_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
