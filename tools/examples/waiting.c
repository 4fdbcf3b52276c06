// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing may be done with a page: its contents are still to come from elsewhere, as after a
 * migration that runs the guest before its memory is there. The guest adds up a word of each of
 * four pages; each access waits until its page has come.
 */
#include "example.h"

#define NOTHING	(KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE | KEEL_MEMORY_NO_EXEC)

/* x0 := the first words of pages 1 to 4, added; stored at DONE */
GUEST("mov x0, #0\n"
      "	mov x2, x1\n"
      "	mov x3, #4\n"
      "1:	ldr x4, [x2]\n"
      "	add x0, x0, x4\n"
      "	add x2, x2, x1\n"
      "	subs x3, x3, #1\n"
      "	b.ne 1b\n"
      "	mov x5, #0x80000000\n"
      "	str x0, [x5]\n");

/* Over a network, from a disk, by decompression: here they are made up. */
static void fetch(struct example *e, int page)
{
	*(__u64 *)(e->memory + page * e->page) = 1000 * page;
}

int main(void)
{
	struct example e = example_new();
	struct keel_memory_fault refused;
	int came = 0;
	__u64 sum;

	for (int page = 1; page <= 4; page++)
		withhold(&e, page, NOTHING);
	while (example_run(&e, &refused, &sum)) {
		int page = refused.gpa / e.page;

		printf("page %d is wanted: it comes\n", page);
		fetch(&e, page);
		withhold(&e, page, 0);
		came++;
	}
	printf("%d pages came, the guest's sum is %llu\n", came, (unsigned long long)sum);
	return came != 4 || sum != 10000;
}
