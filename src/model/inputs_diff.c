/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_diff.c: what moved between two input sets. */
#include "model/inputs_priv.h"

void
inputs_diff_add(struct inputs_diff *d, enum reason_kind kind, const char *subject,
		const char *before, const char *after)
{
	struct reason r = { .kind = kind,
			    .subject = arena_strdup(d->arena, subject),
			    .before = before ? arena_strdup(d->arena, before) : NULL,
			    .after = after ? arena_strdup(d->arena, after) : NULL,
			    .added = -1,
			    .removed = -1 };

	vec_push(&d->found, r);
}

static const struct input_fact *
find_fact(const struct input_facts *facts, enum input_kind kind)
{
	for (size_t i = 0; i < facts->n; i++) {
		if (facts->v[i].kind == kind)
			return &facts->v[i];
	}
	return NULL;
}

static const char *
first_field(const struct input_facts *facts, enum input_kind kind)
{
	const struct input_fact *f = find_fact(facts, kind);

	return f ? input_field(f, 0) : "";
}

static void
diff_output(struct inputs_diff *d)
{
	static const char *const names[] = { "format", "layers", "epoch", "history",
					     "rewritten times" };
	const struct input_fact *x = find_fact(&d->b, INPUT_OUTPUT);
	const struct input_fact *y = find_fact(&d->a, INPUT_OUTPUT);
	size_t n = x && y ? (x->n > y->n ? x->n : y->n) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = i < ARRAY_SIZE(names) ? names[i] : "output";

		if (strcmp(input_field(x, i), input_field(y, i)) != 0)
			inputs_diff_add(d, REASON_BUILDER, name, input_field(x, i),
					input_field(y, i));
	}
}

static void
diff_builder(struct inputs_diff *d)
{
	const char *b = first_field(&d->b, INPUT_DIALECT), *a = first_field(&d->a, INPUT_DIALECT);
	const char *bs = first_field(&d->b, INPUT_SEMANTICS);
	const char *as = first_field(&d->a, INPUT_SEMANTICS);

	if (strcmp(b, a) != 0)
		inputs_diff_add(d, REASON_BUILDER, "dialect", b, a);
	else if (strcmp(bs, as) != 0)
		inputs_diff_add(d, REASON_KEY_FORMAT, a, bs, as);
	diff_output(d);
}

const char *
inputs_platform(struct arena *arena, const struct input_facts *facts)
{
	const struct input_fact *f = find_fact(facts, INPUT_PLATFORM);
	const char *variant = f ? input_field(f, 2) : "";

	if (!f)
		return "";
	return arena_printf(arena, "%s/%s%s%s", input_field(f, 0), input_field(f, 1),
			    variant[0] ? "/" : "", variant);
}

static void
diff_platform(struct inputs_diff *d)
{
	const char *b = inputs_platform(d->arena, &d->b), *a = inputs_platform(d->arena, &d->a);

	if (strcmp(b, a) != 0)
		inputs_diff_add(d, REASON_PLATFORM, "", b, a);
}

/* A record as a name and a value; records of one name are the values of it. */
struct entry {
	const char *name;
	const char *value; /* NULL = there, but unset */
	bool paired;
};

struct entries {
	struct entry *v;
	size_t n;
};

static struct entry
label_entry(struct arena *arena, const char *label)
{
	size_t n = strcspn(label, "=");

	return (struct entry){ .name = arena_printf(arena, "label %.*s", (int)n, label),
			       .value = label[n] ? label + n + 1 : "" };
}

static struct entry
entry_of(struct arena *arena, const struct input_fact *f)
{
	const char *name = input_field(f, 0), *value = input_field(f, 1);

	switch (f->kind) {
	case INPUT_OPTION:
		if (!strcmp(name, "label"))
			return label_entry(arena, value);
		return (struct entry){ .name = name, .value = value };
	case INPUT_ARG:
		return (struct entry){ .name = name,
				       .value = !strcmp(value, "set") ? input_field(f, 2) : NULL };
	case INPUT_SECRET:
		return (struct entry){ .name = arena_printf(arena, "secret %s", name),
				       .value = "" };
	case INPUT_SOURCE: {
		const char *path = input_field(f, 2);

		if (!strcmp(name, "git") && path[0] && strcmp(path, ".") != 0)
			name = arena_printf(arena, "git %s", path);
		return (struct entry){ .name = name, .value = value };
	}
	case INPUT_ONBUILD:
	case INPUT_BASE_CONFIG:
		return (struct entry){ .name = arena_printf(arena, "stage %s", name),
				       .value = value };
	default:
		return (struct entry){ .name = name, .value = value };
	}
}

static struct entries
entries_of(struct arena *arena, const struct input_facts *facts, enum input_kind kind)
{
	struct entries ret = { arena_calloc(arena, facts->n, sizeof(*ret.v)), 0 };

	for (size_t i = 0; i < facts->n; i++) {
		if (facts->v[i].kind == kind)
			ret.v[ret.n++] = entry_of(arena, &facts->v[i]);
	}
	return ret;
}

static bool
same_value(const struct entry *x, const struct entry *y)
{
	return !x->value == !y->value && (!x->value || !strcmp(x->value, y->value));
}

static struct entry *
find_entry(struct entries *list, const struct entry *like, bool any_value)
{
	for (size_t i = 0; i < list->n; i++) {
		struct entry *e = &list->v[i];

		if (!e->paired && !strcmp(e->name, like->name) &&
		    (any_value || same_value(e, like)))
			return e;
	}
	return NULL;
}

