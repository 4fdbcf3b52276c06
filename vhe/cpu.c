// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking and giving back one CPU on a VHE host: which features the world
 * switch minds, and how the CPU must be protected against a guest's branch
 * history.
 */
#include <linux/bits.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/host.h"
#include "../hyp/aarch32.h"
#include "../hyp/bhb.h"
#include "../hyp/entry.h"
#include "../hyp/hyp.h"
#include "pcpu.h"
#include "vgic.h"

#define DFR0_PMSVER	GENMASK_ULL(35, 32)	/* ID_AA64DFR0_EL1: statistical profiling */
#define PMBIDR_P	BIT_ULL(4)		/* the buffer is a higher exception level's */

int keel_vhe_module_init(void)
{
	keel_features_probe();
	if (keel_hyp_features.gicv3)
		keel_gicv3_probe();
	return 0;
}

void keel_vhe_module_exit(void)
{
}

/*
 * The host samples itself by PMSCR_EL2 and never writes the EL1 register, which a
 * reset leaves UNKNOWN: guests would be sampled into its buffer. Where the buffer is
 * a higher level's an access may trap there. By this CPU's own ID register, as
 * CPUs may differ.
 */
static void forget_profiling(void)
{
	if ((read_sysreg(id_aa64dfr0_el1) & DFR0_PMSVER) &&
	    !(read_sysreg_s(SYS_PMBIDR_EL1) & PMBIDR_P))
		write_sysreg_s(0, SYS_PMSCR_EL12);
}

/*
 * VMIDs are given out anew each time keel is loaded. What this CPU's TLB has of those of
 * an earlier stay, an earlier kernel (kexec, a crash) or a hypervisor before it would pass for
 * a new guest's. Of EL1&0 nothing else is there: the host runs with TGE = 1.
 */
static __always_inline void forget_guests(void)
{
	asm volatile("tlbi alle1\n\tic iallu" ::: "memory");
	dsb(nsh);	/* Arm ARM D8.17.5: complete on this CPU */
	isb();
}

int keel_vhe_enable_cpu(void)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);
	unsigned int loops, bhb = keel_bhb_choose(&loops);

	if (loops > READ_ONCE(keel_bhb_loops))
		WRITE_ONCE(keel_bhb_loops, loops);
	p->vectors = (u64)keel_vectors + 2048 * bhb;
	p->host_vectors = read_sysreg(vbar_el1);
	p->host_hcr = read_sysreg(hcr_el2);
	p->host_hstr = read_sysreg(hstr_el2);
	write_sysreg(KEEL_HSTR_GUEST, hstr_el2);
	p->vttbr = 0;
	p->mpam1 = 0;
	forget_profiling();
	forget_guests();
	keel_vhe_vgic_take();
	p->enabled = true;
	return 0;
}

void keel_vhe_disable_cpu(void)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	keel_vhe_evict_this_cpu();
	if (!p->enabled)
		return;
	keel_vhe_vgic_give();
	write_sysreg(p->host_hstr, hstr_el2);
	write_sysreg(0, vttbr_el2);
	p->vttbr = 0;
	forget_guests();
	p->enabled = false;
}
