// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages may be written: the buffer of a device that only takes output. What the VMM puts there for
 * itself, or others have left, the guest cannot read.
 */
#include "example.h"

#define OUTPUT	1	/* the buffer's page */

/*
 * A text of eight letters goes to the buffer, and then the guest wants to read what is behind it.
 */
GUEST("ldr x2, text\n"
      "str x2, [x1]\n"
      "ldr x0, [x1, #64]\n"
      "mov x5, #0x80000000\n"
      "str x0, [x5]\n"
      ".balign 8\n"
      "text: .ascii \"written!\"\n");

int main(void)
{
	struct example e = example_new();
	struct keel_memory_fault refused = {};
	__u64 said;

	strcpy(e.memory + OUTPUT * e.page + 64, "not for the guest");
	withhold(&e, OUTPUT, KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_EXEC);
	if (!example_run(&e, &refused, &said)) {
		puts("the guest has read what it should not");
		return 1;
	}
	/* A VMM would give the guest an abort by KVM_SET_VCPU_EVENTS. */
	printf("the guest wrote \"%.8s\"; a read of page %llu was refused\n",
	       e.memory + OUTPUT * e.page, (unsigned long long)(refused.gpa / e.page));
	return refused.flags != KEEL_MEMORY_NO_READ || refused.gpa != OUTPUT * e.page ||
	       memcmp(e.memory + OUTPUT * e.page, "written!", 8);
}
