/* SPDX-License-Identifier: Apache-2.0 */
/* t-pin_find.c: what is a pin, of which kind, and what is none. */
#include "model/pin.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LONG_TAG                                                                                   \
	"a0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                        \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct pin_image images[] = {
	{ .name = "ghcr.io/o/x" },
	{ .name = "docker.io/library/tool" },
	{ .name = "localhost:5000/a/b" },
};

static char *
list(const char *path, struct str text)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct pin_set *set = pin_set_new(arena, images, ARRAY_SIZE(images));
	struct pin_file file;
	struct buf b = BUF_INIT;

	buf_init(&b, 0);
	pin_find(arena, set, path, text, &file);
	for (size_t i = 0; i < file.npins; i++) {
		const struct pin *p = &file.pins[i];

		buf_addf(&b, "%d:%d %s %zu %s%s%s%s\n", p->line, p->col, pin_kind_name(p->kind),
			 p->image, p->tag ? p->tag : "-", p->digest ? "@" : "",
			 p->digest ? p->digest : "", p->apart ? " apart" : "");
	}
	return buf_steal(&b);
}

static void
check(const char *path, const char *text, const char *want)
{
	char *AUTO_FREE got = list(path, str_c(text));

	assert_string_equal(got, want);
}

#define YAML(text, want) check("f.yaml", text, want)

static void
whole_values_are_pins(void **state UNUSED)
{
	YAML("image: ghcr.io/o/x:1\n", "1:8 image 0 1\n");
	YAML("image: ghcr.io/o/x@" SHA "\n", "1:8 image 0 -@" SHA "\n");
	YAML("image: ghcr.io/o/x:1@" SHA "\n", "1:8 image 0 1@" SHA "\n");
	YAML("image: ghcr.io/o/x\n", "1:8 image 0 -\n");
	YAML("- name: SHELL_IMAGE\n  value: 'ghcr.io/o/x:1'\n", "2:11 image 0 1\n");
	YAML("args: [ \"ghcr.io/o/x:1\", localhost:5000/a/b:2 ]\n",
	     "1:10 image 0 1\n1:26 image 2 2\n");
	YAML("a: &img ghcr.io/o/x:1 # why\nb: *img\n", "1:9 image 0 1\n");
	YAML("a: !!str ghcr.io/o/x:1\n---\nb: >-\n  ghcr.io/o/x:2\n",
	     "1:10 image 0 1\n4:3 image 0 2\n");
	check("f.json", "{\"image\":\"ghcr.io/o/x:1\"}", "1:11 image 0 1\n");
}

static void
names_alone_are_none(void **state UNUSED)
{
	YAML("name: ghcr.io/o/x\nurl: https://ghcr.io/o/x\n# ghcr.io/o/x\nghcr.io/o/x: 1\n", "");
	YAML("name: tool\ntool: tool\n", "");
}

/* F24: whole tokens by the grammar of references. */
static void
f24_other_names_are_others(void **state UNUSED)
{
	YAML("- ghcr.io/o/x-foo:1\n- ghcr.io/o/x/y:1\n- ghcr.io/o/x.y:1\n- ghcr.io/o/x__y:1\n"
	     "- mirror.io/ghcr.io/o/x:1\n- xghcr.io/o/x:1\n- a-ghcr.io/o/x:1\n- ghcr.io/o/xY:1\n",
	     "");
	YAML("- tool:5000/z:1\n- my/tool:1\n- tool-x:1\n- ghcr.io/tool:1\n", "");
	YAML("- ghcr.io/o/x:dev\n- ghcr.io/o/x:feat-x\n- ghcr.io/o/x:1.2.3\n",
	     "1:3 image 0 dev\n2:3 image 0 feat-x\n3:3 image 0 1.2.3\n");
}

static void
docker_io_has_many_spellings(void **state UNUSED)
{
	YAML("- tool:1\n- library/tool:1\n- docker.io/tool:1\n- docker.io/library/tool:1\n"
	     "- index.docker.io/library/tool:1\n",
	     "1:3 image 1 1\n2:3 image 1 1\n3:3 image 1 1\n4:3 image 1 1\n5:3 image 1 1\n");
}

