// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is swapped out: lib/swap.h. */
#include <stdio.h>
#include <stdlib.h>
#include "procfs.h"
#include "swap.h"

bool swap_on(void)
{
	FILE *f = popen("exec 2>/dev/null; modprobe zram; echo 64M >/sys/block/zram0/disksize && "
			"mkswap /dev/zram0 && swapon /dev/zram0", "r");
	char buffer[256];

	while (f && fread(buffer, 1, sizeof(buffer), f) > 0)
		;
	return f && pclose(f) == 0;
}

void swap_off(void)
{
	if (system("swapoff /dev/zram0; echo 1 >/sys/block/zram0/reset"))
		ktap_note("zram0 stays");
}

u64 swap_pages(void)
{
	return proc_number("/proc/self/status", "VmSwap") * 1024 / PAGE;
}

u64 swap_pages_of(const void *p, u64 size)
{
	FILE *f = fopen("/proc/self/pagemap", "r");
	u64 entry, n = 0;

	REQUIRE(f);
	REQUIRE_EQ(fseek(f, (u64)p / PAGE * 8, SEEK_SET), 0);
	for (u64 i = 0; i < size / PAGE; i++) {
		REQUIRE_EQ(fread(&entry, 8, 1, f), 1);
		n += entry >> 62 & 1;
	}
	fclose(f);
	return n;
}
