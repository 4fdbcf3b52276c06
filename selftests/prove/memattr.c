// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/memattr.h
 *
 * What the host has as a device is no guest's normal memory, and what is not cacheable for the
 * host is not for the guest, by either coding (Arm ARM D8.6.6, D8.6.7).
 */
#include "mmu/memattr.h"
#include "prove.h"

int main(void)
{
	bool device = any_bool(), nc = any_bool(), fwb = any_bool();
	unsigned int mem = keel_memattr(device, nc, fwb);

	holds(mem < 16);
	/* bits 3:2 are 0 for a device in both codings */
	holds(device == !(mem & 0xc));
	implies(!device && !fwb, (mem == 0xf) == !nc);
	implies(!device && fwb, (mem == 0x6) == !nc);
	implies(!device && nc, mem == 0x5);
	reached(device && nc);
	reached(!device && !nc && fwb);
	reached(!device && nc && !fwb);
	return 0;
}

/* mutant: mmu/memattr.h: s/if (device)/if (device \&\& !nc)/ */
/* mutant: mmu/memattr.h: s/if (nc)/if (nc \&\& !fwb)/ */
/*
 * mutant: mmu/memattr.h: s/return fwb ? KEEL_MEM_FWB_WB : KEEL_MEM_NORMAL_WB/return
 * KEEL_MEM_NORMAL_WB/
 */
/* mutant: mmu/memattr.h: s/if (device)/if (0)/ */
/* mutant: mmu/memattr.h: s/return KEEL_MEM_NORMAL_NC;/return KEEL_MEM_NORMAL_WB;/ */
