// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which vector lengths the host's CPUs have, and so what guests are offered. The
 * kernel knows as well, but not for modules: each CPU is asked when keel takes it.
 *
 * Written by hotplug callbacks, which the kernel calls one at a time, and by the end of
 * the load, which keeps them out; not changed after that.
 */
#include <linux/bits.h>
#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/preempt.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/neon.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/log.h"
#include "../hyp/entry.h"
#include "../hyp/sve.h"
#include "sve.h"
#include "sve_layout.h"

#define ALL	((u32)BIT_ULL(KEEL_SVE_MAX_VQ) - 1)

static u32 had_by_all = ALL, had_by_any;
static u32 offer;
static bool settled;

/*
 * A length that the CPU does not have comes out as the longest below it. ZCR_EL1 is ZCR_EL2 for a
 * host at EL2.
 */
static u32 read_lengths(void)
{
	u64 host = read_sysreg_s(SYS_ZCR_EL1);
	unsigned int vq;
	u32 set = 0;

	for (vq = KEEL_SVE_MAX_VQ; vq; vq--) {
		write_sysreg_s(vq - 1, SYS_ZCR_EL1);
		isb();	/* Arm ARM B2.7: the length before it is asked for */
		vq = keel_sve_vl() / keel_sve_z_size(1);
		set |= BIT(vq - 1);
	}
	write_sysreg_s(host, SYS_ZCR_EL1);
	isb();
	return set;
}

/* Streaming mode has lengths of its own: the kernel leaves it for the time of its own use. */
static u32 ask_cpu(void)
{
	u32 set;

	preempt_disable();
	keel_compat_fpsimd_begin();
	set = read_lengths();
	keel_compat_fpsimd_end();
	preempt_enable();
	return set;
}

int keel_sve_take_cpu(unsigned int cpu)
{
	u32 set = system_supports_sve() ? ask_cpu() : 0;

	if (!settled) {
		had_by_all &= set;
		had_by_any |= set;
	} else if (!keel_sve_layout_suffices(offer, set)) {
		keel_err(
			"CPU %u has other vector lengths (%#x) than guests were offered (%#x): load it anew",
			cpu, set, offer);
		return -ENODEV;
	}
	return 0;
}

void keel_sve_settle(void)
{
	cpus_read_lock();
	offer = keel_sve_layout_offer(had_by_all, had_by_any);
	settled = true;
	cpus_read_unlock();
	if (offer)
		keel_info("SVE with vectors of up to %u bits",
			  128 * keel_sve_layout_longest(offer));
}

u32 keel_sve_offer(void)
{
	return offer;
}
