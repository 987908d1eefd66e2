/* SPDX-License-Identifier: Apache-2.0 */
/* pin_edit.c: moving pins by splicing bytes, and proving that nothing else moved. */
#include "model/pin_priv.h"

#include "base/buf.h"

ENUM_DEFINE(pin_form, PIN_FORM_LIST);
ENUM_DEFINE(pin_state, PIN_STATE_LIST);

/* Bytes [from, to) of the old text become with; NULL = a pin counts on them as they are. */
struct splice {
	size_t from, to;
	const char *with;
};

struct editor {
	struct arena *arena;
	const struct pin_set *set;
	const struct pin_file *file;
	enum pin_form form;
	unsigned also;
	VEC(struct splice) splices;
	VEC(struct splice) claims; /* and what stays */
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int
refuse(const struct editor *e, const struct pin *pin, struct err *err, const char *why)
{
	(void)err_at(err, e->file->path, pin->line, pin->col, "the pin of '%s' %s",
		     e->set->images[pin->image].name, why);
	if (err)
		err->class = ERR_REFUSED;
	return -ERR_REFUSED;
}

/* What is not whole, or to be completed by somebody else, is never edited. */
static bool
is_edited(const struct editor *e, const struct pin *pin)
{
	bool whole = pin->tag || pin->digest;

	switch (pin->kind) {
	case PIN_KIND_IMAGE:
	case PIN_KIND_HELM:
	case PIN_KIND_KUSTOMIZE:
	case PIN_KIND_MARKED:
		return true;
	case PIN_KIND_EMBEDDED:
		return whole && (e->also & (PIN_ALSO_EMBEDDED | PIN_ALSO_ALL));
	case PIN_KIND_COMMENT:
		return whole && (e->also & (PIN_ALSO_COMMENT | PIN_ALSO_ALL));
	case PIN_KIND_PROSE:
	case PIN_KIND_OTHER:
		return whole && (e->also & PIN_ALSO_ALL);
	case PIN_KIND_TEMPLATE:
		break;
	}
	return false;
}

/* A form can be given to what is written as one reference; a tag of its own in Helm values takes a
 * digest behind it, since charts put it behind the name as it is. */
static bool
can_have(const struct pin *pin, bool tag, bool digest)
{
	if (!pin->apart)
		return true;
	if (tag != pin->tag_at.there)
		return false;
	if (digest == (pin->digest != NULL))
		return true;
	return pin->kind == PIN_KIND_HELM && !pin->digest_at.there;
}

static int
decide_parts(const struct editor *e, const struct pin *pin, bool *tag, bool *digest,
	     struct err *err)
{
	const struct pin_image *want = &e->set->images[pin->image];

