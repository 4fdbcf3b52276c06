// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ktap.h"
#include "procfs.h"

u64 proc_number(const char *file, const char *name)
{
	FILE *f = fopen(file, "r");
	char line[128];
	u64 value = 0;

	REQUIRE(f, "%s: %d", file, errno);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL, 10);
	fclose(f);
	return value;
}
