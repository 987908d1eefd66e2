/* SPDX-License-Identifier: Apache-2.0 */
/* standalone.c: main() of a fuzz target that is built without libFuzzer: runs the files that it is given. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef LOCKSTEP_FUZZ
static int
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	long size = -1;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		size = ftell(f);
	if (size < 0 || fseek(f, 0, SEEK_SET) != 0) {
		perror(path);
		if (f != NULL)
			fclose(f);
		return 1;
	}
	/* Exactly as long as the input, so that a sanitizer sees the first byte read beyond it. */
	uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
	size_t got = data != NULL ? fread(data, 1, (size_t)size, f) : 0;

	fclose(f);
	if (got == (size_t)size && data != NULL)
		LLVMFuzzerTestOneInput(data, got);
	free(data);
	return got == (size_t)size ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	return failed;
}
#endif
