// SPDX-License-Identifier: GPL-2.0-only
/*
 * On the emulated host: a CPU goes and comes back, then another time as after
 * hibernation, where all memory was written anew meanwhile (mark.h). And then a
 * guest runs.
 */
#include <fcntl.h>
#include <unistd.h>
#include "mark.h"

static int online(const char *value)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY);
	int ok = fd >= 0 && write(fd, value, 1) == 1;

	close(fd);
	return ok;
}

int main(void)
{
	if (!online("0") || !online("1") || !online("0"))
		return 1;
	mark_resumed();
	if (!online("1"))
		return 1;
	execl("/t/smoke", "/t/smoke", (char *)0);
	return 1;
}
