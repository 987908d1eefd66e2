/* SPDX-License-Identifier: Apache-2.0 */
/* registry_certs.c: reads a folder of certs.d. */
#include "remote/registry_certs.h"

#include "base/file.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/* "/x/client.cert", ".cert", ".key": "/x/client.key". */
static char *
partner(const char *path, const char *end, const char *other)
{
	return xasprintf("%.*s%s", (int)(strlen(path) - strlen(end)), path, other);
}

static int
add_ca(struct registry_certs *c, const char *path, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_ERR struct err why = ERR_INIT;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_CONFIG_FILE, &text, &why);
	if (r && why.sys_errno == ENOENT)
		return 0;
	if (r)
		return err_move(err, &why);
	buf_add_str(&c->ca, buf_str(&text));
	buf_addc(&c->ca, '\n');
	return 0;
}

static int
add_pair(struct registry_certs *c, const char *cert, struct err *err)
{
	AUTO_FREE char *key = partner(cert, ".cert", ".key");

	if (!file_exists(AT_FDCWD, key)) {
		err_set(err, ERR_INPUT, "'%s' has no key beside it: '%s' is missing", cert,
			path_base(key));
		err_hint(err, "the certificate of a CA has a name that ends in .crt");
		return -ERR_INPUT;
	}
	if (c->cert_file)
		return 0;
	if (access(key, R_OK))
		return err_sys(err, "cannot read '%s'", key);
	c->cert_file = xstrdup(cert);
	c->key_file = STEAL(key);
	return 0;
}

static int
add(struct registry_certs *c, const char *name, struct err *err)
{
	AUTO_FREE char *path = path_join(c->folder, name), *cert = NULL;

	if (str_ends(str_c(name), STR_LIT(".crt")))
		return add_ca(c, path, err);
	if (str_ends(str_c(name), STR_LIT(".cert")))
		return add_pair(c, path, err);
	if (!str_ends(str_c(name), STR_LIT(".key")))
		return 0;
	cert = partner(path, ".key", ".cert");
	return file_exists(AT_FDCWD, cert)
		       ? 0
		       : err_set(err, ERR_INPUT,
				 "'%s' has no certificate beside it: '%s' is missing", path,
				 path_base(cert));
}

static int
read_folder(struct registry_certs *c, struct err *err)
{
	struct dirent **entries = NULL;
	int n = scandir(c->folder, &entries, NULL, alphasort), r = 0;

	for (int i = 0; i < n; i++) {
		if (!r)
			r = add(c, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int
registry_certs_load(const char *const *folders, const char *domain, struct registry_certs *ret,
		    struct err *err)
{
	struct registry_certs c = { 0 };
	struct stat st;
	int r;

	buf_init(&c.ca, 0);
	for (; *folders && !c.folder; folders++) {
		AUTO_FREE char *folder = path_join(*folders, domain);

		if (!stat(folder, &st) && S_ISDIR(st.st_mode))
			c.folder = STEAL(folder);
	}
	r = c.folder ? read_folder(&c, err) : 0;
	if (r)
		registry_certs_fini(&c);
	else
		*ret = c;
	return r;
}

void
registry_certs_fini(struct registry_certs *c)
{
	free(c->folder);
	buf_fini(&c->ca);
	free(c->cert_file);
	free(c->key_file);
	*c = (struct registry_certs){ 0 };
}

void
registry_certs_use(const struct registry_certs *c, struct http_request *req)
{
	req->more_ca = buf_str(&c->ca);
	req->cert_file = c->cert_file;
	req->key_file = c->key_file;
}
