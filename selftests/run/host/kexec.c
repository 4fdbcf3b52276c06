// SPDX-License-Identifier: GPL-2.0-only
/*
 * On the emulated host: start this kernel image over, by kexec_load(2), with
 * the device tree and the initramfs of the running kernel (which has to be
 * booted with "retain_initrd"). The last digit of the kernel argument
 * "keel_boot=0" is counted up, so that the next kernel can tell which it is.
 * usage: kexec IMAGE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEXEC_ARCH_AARCH64	(183ul << 16)
#define REBOOT_MAGIC1		0xfee1dead
#define REBOOT_MAGIC2		672274793
#define REBOOT_KEXEC		0x45584543

/*
 * Where things go in the emulated host's memory, which starts at 1 GiB: where
 * QEMU put them for the running kernel. Its allocator has no page there; in
 * free memory it could hand them out one after the other, which kexec_load(2)
 * has to try each time it wants one page that is not overwritten.
 */
#define KERNEL_AT	0x40200000ul
#define INITRD_AT	0x48000000ul
#define FDT_AT		0x6fe00000ul
#define START_AT	0x70000000ul

struct segment {
	void *buf;
	size_t bufsz;
	uint64_t mem;
	size_t memsz;
};

/* What the boot protocol wants: x0 is the device tree, x1 to x3 are 0. */
static const struct {
	uint32_t code[6];
	uint64_t fdt, kernel;
} start = {
	.code = {
		0x580000c0,	/* ldr x0, fdt */
		0xd2800001,	/* mov x1, #0 */
		0xd2800002,	/* mov x2, #0 */
		0xd2800003,	/* mov x3, #0 */
		0x58000084,	/* ldr x4, kernel */
		0xd61f0080,	/* br x4 */
	},
	.fdt = FDT_AT,
	.kernel = KERNEL_AT,
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static char *read_all(const char *path, size_t *size)
{
	size_t room = 1 << 20, n = 0;
	char *buf = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		die(path);
	while ((got = read(fd, buf + n, room - n)) > 0) {
		n += got;
		if (n == room)
			buf = realloc(buf, room *= 2);
	}
	if (got < 0)
		die(path);
	close(fd);
	*size = n;
	return buf;
}

static uint32_t be32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return __builtin_bswap32(v);
}

/* The value of the first property of this name, in any node. */
static char *property(char *fdt, const char *name, uint32_t *len)
{
	const char *strings = fdt + be32(fdt + 12);
	char *p = fdt + be32(fdt + 8);

	for (;;) {
		uint32_t token = be32(p);

		p += 4;
		if (token == 1) {		/* node */
			p += (strlen(p) + 4) & ~3ul;
		} else if (token == 3) {	/* property */
			*len = be32(p);
			if (!strcmp(strings + be32(p + 4), name))
				return p + 8;
			p += 8 + ((*len + 3) & ~3u);
		} else if (token == 9) {	/* end */
			fprintf(stderr, "no %s\n", name);
			exit(1);
		}
	}
}

static void set_number(char *fdt, const char *name, uint64_t v)
{
	uint32_t len;
	char *p = property(fdt, name, &len);

	for (uint32_t i = 0; i < len; i++)
		p[len - 1 - i] = v >> 8 * i;
}

int main(int argc, char **argv)
{
	size_t kernel_size, initrd_size, fdt_size, page = 4095;
	char *kernel = read_all(argc > 1 ? argv[1] : "Image", &kernel_size);
	char *initrd = read_all("/sys/firmware/initrd", &initrd_size);
	char *fdt = read_all("/sys/firmware/fdt", &fdt_size);
	uint64_t image_size;
	uint32_t len;
	char *count = strstr(property(fdt, "bootargs", &len), "keel_boot=");

	if (!count)
		die("keel_boot");
	count[strlen("keel_boot=")]++;
	set_number(fdt, "linux,initrd-start", INITRD_AT);
	set_number(fdt, "linux,initrd-end", INITRD_AT + initrd_size);
	memcpy(&image_size, kernel + 16, 8);

	struct segment segments[] = {
		{ kernel, kernel_size, KERNEL_AT, (image_size + page) & ~page },
		{ initrd, initrd_size, INITRD_AT, (initrd_size + page) & ~page },
		{ fdt, fdt_size, FDT_AT, (fdt_size + page) & ~page },
		{ (void *)&start, sizeof(start), START_AT, page + 1 },
	};

	if (syscall(SYS_kexec_load, START_AT, 4ul, segments, KEXEC_ARCH_AARCH64))
		die("kexec_load");
	sync();
	syscall(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_KEXEC, NULL);
	die("reboot");
}
