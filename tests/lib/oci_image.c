/* SPDX-License-Identifier: Apache-2.0 */
/* oci_image.c: writes them. */
#include "lib/oci_image.h"
#include "lib/tmp.h"

struct writer {
	const struct oci_image *image;
	const char *dir, *name;
};

static void
blob(const struct writer *w, const char *text, char digest[DIGEST_SIZE])
{
	AUTO_FREE char *path = NULL;

	sha256_digest(sha256_of(text, strlen(text)), digest);
	path = xasprintf("%s/%s%s", w->name, w->image->layout ? "blobs/sha256/" : "",
			 digest + strlen("sha256:"));
	tmp_text(w->dir, path, text);
}

void
oci_image_write(const struct oci_image *image, const char *dir, const char *name,
		char id[DIGEST_SIZE])
{
	struct writer w = { image, dir, name };
	AUTO_FREE char *manifest = NULL, *index = NULL, *path = NULL;
	char layer[DIGEST_SIZE], digest[DIGEST_SIZE];

	blob(&w, image->config, id);
	blob(&w, image->layer, layer);
	manifest =
		xasprintf("{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\",\"size\":%zu},"
			  "\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\","
			  "\"digest\":\"%s\",\"size\":%zu}]}",
			  id, strlen(image->config), layer, strlen(image->layer));
	if (!image->layout) {
		path = xasprintf("%s/manifest.json", name);
		tmp_text(dir, path, manifest);
		return;
	}
	blob(&w, manifest, digest);
	index = xasprintf("{\"manifests\":[{\"digest\":\"%s\",\"size\":%zu}]}", digest,
			  strlen(manifest));
	path = xasprintf("%s/index.json", name);
	tmp_text(dir, path, index);
}
