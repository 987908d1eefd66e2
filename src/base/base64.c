/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c: RFC 4648 base64 through libcrypto. */
#include "base/base64.h"

#include <openssl/evp.h>

char *
base64_encode(struct str bytes)
{
	char *out = xmalloc((bytes.n + 2) / 3 * 4 + 1);

	BUG_ON(bytes.n > (1u << 30));
	(void)EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)bytes.p, (int)bytes.n);
	return out;
}

/* Stricter than EVP_DecodeBlock(), which takes blanks around the text and counts '=' as zeros. */
static bool
well_formed(struct str text)
{
	size_t pad = 0;

	while (pad < 2 && pad < text.n && text.p[text.n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i + pad < text.n; i++) {
		char c = text.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '+' && c != '/')
			return false;
	}
	return text.n % 4 == 0;
}

bool
base64_decode(struct str text, struct buf *ret)
{
	size_t whole = text.n / 4 * 3;
	char *to;
	int n;

	if (!well_formed(text) || text.n > (1u << 30))
		return false;
	if (!text.n)
		return true;
	to = buf_reserve(ret, whole);
	n = EVP_DecodeBlock((unsigned char *)to, (const unsigned char *)text.p, (int)text.n);
	BUG_ON(n != (int)whole);
	whole -= (size_t)(text.p[text.n - 1] == '=') + (text.p[text.n - 2] == '=');
	memset(to + whole, 0, (size_t)n - whole);
	ret->len += whole;
	return true;
}
