// SPDX-License-Identifier: GPL-2.0-only
/*
 * On an emulated host whose kernel has fault injection: load a module again
 * and again, each time with another of its last COUNT small allocations
 * failing, and unload it where it loaded all the same. Prints how often it did.
 * With the module failing: the same of all that it asks of the kernel.
 * usage: load-failing FILE NAME COUNT [PARAMETERS]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PLENTY	1000000

static int nth;

static void set_nth(int n)
{
	char buf[16];
	int len = snprintf(buf, sizeof(buf), "%d", n);

	if (pwrite(nth, buf, len, 0) != len)
		exit(4);
}

/* How many allocations are still to be made until one fails; 0: it did. */
static int left(void)
{
	char buf[16] = "";

	if (pread(nth, buf, sizeof(buf) - 1, 0) < 0)
		exit(4);
	set_nth(0);
	return atoi(buf);
}

static int load(const char *file, const char *params)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), ret;

	ret = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return ret;
}

static void unload(const char *name)
{
	if (syscall(SYS_delete_module, name, O_NONBLOCK)) {
		perror("delete_module");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int count, total, loaded = 0, refused = 0;
	const char *params = argc == 5 ? argv[4] : "";

	if (argc < 4)
		return 1;
	nth = open("/sys/module/failing/parameters/nth", O_RDWR);
	if (nth < 0)
		nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth < 0)
		return 4;
	count = atoi(argv[3]);
	set_nth(PLENTY);
	if (load(argv[1], params))
		return 1;
	total = PLENTY - left();
	unload(argv[2]);

	for (int n = total > count ? total - count : 1; n <= total; n++) {
		int ret;

		set_nth(n);
		ret = load(argv[1], params);
		left();
		if (ret && ret != -ENOMEM)
			printf("# allocation %d of %d: %s\n", n, total, strerror(-ret));
		refused += !!ret;
		loaded += !ret;
		if (!ret)
			unload(argv[2]);
	}
	printf("# %d allocations; refused %d times, loaded %d times\n", total, refused, loaded);
	return refused ? 0 : 1;
}