static void
urls_of_images_are_references(void **state UNUSED)
{
	YAML("- uses: docker://ghcr.io/o/x:1\n- uses: 'docker://tool:2'\n- oci://ghcr.io/o/x:1@" SHA
	     "\n",
	     "1:18 image 0 1\n2:19 image 1 2\n3:9 image 0 1@" SHA "\n");
	YAML("run: skopeo copy docker://ghcr.io/o/x:1 oci:there\n- [\n", "1:27 other 0 1\n");
	YAML("run: |\n  skopeo inspect docker://ghcr.io/o/x:1\nb: --x=oci://tool:1\n",
	     "2:27 embedded 0 1\n3:14 other 1 1\n");
	YAML("{{ if .x }}\n  image: docker://ghcr.io/o/x:1\n", "2:19 image 0 1\n");
	YAML("- https://ghcr.io/o/x:1\n- xoci://tool:1\n- git+oci://tool:1\n- oci:///tool:1\n"
	     "- docker://my/tool:1\n- oci://ghcr.io/o/x\n- a/oci://tool:1\n",
	     "");
	YAML("dependencies:\n- name: x\n  repository: oci://ghcr.io/o\n  version: 1.2.3\n"
	     "- { repository: 'oci://ghcr.io/o/x', tag: a }\n",
	     "3:15 helm 0 1.2.3 apart\n5:17 helm 0 a apart\n");
	check("README.md", "helm pull oci://ghcr.io/o/x:1\n", "1:17 prose 0 1\n");
}

static void
helm_values(void **state UNUSED)
{
	YAML("image:\n  repository: ghcr.io/o/x\n  tag: \"1\"\n", "2:15 helm 0 1 apart\n");
	YAML("image:\n  registry: ghcr.io\n  repository: o/x\n  tag: 1\n  digest: " SHA "\n",
	     "3:15 helm 0 1@" SHA " apart\n");
	YAML("image: { repository: ghcr.io/o, name: x, tag: 1, pullPolicy: Always }\n",
	     "1:22 helm 0 1 apart\n");
	YAML("image: { repository: ghcr.io/o/x, version: 1 }\n", "1:22 helm 0 1 apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: 1@" SHA " }\n",
	     "1:22 helm 0 1@" SHA " apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: '' }\n", "1:22 helm 0 - apart\n");
	YAML("image: { repository: ghcr.io/o/x }\n", "1:22 helm 0 - apart\n");
	YAML("image: { repository: ghcr.io/o/y, tag: 1 }\n", "");
	YAML("a: &d { repository: ghcr.io/o/x }\nb: { <<: *d, tag: 2 }\n",
	     "1:21 helm 0 - apart\n1:21 helm 0 2 apart\n");
	YAML("t: &t v1\nimage: { repository: ghcr.io/o/x, tag: *t }\n", "2:22 helm 0 v1 apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: '{{ .v }}' }\n",
	     "1:22 template 0 {{ .v }} apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: 80/y }\n", "1:22 template 0 80/y apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: \"v@" SHA "\", digest: " SHA " }\n",
	     "1:22 other 0 - apart\n");
	YAML("image: { repository: ghcr.io/o/x, &t tag: *t }\n", "1:22 other 0 - apart\n");
	YAML("image:\n  repository: ghcr.io/o/x\n  tag: |-\n    v1\n", "2:15 other 0 - apart\n");
	YAML("image: { repository: ghcr.io/o/x, tag: \"v\\\n 1\" }\n", "1:22 other 0 - apart\n");
	YAML("dependencies: [ { name: tool, version: 1, repository: 'https://x' } ]\n", "");
}

static void
kustomizations(void **state UNUSED)
{
	YAML("images:\n- name: ghcr.io/o/x\n  newTag: \"0.18.0\"\n",
	     "2:9 kustomize 0 0.18.0 apart\n");
	YAML("images:\n- name: app\n  newName: ghcr.io/o/x\n  newTag: a\n  digest: " SHA "\n",
	     "3:12 kustomize 0 a@" SHA " apart\n");
	YAML("images:\n- name: ghcr.io/o/x\n  newName: ghcr.io/o/other\n  newTag: a\n", "");
	YAML("image: &i ghcr.io/o/x:1\nimages:\n- name: *i\n  newTag: a\n", "1:11 image 0 1\n");
	YAML("spec: { images: [ { name: ghcr.io/o/x, digest: " SHA " } ] }\n",
	     "1:27 kustomize 0 -@" SHA " apart\n");
}

