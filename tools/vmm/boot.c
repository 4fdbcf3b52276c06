// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts kernel and initrd into the guest's memory. The format of the kernel
 * and what it wants to find is in the kernel's Documentation/arch/arm64/booting.rst.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm.h"

/* The head of an arm64 Image, little-endian. */
struct image_header {
	u32 code[2];
	u64 text_offset;	/* where to load, from a multiple of 2 MB */
	u64 image_size;		/* with what is not in the file; 0 before 3.17 */
	u64 flags;
	u64 reserved[3];
	u32 magic;
	u32 reserved2;
};

#define IMAGE_MAGIC 0x644d5241	/* "ARM\x64" */

static u64 align_up(u64 value, u64 to)
{
	return (value + to - 1) & ~(to - 1);
}

static u64 file_size(int fd, const char *file)
{
	struct stat st;

	if (fstat(fd, &st))
		die("%s: %s", file, strerror(errno));
	return st.st_size;
}

/* Read the whole file to a guest address; returns its size. */
static u64 load(struct machine *m, const char *file, u64 address)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	u64 done = 0, size;
	char *to;

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	size = file_size(fd, file);
	to = vm_memory(m, address, size);
	if (!to)
		die("%s: does not fit into the guest's memory, see --mem", file);
	while (done < size) {
		ssize_t n = read(fd, to + done, size - done);

		if (n <= 0)
			die("%s: %s", file, n ? strerror(errno) : "shrank");
		done += n;
	}
	close(fd);
	return size;
}

static struct image_header read_header(const char *file)
{
	struct image_header header;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	if (read(fd, &header, sizeof(header)) != sizeof(header) ||
	    le32toh(header.magic) != IMAGE_MAGIC)
		die("%s: not an arm64 Image", file);
	close(fd);
	return header;
}

/* From the bottom of memory: kernel, device tree, initrd. */
struct boot boot_load(struct machine *m)
{
	const struct options *o = m->options;
	struct image_header header = read_header(o->kernel);
	struct boot boot = { .entry = RAM_BASE + le64toh(header.text_offset) };
	u64 size = load(m, o->kernel, boot.entry);

	if (size < le64toh(header.image_size))
		size = le64toh(header.image_size);
	boot.dtb = align_up(boot.entry + size, MB(2));
	boot.dtb_room = MB(2);
	if (!vm_memory(m, boot.entry, size) || !vm_memory(m, boot.dtb, boot.dtb_room))
		die("%s: does not fit into the guest's memory, see --mem", o->kernel);
	if (o->initrd) {
		boot.initrd = boot.dtb + boot.dtb_room;
		boot.initrd_size = load(m, o->initrd, boot.initrd);
	}
	return boot;
}
