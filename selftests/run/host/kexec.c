// SPDX-License-Identifier: GPL-2.0-only
/*
 * On the emulated host: start this kernel image over, by kexec_load(2), with
 * the device tree and the initramfs of the running kernel (which has to be
 * booted with "retain_initrd"). The last digit of the kernel argument
 * "keel_boot=0" is counted up, so that the next kernel can tell which it is.
 * usage: kexec IMAGE         at once
 *        kexec -p IMAGE      by a panic, in the memory that crashkernel= keeps
 */
#include <fcntl.h>
#include <stdbool.h>
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
#define KEXEC_ON_CRASH		1ul

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

/* Within the memory for a crash kernel. */
#define CRASH_INITRD	0x6000000ul
#define CRASH_FDT	0xe000000ul
#define CRASH_START	0xe200000ul

struct segment {
	void *buf;
	size_t bufsz;
	uint64_t mem;
	size_t memsz;
};

/* What the boot protocol wants: x0 is the device tree, x1 to x3 are 0. */
static struct {
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

static void put_be(void *p, uint64_t v, unsigned int bytes)
{
	while (bytes--) {
		((unsigned char *)p)[bytes] = v;
		v >>= 8;
	}
}

/* Behind the name of /chosen. */
static char *chosen(char *fdt)
{
	for (char *p = fdt + be32(fdt + 8);; ) {
		uint32_t token = be32(p);

		p += 4;
		if (token == 1) {
			size_t name = (strlen(p) + 4) & ~3ul;

			if (!strcmp(p, "chosen"))
				return p + name;
			p += name;
		} else if (token == 3) {
			p += 8 + ((be32(p) + 3) & ~3u);
		} else if (token == 9) {
			fprintf(stderr, "no /chosen\n");
			exit(1);
		}
	}
}

/*
 * A tree in which /chosen has one more property, a pair of 64-bit numbers; its two blocks move to
 * the end.
 */
static char *add_pair(char *fdt, size_t *size, const char *name, uint64_t a, uint64_t b)
{
	uint32_t structs = be32(fdt + 8), strings = be32(fdt + 12);
	uint32_t strings_size = be32(fdt + 32), structs_size = be32(fdt + 36);
	size_t before = chosen(fdt) - (fdt + structs), at = (*size + 7) & ~7ul;
	char *new = calloc(1, at + structs_size + 28 + strings_size + strlen(name) + 1),
	     *p = new + at;

	memcpy(new, fdt, *size);
	put_be(new + 8, at, 4);
	memcpy(p, fdt + structs, before);
	p += before;
	put_be(p, 3, 4);
	put_be(p + 4, 16, 4);
	put_be(p + 8, strings_size, 4);
	put_be(p + 12, a, 8);
	put_be(p + 20, b, 8);
	p += 28;
	memcpy(p, fdt + structs + before, structs_size - before);
	p += structs_size - before;
	put_be(new + 36, structs_size + 28, 4);
	put_be(new + 12, p - new, 4);
	memcpy(p, fdt + strings, strings_size);
	strcpy(p + strings_size, name);
	put_be(new + 32, strings_size + strlen(name) + 1, 4);
	*size = p - new + strings_size + strlen(name) + 1;
	put_be(new + 4, *size, 4);
	return new;
}

/* What crashkernel= set aside. */
static uint64_t crash_memory(uint64_t *size)
{
	char line[128];
	FILE *f = fopen("/proc/iomem", "r");
	unsigned long first, last;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "Crash kernel") && sscanf(line, " %lx-%lx", &first, &last) == 2) {
			fclose(f);
			*size = last + 1 - first;
			return first;
		}
	fprintf(stderr, "no memory for a crash kernel\n");
	exit(1);
}

static void go(bool crash)
{
	sync();
	if (crash) {
		int fd = open("/proc/sysrq-trigger", O_WRONLY);

		if (fd < 0 || write(fd, "c", 1) != 1)
			die("sysrq");
	}
	syscall(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_KEXEC, NULL);
	die("reboot");
}

int main(int argc, char **argv)
{
	bool crash = argc > 2 && !strcmp(argv[1], "-p");
	size_t kernel_size, initrd_size, fdt_size, page = 4095;
	char *kernel = read_all(argc > 1 ? argv[argc - 1] : "Image", &kernel_size);
	char *initrd = read_all("/sys/firmware/initrd", &initrd_size);
	char *fdt = read_all("/sys/firmware/fdt", &fdt_size);
	uint64_t kernel_at = KERNEL_AT, initrd_at = INITRD_AT, fdt_at = FDT_AT, start_at = START_AT;
	uint64_t image_size, base, size;
	uint32_t len;
	char *count = strstr(property(fdt, "bootargs", &len), "keel_boot=");

	if (!count)
		die("keel_boot");
	count[strlen("keel_boot=")]++;
	if (crash) {
		base = crash_memory(&size);
		fdt = add_pair(fdt, &fdt_size, "linux,usable-memory-range", base, size);
		kernel_at = base;
		initrd_at = base + CRASH_INITRD;
		fdt_at = base + CRASH_FDT;
		start_at = base + CRASH_START;
	}
	start.fdt = fdt_at;
	start.kernel = kernel_at;
	set_number(fdt, "linux,initrd-start", initrd_at);
	set_number(fdt, "linux,initrd-end", initrd_at + initrd_size);
	memcpy(&image_size, kernel + 16, 8);

	struct segment segments[] = {
		{ kernel, kernel_size, kernel_at, (image_size + page) & ~page },
		{ initrd, initrd_size, initrd_at, (initrd_size + page) & ~page },
		{ fdt, fdt_size, fdt_at, (fdt_size + page) & ~page },
		{ (void *)&start, sizeof(start), start_at, page + 1 },
	};

	if (syscall(SYS_kexec_load, start_at, 4ul, segments,
		    KEXEC_ARCH_AARCH64 | (crash ? KEXEC_ON_CRASH : 0)))
		die("kexec_load");
	go(crash);
}