/* F15: text that is no YAML is never edited; F16: comments are told. */
static void
f15_f16_prose_and_comments_are_mentions(void **state UNUSED)
{
	check("README.md", "Pinned to `ghcr.io/o/x:1`.\nSee ghcr.io/o/x.\n", "1:12 prose 0 1\n");
	YAML("# ghcr.io/o/x:1 as of today\nimage: ghcr.io/o/x:2 # was ghcr.io/o/x:1\n",
	     "1:3 comment 0 1\n2:8 image 0 2\n2:28 comment 0 1\n");
}

static void
inside_of_longer_texts(void **state UNUSED)
{
	YAML("run: |\n  docker run ghcr.io/o/x:1 sh\n", "2:14 embedded 0 1\n");
	YAML("text: see ghcr.io/o/x:1 there\n", "1:11 embedded 0 1\n");
	YAML("- --image=ghcr.io/o/x:1\n", "1:11 other 0 1\n");
	YAML("ghcr.io/o/x:1: a\n", "1:1 other 0 1\n");
	YAML("image: \"ghcr.io/o/x:{{ .tag }}\"\n", "1:9 template 0 -\n");
	YAML("image: ghcr.io/o/x:${TAG}\n", "1:8 template 0 -\n");
	YAML("image: ghcr.io/o/x:v${TAG}\n", "1:8 template 0 v\n");
	YAML("# ghcr.io/o/x:1@{{ .d }}\n", "1:3 template 0 1\n");
	check("Dockerfile", "FROM ghcr.io/o/x:v${TAG}\n", "1:6 template 0 v\n");
	check("README.md", "<code>ghcr.io/o/x:1</code>, ghcr.io/o/x:v<n>\n",
	      "1:7 prose 0 1\n1:29 template 0 v\n");
}

static void
broken_references(void **state UNUSED)
{
	YAML("image: ghcr.io/o/x:1@sha256:12\n", "1:8 other 0 -\n");
	YAML("image: ghcr.io/o/x:1@" SHA ".y\n", "1:8 other 0 -\n");
	YAML("image: ghcr.io/o/x:1@" SHA "@" SHA "\n", "1:8 other 0 -\n");
	YAML("image: ghcr.io/o/x:1@" SHA "@${D}\n", "1:8 other 0 -\n");
	YAML("image: ghcr.io/o/x@" SHA "-\n", "1:8 other 0 -\n");
	YAML("image: ghcr.io/o/x:" LONG_TAG "\n", "1:8 other 0 -\n");
	YAML("a: &ghcr.io/o/x:1 b\n", "1:5 other 0 -\n");
	YAML("a: !ghcr.io/o/x:1 b # lockstep: ghcr.io/o/x\n", "1:5 other 0 -\n");
	YAML("# see ghcr.io/o/x:1.\n", "1:7 comment 0 1\n");
	YAML("# see ghcr.io/o/x@" SHA "..\n", "1:7 comment 0 -@" SHA "\n");
}

/* F25: what only one form of pin can see. Templates are read line by line. */
static void
f25_templates_that_are_no_yaml(void **state UNUSED)
{
	YAML("{{- if .x }}\n  - image: \"ghcr.io/o/x:1\" # c\n    image: ghcr.io/o/x:{{ .t }}\n"
	     "{{ $i := \"ghcr.io/o/x:1\" }}\n# ghcr.io/o/x:1\n  arg: --x=ghcr.io/o/x:1\n{{- end }}\n",
	     "2:13 image 0 1\n3:12 template 0 -\n4:11 template 0 1\n5:3 comment 0 1\n6:12 other 0 1\n");
	check("devcontainer.json", "{ // why\n  \"image\": \"ghcr.io/o/x:1\",\n}\n",
	      "2:13 image 0 1\n");
}

