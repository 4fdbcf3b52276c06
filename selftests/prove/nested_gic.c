// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/gic.c
 * unwind: 4
 *
 * Any three list registers and controls of a guest hypervisor: what tells of them tells the truth,
 * the CPU gets those that hold something and never an interrupt of the host's, and what the CPU
 * made of one goes back into it and into nothing else of it.
 */
#include "nested/gic.h"
#include "prove.h"

#define N	3
#define STATE	(3ull << 62)

int main(void)
{
	u64 lr[N] = { any_u64(), any_u64(), any_u64() }, cpu[N], back = any_u64(), hcr = any_u64(),
		vmcr = any_u64();
	u64 eisr = keel_ich_eisr(lr, N), elrsr = keel_ich_elrsr(lr, N),
		misr = keel_ich_misr(hcr, vmcr, lr, N), v;
	unsigned int i = any_below(N), held = 0, pending = 0, loaded;
	u8 from[N];

	for (unsigned int k = 0; k < N; k++) {
		held += !!(lr[k] & STATE);
		pending += lr[k] >> 62 == 1;
	}
	holds(!(eisr & elrsr) && !((eisr | elrsr) >> N));
	holds(((eisr | elrsr) >> i & 1) == !(lr[i] & STATE));
	implies(eisr >> i & 1, !(lr[i] >> 61 & 1) && (lr[i] >> 41 & 1));
	holds((misr & 1) == !!eisr);
	holds((misr >> 1 & 1) == ((hcr >> 1 & 1) && held <= 1));
	holds((misr >> 2 & 1) == ((hcr >> 2 & 1) && (hcr >> 27 & 31)));
	holds((misr >> 3 & 1) == ((hcr >> 3 & 1) && !pending));
	holds((misr >> 4 & 1) == ((hcr >> 4 & 1) && (vmcr & 1)) &&
	      (misr >> 5 & 1) == ((hcr >> 5 & 1) && !(vmcr & 1)));
	holds((misr >> 6 & 1) == ((hcr >> 6 & 1) && (vmcr & 2)) &&
	      (misr >> 7 & 1) == ((hcr >> 7 & 1) && !(vmcr & 2)));
	holds(!(misr >> 8) && keel_ich_has_pending(lr, N) == !!pending);

	loaded = keel_ich_load(lr, N, cpu, from);
	holds(loaded == held);
	if (i < loaded) {
		holds(from[i] < N && (lr[from[i]] & STATE) && (!i || from[i - 1] < from[i]));
		holds(!(cpu[i] >> 61 & 1));
		holds(cpu[i] >> 62 == lr[from[i]] >> 62 && (u32)cpu[i] == (u32)lr[from[i]]);
		holds((cpu[i] >> 48 & 255) == (lr[from[i]] >> 48 & 255) &&
		      (cpu[i] >> 60 & 1) == (lr[from[i]] >> 60 & 1));
		/* an interrupt of the hypervisor's own is told of when it is over */
		implies(lr[from[i]] >> 61 & 1, cpu[i] >> 41 & 1);
		implies(!(lr[from[i]] >> 61 & 1), (cpu[i] >> 41 & 1) == (lr[from[i]] >> 41 & 1));
	}
	v = keel_ich_fold(lr[i], back);
	holds(v >> 62 == back >> 62 && !((v ^ lr[i]) & ~STATE));
	implies(keel_ich_ended(lr[i], back) >= 0, (lr[i] >> 61 & 1) &&
		keel_ich_ended(lr[i], back) == (int)(lr[i] >> 32 & 0x1fff));
	holds((keel_ich_ended(lr[i], back) >= 0) == ((lr[i] >> 61 & 1) && (lr[i] & STATE) &&
						     !(back & STATE)));
	v = keel_ich_hcr_for_cpu(hcr, true);
	holds(!(v & 0xfa) && !(v & ~hcr) && (v & 1) == (hcr & 1));
	holds((v >> 2 & 1) == ((hcr >> 2 & 1) && !(hcr >> 27 & 31)));
	v = keel_ich_hcr_for_cpu(hcr, false);
	holds((v & 0xff) == (hcr & 0xff));
	holds((keel_ich_fold_count(hcr, i) >> 27 & 31) == i &&
	      !((keel_ich_fold_count(hcr, i) ^ hcr) & ~(31ull << 27)));
	reached(loaded == 2 && from[0] == 1);
	reached(eisr == 5);
	reached(keel_ich_ended(lr[i], back) == 0x1000);
	return 0;
}

/* mutant: nested/gic.c: s/return lr \& LR_HW ? val | LR_EOI : val/return val/ */
/*
 * mutant: nested/gic.c: s/(LR_STATE | LR_GROUP | LR_PRIORITY | LR_VINTID)/(LR_STATE | LR_HW |
 * LR_GROUP | LR_PRIORITY | LR_VINTID)/
 */
/* mutant: nested/gic.c: s/count(lr, n, false) <= 1/count(lr, n, false) <= 2/ */
/* mutant: nested/gic.c: s/return (lr \& (LR_HW | LR_EOI)) == LR_EOI;/return lr \& LR_EOI;/ */
/* mutant: nested/gic.c: s/(lr \& LR_HW) \&\& (lr \& LR_STATE) \&\& /(lr \& LR_HW) \&\& / */
/* mutant: nested/gic.c: s/from\[loaded++\] = i;/from[loaded] = loaded++;/ */
