// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the user and ioctls that must work.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

static void print(const char *format, va_list arguments)
{
	char line[512];

	/* One write, so that lines of two threads do not mix. */
	vsnprintf(line, sizeof(line), format, arguments);
	fprintf(stderr, "keel-vmm: %s\r\n", line);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
	exit(1);
}

int kvm_call(int fd, unsigned long request, const char *name, unsigned long argument)
{
	int result;

	do {
		result = ioctl(fd, request, argument);
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		die("%s: %s", name, strerror(errno));
	return result;
}
