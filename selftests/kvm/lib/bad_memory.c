// SPDX-License-Identifier: GPL-2.0-only
/* Memory that aborts: lib/bad_memory.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "bad_memory.h"

#define HOLE		0x0b000000l	/* in the machine's memory map */

static bool is_qemu_virt(void)
{
	char text[64] = "";
	int fd = open("/proc/device-tree/compatible", O_RDONLY);

	if (fd < 0)
		return false;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return !strcmp(text, "linux,dummy-virt");
}

void *bad_memory(void)
{
	int fd = open("/dev/bad_memory", O_RDWR);
	off_t at = 0;
	void *p;

	if (fd < 0) {
		fd = is_qemu_virt() ? open("/dev/mem", O_RDWR | O_SYNC) : -1;
		at = HOLE;
	}
	if (fd < 0)
		ktap_skip("no memory that aborts");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
	close(fd);
	if (p == MAP_FAILED)
		ktap_skip("no memory that aborts: %s", strerror(errno));
	return p;
}

void guest_touch_bad(u64 ipa)
{
	guest_on(VEC_SERROR, guest_skip_sync);
	irq_on();
	(void)*(volatile u64 *)ipa;
	isb();
	irq_off();
	GUEST_ASSERT(READ_ONCE(guest_nr_sync) > 0);
	WRITE_ONCE(guest_nr_sync, 0);
}
