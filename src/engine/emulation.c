/* SPDX-License-Identifier: Apache-2.0 */
/* emulation.c: asks the kernel with a program that does nothing. */
#include "engine/emulation.h"

#include "base/file.h"
#include "base/path.h"
#include "io/proc.h"

#include <elf.h>
#include <errno.h>
#include <unistd.h>

#define BASE 0x400000
#define TIMEOUT_MS 10000 /* an interpreter takes its time */

/* exit(0) in machine code; flags are what the kernel looks for in the header. */
static const struct kind {
	const char *arch;
	unsigned char class, data;
	unsigned machine, flags;
	struct str code;
} kinds[] = {
	{ "amd64", ELFCLASS64, ELFDATA2LSB, EM_X86_64, 0,
	  STR_LIT("\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05") },
	{ "386", ELFCLASS32, ELFDATA2LSB, EM_386, 0,
	  STR_LIT("\xb8\x01\x00\x00\x00\x31\xdb\xcd\x80") },
	{ "arm64", ELFCLASS64, ELFDATA2LSB, EM_AARCH64, 0,
	  STR_LIT("\xa8\x0b\x80\xd2\x00\x00\x80\xd2\x01\x00\x00\xd4") },
	{ "arm", ELFCLASS32, ELFDATA2LSB, EM_ARM, EF_ARM_EABI_VER5,
	  STR_LIT("\x01\x70\xa0\xe3\x00\x00\xa0\xe3\x00\x00\x00\xef") },
	{ "ppc64le", ELFCLASS64, ELFDATA2LSB, EM_PPC64, 2,
	  STR_LIT("\x01\x00\x00\x38\x00\x00\x60\x38\x02\x00\x00\x44") },
	{ "riscv64", ELFCLASS64, ELFDATA2LSB, EM_RISCV, 0,
	  STR_LIT("\x93\x08\xd0\x05\x13\x05\x00\x00\x73\x00\x00\x00") },
	{ "s390x", ELFCLASS64, ELFDATA2MSB, EM_S390, 0, STR_LIT("\xa7\x29\x00\x00\x0a\x01") },
};

/* A number of so many bytes. */
static void
add(struct buf *b, const struct kind *k, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(b, (char)(value >> 8 * (k->data == ELFDATA2LSB ? i : bytes - 1 - i)));
}

/* One segment that is the whole file, in the order of its class. */
static void
add_segment(struct buf *b, const struct kind *k, unsigned word, size_t size)
{
	bool wide = word == 8;

	add(b, k, PT_LOAD, 4);
	if (wide)
		add(b, k, PF_R | PF_X, 4);
	add(b, k, 0, word);    /* offset */
	add(b, k, BASE, word); /* addresses */
	add(b, k, BASE, word);
	add(b, k, size, word); /* in the file and in memory */
	add(b, k, size, word);
	if (!wide)
		add(b, k, PF_R | PF_X, 4);
	add(b, k, 0x10000, word); /* the largest page that there is */
}

bool
emulation_program(const struct platform *platform, struct buf *ret)
{
	const struct kind *k = NULL;
	unsigned word, head, segment;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].arch, platform->arch))
			k = &kinds[i];
	if (!k)
		return false;
	word = k->class == ELFCLASS64 ? 8 : 4;
	head = k->class == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	segment = k->class == ELFCLASS64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	buf_adds(ret, ELFMAG);
	buf_addc(ret, (char)k->class);
	buf_addc(ret, (char)k->data);
	buf_addc(ret, EV_CURRENT);
	for (unsigned i = EI_OSABI; i < EI_NIDENT; i++)
		buf_addc(ret, 0);
	add(ret, k, ET_EXEC, 2);
	add(ret, k, k->machine, 2);
	add(ret, k, EV_CURRENT, 4);
	add(ret, k, BASE + head + segment, word); /* where it begins */
	add(ret, k, head, word);                  /* where segments are told */
	add(ret, k, 0, word);                     /* sections: none */
	add(ret, k, k->flags, 4);
	add(ret, k, head, 2);
	add(ret, k, segment, 2);
	add(ret, k, 1, 2);
	add(ret, k, 0, 6); /* sections again */
	add_segment(ret, k, word, head + segment + k->code.n);
	buf_add_str(ret, k->code);
	return true;
}

bool
emulation_runs(const struct platform *platform, const char *dir)
{
	struct platform host = platform_host();
	AUTO_FREE char *path = NULL;
	AUTO_BUF struct buf program = BUF_INIT;
	AUTO_ERR struct err err = ERR_INIT;
	struct proc_opts opts = { .log_fd = -1, .timeout_ms = TIMEOUT_MS };
	const char *argv[2] = { NULL, NULL };
	int r;

	if (strcmp(platform->os, host.os) != 0)
		return false;
	buf_init(&program, 0);
	if (!strcmp(platform->arch, host.arch) || !emulation_program(platform, &program))
		return true;
	path = xasprintf("%s/program-%s-%ld", dir, platform->arch, (long)getpid());
	argv[0] = path;
	opts.argv = argv;
	/* Whatever else goes wrong says nothing about the kernel. */
	r = file_mkdirs(dir, &err);
	if (!r)
		r = file_write(path, buf_str(&program), 0700, &err);
	if (!r)
		r = proc_run(&opts, NULL, &err);
	(void)unlink(path); /* the folder is emptied now and then */
	return !r || err.sys_errno != ENOEXEC;
}