	*tag = e->form == PIN_FORM_KEEP ? pin->tag != NULL : e->form != PIN_FORM_DIGEST;
	*digest = e->form == PIN_FORM_KEEP ? pin->digest != NULL : e->form != PIN_FORM_TAG;
	if (!can_have(pin, *tag, *digest))
		return refuse(e, pin, err,
			      "has its tag and digest in values of their own, and none can be "
			      "added or taken away");
	if (*tag && !want->tag) {
		(void)refuse(e, pin, err, "has a tag, and no tag is given");
		err_hint(err, "'--pin digest' pins by digest alone");
		return -ERR_REFUSED;
	}
	if (*digest && !want->digest) {
		(void)refuse(e, pin, err, "has a digest, and no digest is given");
		err_hint(err, "with the old digest behind a new tag the old image would run on");
		return -ERR_REFUSED;
	}
	return 0;
}

static struct pin_change
stays(const struct pin *pin, enum pin_state state)
{
	return (struct pin_change){ state, pin->tag, pin->digest };
}

static int
decide(const struct editor *e, const struct pin *pin, struct pin_change *ret, struct err *err)
{
	const struct pin_image *want = &e->set->images[pin->image];
	bool edited = is_edited(e, pin), tag = false, digest = false, right;
	int r;

	if (!edited && pin->kind != PIN_KIND_OTHER) {
		*ret = stays(pin, PIN_STATE_MENTION);
		return 0;
	}
	if (!pin->tag && !pin->digest && (e->form == PIN_FORM_KEEP || pin->apart) && edited) {
		*ret = stays(pin, PIN_STATE_FLOATING);
		return 0;
	}
	if (!want->tag && !want->digest) {
		*ret = stays(pin, PIN_STATE_KEPT);
		return 0;
	}
	if (!edited) {
		right = (pin->tag || pin->digest) &&
			(!pin->tag || same_text(pin->tag, want->tag)) &&
			(!pin->digest || same_text(pin->digest, want->digest));
		*ret = stays(pin, right ? PIN_STATE_RIGHT : PIN_STATE_UNCOVERED);
		return 0;
	}
	r = decide_parts(e, pin, &tag, &digest, err);
	if (r)
		return r;
	*ret = (struct pin_change){ PIN_STATE_MOVED, tag ? want->tag : NULL,
				    digest ? want->digest : NULL };
	if (same_text(ret->tag, pin->tag) && same_text(ret->digest, pin->digest))
		ret->state = PIN_STATE_RIGHT;
	return 0;
}

static void
splice(struct editor *e, size_t from, size_t to, const char *with)
{
	vec_push(&e->claims, ((struct splice){ from, to, with }));
}

/* Nobody may change what is there. */
static void
keep(struct editor *e, size_t from, size_t to)
{
	if (to > from)
		vec_push(&e->claims, ((struct splice){ from, to, NULL }));
}

static void
keep_value(struct editor *e, const struct pin_value *at)
{
	if (at->there)
		keep(e, at->from, at->to);
}

static void
keep_name(struct editor *e, const struct pin *pin)
{
	for (size_t i = 0; i < ARRAY_SIZE(pin->name_at); i++)
		keep_value(e, &pin->name_at[i]);
	if (!pin->apart)
		keep(e, pin->at, pin->from);
}

static void
keep_version(struct editor *e, const struct pin *pin)
{
	keep_value(e, &pin->tag_at);
	keep_value(e, &pin->digest_at);
	keep(e, pin->from, pin->to);
}

static void
splice_value(struct editor *e, const struct pin_value *at, const char *with)
{
	if (str_eq_c(str_sub(e->file->text, at->from, at->to), with)) {
		keep_value(e, at);
		return;
	}
	if (at->plain && !yaml_plain_is_text(str_c(with)))
		with = arena_printf(e->arena, "\"%s\"", with);
	splice(e, at->from, at->to, with);
}

static void
move(struct editor *e, const struct pin *pin, const struct pin_change *c)
{
	const char *tag = c->tag ? c->tag : "", *digest = c->digest ? c->digest : "";

	if (!pin->apart) {
		splice(e, pin->from, pin->to,
		       arena_printf(e->arena, "%s%s%s%s", c->tag ? ":" : "", tag,
				    c->digest ? "@" : "", digest));
		return;
	}
	if (pin->tag_at.there && c->digest && !pin->digest_at.there)
		splice_value(e, &pin->tag_at, arena_printf(e->arena, "%s@%s", tag, digest));
	else if (pin->tag_at.there)
		splice_value(e, &pin->tag_at, tag);
	if (pin->digest_at.there)
		splice_value(e, &pin->digest_at, digest);
}

static int
by_place(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

static int
failed(const struct editor *e, struct err *err, const char *why)
{
	return err_set(err, ERR_FAILED, "cannot edit '%s': %s", e->file->path, why);
}

/* Of an alias: one value, moved by several pins to the same version. */
static bool
is_same(const struct splice *a, const struct splice *b)
{
	return a->from == b->from && a->to == b->to && !strcmp(a->with, b->with);
}

/* The moves, in order; no two of them, and no move and what stays, may share bytes. */
static int
settle(struct editor *e, struct err *err)
{
	size_t moved = 0, kept = 0;

	qsort(e->claims.v, e->claims.n, sizeof(*e->claims.v), by_place);
	for (size_t i = 0; i < e->claims.n; i++) {
		const struct splice *s = &e->claims.v[i];

		if (s->with && e->splices.n && is_same(s, &e->splices.v[e->splices.n - 1]))
			continue;
		if (s->from < moved || (s->with && s->from < kept))
			return failed(e, err, "two pins share their bytes and want to differ");
		if (s->with) {
			vec_push(&e->splices, *s);
			moved = s->to;
		} else if (s->to > kept) {
			kept = s->to;
		}
	}
	return 0;
}

static int
apply(struct editor *e, struct str *ret, struct err *err)
{
	struct str old = e->file->text;
	struct buf AUTO_BUF out = BUF_INIT;
	size_t at = 0, size = old.n;

	buf_init(&out, 0);
	for (size_t i = 0; i < e->splices.n; i++) {
		const struct splice *s = &e->splices.v[i];

		buf_add_str(&out, str_sub(old, at, s->from));
		buf_adds(&out, s->with);
		at = s->to;
		size = size + strlen(s->with) - (s->to - s->from);
	}
	buf_add_str(&out, str_sub(old, at, old.n));
	if (out.len != size)
		return failed(e, err, "the size is not what it should be");
	*ret = (struct str){ arena_dup(e->arena, out.data, out.len + 1), out.len };
	return 0;
}

/* Whether a node of the old text is one that was spliced; nodes and splices come in order. */
static bool
is_spliced(const struct editor *e, const struct pin_node *node, size_t *next)
{
	while (*next < e->splices.n && e->splices.v[*next].to < node->from)
		(*next)++;
	return *next < e->splices.n && e->splices.v[*next].from >= node->from &&
	       e->splices.v[*next].to <= node->to && node->kind == YAML_EVENT_SCALAR;
}

static bool
same_nodes(const struct editor *e, const struct pin_nodes *a, const struct pin_nodes *b)
{
	size_t next = 0;

	if (a->list.n != b->list.n || b->failed)
		return false;
	for (size_t i = 1; i < a->list.n; i++) {
		const struct pin_node *x = &a->list.v[i], *y = &b->list.v[i];
		bool spliced = is_spliced(e, x, &next);

		if (x->kind != y->kind || x->parent != y->parent || x->key != y->key ||
		    x->target != y->target || x->line != y->line)
			return false;
		if (!spliced && (x->style != y->style || !str_eq(x->text, y->text)))
			return false;
		if (spliced && x->style != y->style &&
		    !(x->style == YAML_PLAIN && y->style == YAML_DOUBLE_QUOTED))
			return false;
	}
	return true;
}

static bool
same_pins(const struct pin_file *old, const struct pin_file *new, const struct pin_edit *edit)
{
	if (old->npins != new->npins)
		return false;
	for (size_t i = 0; i < old->npins; i++) {
		const struct pin *x = &old->pins[i], *y = &new->pins[i];

		if (x->kind != y->kind || x->image != y->image || x->line != y->line ||
		    !same_text(y->tag, edit->changes[i].tag) ||
		    !same_text(y->digest, edit->changes[i].digest))
			return false;
	}
	return true;
}

/* Reads the new text as if it were anybody's. */
static int
verify(const struct editor *e, const struct pin_edit *edit, struct err *err)
{
	struct pin_nodes a = { 0 }, b = { 0 };
	struct pin_file new;
	bool same = true;

	if (e->file->yaml && !e->file->unparsed) {
		pin_nodes_read(e->arena, e->file->text, &a);
		pin_nodes_read(e->arena, edit->text, &b);
		same = same_nodes(e, &a, &b);
		pin_nodes_fini(&a);
		pin_nodes_fini(&b);
	}
	if (!same)
		return failed(e, err, "it would be other YAML afterwards, not only its pins");
	pin_find(e->arena, e->set, e->file->path, edit->text, &new);
	if (!same_pins(e->file, &new, edit))
		return failed(e, err, "its pins would not be what they should be");
	return 0;
}

int
pin_edit(struct arena *arena, const struct pin_set *set, const struct pin_file *file,
	 struct pin_rules rules, struct pin_edit *ret, struct err *err)
{
	struct editor e = { arena, set, file, rules.form, rules.also, { 0 }, { 0 } };
	int r = 0;

	*ret = (struct pin_edit){ .text = file->text };
	ret->changes = arena_calloc(arena, file->npins, sizeof(*ret->changes));
	for (size_t i = 0; !r && i < file->npins; i++) {
		r = decide(&e, &file->pins[i], &ret->changes[i], err);
		keep_name(&e, &file->pins[i]);
		if (r || ret->changes[i].state != PIN_STATE_MOVED) {
			keep_version(&e, &file->pins[i]);
			continue;
		}
		ret->nmoved++;
		move(&e, &file->pins[i], &ret->changes[i]);
	}
	if (!r && ret->nmoved)
		r = settle(&e, err);
	if (!r && ret->nmoved)
		r = apply(&e, &ret->text, err);
	if (!r && ret->nmoved)
		r = verify(&e, ret, err);
	vec_fini(&e.splices);
	vec_fini(&e.claims);
	return r;
}