static void
marks(void **state UNUSED)
{
	YAML("- --image=ghcr.io/o/x:1 # lockstep: ghcr.io/o/x\n", "1:11 marked 0 1\n");
	YAML("rev: 7cebcbb # lockstep: ghcr.io/o/x:tag\n", "1:6 marked 0 7cebcbb apart\n");
	YAML("d: " SHA " # lockstep: ghcr.io/o/x:digest\n", "1:4 marked 0 -@" SHA " apart\n");
	YAML("n: ghcr.io/o/x # lockstep: ghcr.io/o/x:name\n", "");
	YAML("a: 1 # lockstep: ghcr.io/o/other:tag\n", "");
	YAML("a: # lockstep: ghcr.io/o/x:tag\n", "1:4 other 0 -\n");
	YAML("{ a: v1, b: '' } # lockstep: ghcr.io/o/x:tag\n", "1:18 other 0 -\n");
	YAML("t: &t v1\nb: { a: v2, b: *t } # lockstep: ghcr.io/o/x:tag\n", "2:21 other 0 -\n");
	YAML("b: { a: v2, b: [] } # lockstep: ghcr.io/o/x:tag\n", "1:21 other 0 -\n");
	YAML("b: { a: v2, b: [v1] } # lockstep: ghcr.io/o/x:tag\n", "1:17 marked 0 v1 apart\n");
	YAML("rev: a b # lockstep: ghcr.io/o/x:tag\n", "1:6 other 0 - apart\n");
	YAML("rev: ${R} # lockstep: ghcr.io/o/x:tag\n", "1:6 other 0 - apart\n");
	YAML("d: v1 # lockstep: ghcr.io/o/x:digest\n", "1:4 other 0 - apart\n");
	YAML("- tool:1@" SHA " # lockstep: ghcr.io/o/x:tag\n",
	     "1:3 other 0 - apart\n1:3 image 1 1@" SHA "\n");
	YAML("a: '# lockstep: ghcr.io/o/x:tag'\n", "1:17 embedded 0 tag\n");
	YAML("a: |\n  ghcr.io/o/x:1 # lockstep: ghcr.io/o/x\n", "2:3 marked 0 1\n");
	YAML("- --i=ghcr.io/o/x:1 # {\"$imagepolicy\": \"ns:x\"}\n", "1:7 marked 0 1\n");
	YAML("a: 1 # {\"$imagepolicy\": \"ns:x:tag\"}\n", "");
	YAML("{{ $i := \"ghcr.io/o/x:1\" }} # lockstep: ghcr.io/o/x\n", "1:11 marked 0 1\n");
	YAML("- ghcr.io/o/x:v${T} # lockstep: ghcr.io/o/x\n", "1:3 template 0 v\n");
	YAML("- ghcr.io/o/x:1@${D} # {\"$imagepolicy\": \"ns:x\"}\n", "1:3 template 0 1\n");
}

/* Bytes count, not characters: with UTF-8, a byte-order mark and CRLF each offset is right. */
static void
offsets_are_bytes(void **state UNUSED)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct pin_set *set = pin_set_new(arena, images, ARRAY_SIZE(images));
	struct str text = STR_LIT("\xef\xbb\xbf# \xe2\x80\x94\r\n\xc3\xa9: ghcr.io/o/x:1\r\n"
				  "\xc3\xa9\xc3\xa9: { repository: ghcr.io/o/x, tag: \"t\" }");
	struct pin_file f;

	pin_find(arena, set, "f.yml", text, &f);
	assert_int_equal(f.npins, 2);
	assert_memory_equal(text.p + f.pins[0].at, "ghcr.io/o/x:1\r", 14);
	assert_memory_equal(text.p + f.pins[0].from, ":1\r", 3);
	assert_int_equal(f.pins[0].col, 4);
	assert_memory_equal(text.p + f.pins[1].tag_at.from, "t\"", 2);
	assert_false(f.pins[1].tag_at.plain);
	assert_int_equal(f.pins[1].line, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_values_are_pins),
		cmocka_unit_test(names_alone_are_none),
		cmocka_unit_test(f24_other_names_are_others),
		cmocka_unit_test(docker_io_has_many_spellings),
		cmocka_unit_test(urls_of_images_are_references),
		cmocka_unit_test(helm_values),
		cmocka_unit_test(kustomizations),
		cmocka_unit_test(f15_f16_prose_and_comments_are_mentions),
		cmocka_unit_test(inside_of_longer_texts),
		cmocka_unit_test(broken_references),
		cmocka_unit_test(f25_templates_that_are_no_yaml),
		cmocka_unit_test(marks),
		cmocka_unit_test(offsets_are_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