static void
pair_equal(struct entries *b, struct entries *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct entry *was = find_entry(b, &a->v[i], false);

		if (was)
			was->paired = a->v[i].paired = true;
	}
}

static void
diff_lists(struct inputs_diff *d, struct entries b, struct entries a, enum reason_kind reason)
{
	pair_equal(&b, &a);
	for (size_t i = 0; i < a.n; i++) {
		struct entry *was;

		if (a.v[i].paired)
			continue;
		was = find_entry(&b, &a.v[i], true);
		if (was)
			was->paired = true;
		inputs_diff_add(d, reason, a.v[i].name, was ? was->value : NULL, a.v[i].value);
	}
	for (size_t i = 0; i < b.n; i++) {
		if (!b.v[i].paired)
			inputs_diff_add(d, reason, b.v[i].name, b.v[i].value, NULL);
	}
}

static void
diff_entries(struct inputs_diff *d, enum input_kind kind, enum reason_kind reason)
{
	diff_lists(d, entries_of(d->arena, &d->b, kind), entries_of(d->arena, &d->a, kind), reason);
}

static struct entries
remotes_of(struct arena *arena, const struct inputs *in)
{
	struct entries ret = { arena_calloc(arena, in->remotes.n + 1, sizeof(*ret.v)), 0 };

	for (size_t i = 0; i < in->remotes.n; i++)
		ret.v[ret.n++] = (struct entry){ .name = in->remotes.v[i].url,
						 .value = in->remotes.v[i].value };
	return ret;
}

/* By their addresses, where both sides know them: the facts say what they held. */
static void
diff_sources(struct inputs_diff *d)
{
	struct entries b = entries_of(d->arena, &d->b, INPUT_SOURCE);
	struct entries a = entries_of(d->arena, &d->a, INPUT_SOURCE);

	if (b.n == d->before->remotes.n && a.n == d->after->remotes.n) {
		b = remotes_of(d->arena, d->before);
		a = remotes_of(d->arena, d->after);
	}
	diff_lists(d, b, a, REASON_SOURCE);
}

/* A base that moved brings its own configuration: that is one reason and not two. */
static void
diff_base_config(struct inputs_diff *d, size_t images_from)
{
	if (d->found.n == images_from)
		diff_entries(d, INPUT_BASE_CONFIG, REASON_BASE_CONFIG);
}

/* "REF COMMIT", or the commit alone where it is the reference. */
static const char *
source_text(struct arena *arena, const struct input_source *s)
{
	return strcmp(s->ref, s->commit) ? arena_printf(arena, "%s %s", s->ref, s->commit)
					 : s->commit;
}

/* The commit is no fact of the key: it counts where something that is read came with it. */
static void
diff_commit(struct inputs_diff *d)
{
	const struct input_source *b = &d->before->source, *a = &d->after->source;
	const char *was = b->url ? source_text(d->arena, b) : NULL;
	const char *is = a->url ? source_text(d->arena, a) : NULL;

	if (b->url && a->url && !strcmp(b->url, a->url)) {
		if (strcmp(b->commit, a->commit) != 0)
			inputs_diff_add(d, REASON_SOURCE, a->url, was, is);
		return;
	}
	if (b->url)
		inputs_diff_add(d, REASON_SOURCE, b->url, was, NULL);
	if (a->url)
		inputs_diff_add(d, REASON_SOURCE, a->url, NULL, is);
}

/* The source's commit is told before what came with it. */
static void
diff_contents(struct inputs_diff *d)
{
	size_t from = d->found.n, to, moved, n;

	diff_commit(d);
	to = d->found.n;
	inputs_diff_instructions(d);
	moved = d->found.n - to;
	diff_entries(d, INPUT_ARG, REASON_ARGUMENT);
	diff_entries(d, INPUT_OPTION, REASON_OPTION);
	diff_entries(d, INPUT_SECRET, REASON_OPTION);
	n = d->found.n;
	inputs_diff_files(d);
	moved += d->found.n - n;
	if (moved || from == to)
		return;
	memmove(d->found.v + from, d->found.v + to, (d->found.n - to) * sizeof(*d->found.v));
	d->found.n -= to - from;
}

static void
diff_all(struct inputs_diff *d)
{
	size_t images_from;

	diff_builder(d);
	diff_platform(d);
	images_from = d->found.n;
	inputs_diff_images(d);
	diff_base_config(d, images_from);
	diff_entries(d, INPUT_ONBUILD, REASON_ONBUILD);
	diff_contents(d);
	diff_sources(d);
	diff_entries(d, INPUT_WIDEN, REASON_WIDEN);
	diff_entries(d, INPUT_EPOCH, REASON_REFRESH);
}

struct reasons
inputs_diff(struct arena *arena, const struct inputs *before, const struct inputs *after)
{
	struct inputs_diff d = { .arena = arena, .before = before, .after = after };
	const char *was = inputs_version(before), *is = inputs_version(after);
	struct reasons ret = { 0 };

	if (sha256_eq(before->key, after->key))
		return ret;
	if (strcmp(was, is) != 0)
		inputs_diff_add(&d, REASON_KEY_FORMAT, "", was, is);
	else if (inputs_read_facts(arena, before, &d.b) && inputs_read_facts(arena, after, &d.a))
		diff_all(&d);
	/* Whatever it is, it is not nothing. */
	if (!d.found.n)
		inputs_diff_add(&d, REASON_OTHER, "the record of its inputs differs", NULL, NULL);
	ret.n = d.found.n;
	ret.v = arena_dup(arena, d.found.v, d.found.n * sizeof(*d.found.v));
	vec_fini(&d.found);
	return ret;
}
