/* SPDX-License-Identifier: Apache-2.0 */
/* platform.c: os/arch/variant. */
#include "model/platform.h"

#include <stdio.h>

#define PART_MAX (sizeof(((struct platform *)0)->os) - 1)

/* Another spelling of an architecture, and the variant that it stands for. */
struct alias {
	const char *arch;
	const char *canonical;
	const char *variant; /* NULL: whatever is given */
};

static const struct alias aliases[] = {
	{ "i386", "386", "" },        { "x86_64", "amd64", NULL }, { "x86-64", "amd64", NULL },
	{ "aarch64", "arm64", NULL }, { "armhf", "arm", "v7" },    { "armel", "arm", "v6" },
};

/* Names that a part alone stands for; anything else that stands alone is a mistake. */
static const char *const known_os[] = {
	"aix",   "android", "darwin", "dragonfly", "freebsd", "hurd",    "illumos", "ios", "js",
	"linux", "nacl",    "netbsd", "openbsd",   "plan9",   "solaris", "windows", "zos",
};

static const char *const known_arch[] = {
	"386",     "amd64",  "amd64p32", "arm",       "armbe",       "arm64",  "arm64be", "loong64",
	"mips",    "mips64", "mips64le", "mips64p32", "mips64p32le", "mipsle", "ppc",     "ppc64",
	"ppc64le", "riscv",  "riscv64",  "s390",      "s390x",       "sparc",  "sparc64", "wasm",
};

static bool
is_in(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

/* Lower-cases a part into out; false if it is empty, too long, or has a byte outside [A-Za-z0-9_.-]. */
static bool
copy_part(struct str part, char out[PART_MAX + 1])
{
	if (!part.n || part.n > PART_MAX)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '.' &&
		    c != '-')
			return false;
		out[i] = c;
	}
	out[part.n] = '\0';
	return true;
}

static void
set_text(char out[PART_MAX + 1], const char *text)
{
	(void)snprintf(out, PART_MAX + 1, "%s", text); /* every caller's text fits */
}

static void
normalise_arm64(char variant[PART_MAX + 1])
{
	if (!strcmp(variant, "8") || !strcmp(variant, "v8") || !strcmp(variant, "v8.0"))
		variant[0] = '\0';
	else if (!strcmp(variant, "9") || !strcmp(variant, "9.0") || !strcmp(variant, "v9.0"))
		set_text(variant, "v9");
}

static void
normalise_arm(struct platform *p)
{
	if (!strcmp(p->arch, "arm64"))
		normalise_arm64(p->variant);
	if (strcmp(p->arch, "arm") != 0)
		return;
	if (!p->variant[0])
		set_text(p->variant, "v7");
	else if (strchr("5678", p->variant[0]) && !p->variant[1])
		(void)snprintf(p->variant, sizeof(p->variant), "v%c", p->variant[0]);
}

static void
normalise(struct platform *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcmp(p->arch, aliases[i].arch) != 0)
			continue;
		set_text(p->arch, aliases[i].canonical);
		if (aliases[i].variant)
			set_text(p->variant, aliases[i].variant);
		break;
	}
	if (!strcmp(p->arch, "amd64") && !strcmp(p->variant, "v1"))
		p->variant[0] = '\0';
	normalise_arm(p);
}

/* A single word: an operating system or an architecture; the host supplies the other. */
static bool
parse_single(const char *word, struct platform *p)
{
	struct platform host = platform_host();

	set_text(p->os, word);
	if (is_in(p->os, known_os, ARRAY_SIZE(known_os))) {
		set_text(p->arch, host.arch);
		set_text(p->variant, host.variant);
		return true;
	}
	set_text(p->os, host.os);
	set_text(p->arch, word);
	normalise(p);
	return is_in(p->arch, known_arch, ARRAY_SIZE(known_arch));
}

int
platform_parse(struct str text, struct platform *ret, struct err *err)
{
	char part[3][PART_MAX + 1] = { "", "", "" };
	struct platform p = { 0 };
	struct str rest = text, piece;
	size_t n = 0;

	while (str_next(&rest, '/', &piece)) {
		if (n == ARRAY_SIZE(part))
			return err_set(err, ERR_INPUT, "platform '%.*s' has more than three parts",
				       STR_FMT(text));
		if (!copy_part(piece, part[n++]))
			return err_set(err, ERR_INPUT,
				       "platform '%.*s': '%.*s' is no name of one to %zu letters, "
				       "digits, '_', '.' or '-'",
				       STR_FMT(text), STR_FMT(piece), PART_MAX);
	}
	if (!strcmp(part[0], "macos"))
		set_text(part[0], "darwin");
	if (n <= 1) {
		if (!n || !parse_single(part[0], &p))
			return err_set(err, ERR_INPUT,
				       "platform '%.*s' is neither an operating system nor an "
				       "architecture",
				       STR_FMT(text));
		*ret = p;
		return 0;
	}
	/* "arm/v7" and "arm64/v8" name no operating system: "arm" is none. */
	if (n == 2 && !is_in(part[0], known_os, ARRAY_SIZE(known_os)) &&
	    parse_single(part[0], &p)) {
		set_text(p.variant, part[1]);
	} else {
		set_text(p.os, part[0]);
		set_text(p.arch, part[1]);
		set_text(p.variant, part[2]);
	}
	normalise(&p);
	*ret = p;
	return 0;
}

struct platform
platform_host(void)
{
	struct platform p = { .os = "linux" };

#if defined(__x86_64__)
	set_text(p.arch, "amd64");
#elif defined(__aarch64__)
	set_text(p.arch, "arm64");
#elif defined(__arm__)
	set_text(p.arch, "arm");
	set_text(p.variant, __ARM_ARCH >= 7 ? "v7" : "v6");
#elif defined(__i386__)
	set_text(p.arch, "386");
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	set_text(p.arch, "ppc64le");
#elif defined(__s390x__)
	set_text(p.arch, "s390x");
#elif defined(__riscv) && __riscv_xlen == 64
	set_text(p.arch, "riscv64");
#else
#error "no name is known for this architecture: add it here"
#endif
	return p;
}

bool
platform_eq(const struct platform *a, const struct platform *b)
{
	return !strcmp(a->os, b->os) && !strcmp(a->arch, b->arch) &&
	       !strcmp(a->variant, b->variant);
}

void
platform_text(const struct platform *p, char out[PLATFORM_TEXT_SIZE])
{
	(void)snprintf(out, PLATFORM_TEXT_SIZE, "%s/%s%s%s", p->os, p->arch,
		       p->variant[0] ? "/" : "",
		       p->variant); /* three parts of 15 and two slashes fit */
}
