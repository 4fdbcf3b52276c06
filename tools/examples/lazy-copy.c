// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages may be read: a copy of the guest's memory at one moment, taken while the guest goes on. A
 * page is copied when the guest first wants to write to it; what it does not write to is copied at
 * leisure. (Here the guest has ended by then; else each page is copied first, then given back.) The
 * kernel's own writes, as those of an ITS or of stolen time, are not held up by rights of pages.
 */
#include "example.h"

/* Pages 1 and 3 are overwritten, and page 2 is read. */
GUEST("add x2, x1, x1\n"
      "	ldr x0, [x2]\n"
      "	mov x3, #99\n"
      "	str x3, [x1]\n"
      "	add x2, x2, x1\n"
      "	str x3, [x2]\n"
      "	str x3, [x2, #8]\n"
      "	mov x5, #0x80000000\n"
      "	str x0, [x5]\n");

static void copy_page(struct example *e, char *copy, int page)
{
	memcpy(copy + page * e->page, e->memory + page * e->page, e->page);
	withhold(e, page, 0);
}

int main(void)
{
	struct example e = example_new();
	struct keel_memory_fault refused;
	char *copy = malloc(PAGES * e.page), *as_it_was = malloc(PAGES * e.page);
	int copied[PAGES] = {}, early = 0;
	__u64 said;

	for (int page = 1; page < PAGES; page++)
		*(__u64 *)(e.memory + page * e.page) = page;
	memcpy(as_it_was, e.memory, PAGES * e.page);
	for (int page = 0; page < PAGES; page++)
		withhold(&e, page, KEEL_MEMORY_NO_WRITE);
	while (example_run(&e, &refused, &said)) {
		int page = refused.gpa / e.page;

		printf("page %d is about to be written: copied\n", page);
		copy_page(&e, copy, page);
		copied[page] = 1;
		early++;
	}
	for (int page = 0; page < PAGES; page++)
		if (!copied[page])
			copy_page(&e, copy, page);
	printf("%d pages were copied for a write, %d later\n", early, PAGES - early);
	return early != 2 || said != 2 || memcmp(copy, as_it_was, PAGES * e.page) ||
	       *(__u64 *)(e.memory + e.page) != 99;
}
