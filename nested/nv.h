/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU with virtual EL2 (KVM_ARM_VCPU_HAS_EL2), of the kind with HCR_EL2.E2H
 * always 1: its EL2 runs at EL1 with HCR_EL2.{NV,NV2} set, and what the CPU has as
 * EL1's state (keel_sr_read(), ctx.pstate) is virtual EL2's. What a guest of its has
 * as EL1's is in the page. All [v].
 *
 * What runs below is nested/below.c's: see Documentation/nested.rst.
 */
#ifndef KEEL_NESTED_NV_H
#define KEEL_NESTED_NV_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/types.h>
#include <asm/sysreg.h>
#include "../core/objects.h"
#include "../vgic/hw.h"
#include "page.h"

/* Registers that are neither in the page nor in the CPU. */
enum keel_nv_own {
	KEEL_OWN_ACTLR_EL2, KEEL_OWN_MDCR_EL2, KEEL_OWN_CPTR_EL2, KEEL_OWN_HPFAR_EL2,
	KEEL_OWN_CNTHCTL_EL2, KEEL_OWN_CNTKCTL_EL12,
	KEEL_NR_OWN
};

struct keel_nv {
	u64 *page;		/* [I] 4 KiB, what VNCR_EL2 points to; the guest's CPU writes it */
	bool el1;		/* PSTATE is of what is below, as it is: EL1 is EL1 */
	/* ... which runs: its registers are in the CPU's place, virtual EL2's in the page */
	bool live;
	/* ... on these tables; NULL: on the VM's own, without a stage 2 of the guest's */
	struct keel_stage2 *shadow;
	/* what was below last without one had this VMID of the guest's; -1: nothing was */
	int vmid;
	bool mdcr_written;	/* else MDCR_EL2.HPMN is as many counters as there are */
	u64 own[KEEL_NR_OWN];
	/* user space wrote the physical count since the last KVM_RUN: the virtual one follows */
	bool told_phys;
	/* The GIC of what is below, nested/el1gic.c */
	struct {
		bool on;		/* it has one: virtual EL2 takes the interrupts */
		u32 vmcr, ap0r[4], ap1r[4];	/* virtual EL2's own while live */
		/* list registers in the CPU's place, and which each is in the page */
		u8 loaded, from[KEEL_NR_LRS];
		u8 nr_ended;
		u16 ended[KEEL_NR_LRS];		/* INTIDs of virtual EL2's */
	} gic;
};

#define KEEL_MDCR_TDE	BIT_ULL(8)
#define KEEL_HCR_TTLB	BIT_ULL(25)
#define KEEL_HCR_TGE	BIT_ULL(27)
#define KEEL_HCR_E2H	BIT_ULL(34)
#define KEEL_HCR_NV	BIT_ULL(42)
#define KEEL_HCR_NV1	BIT_ULL(43)
#define KEEL_HCR_AT	BIT_ULL(44)
#define KEEL_HCR_NV2	BIT_ULL(45)

/* Of CPTR_EL2 what CPACR_EL1 has: TTA, FPEN, ZEN. */
#define KEEL_CPTR_IN_CPU	(BIT_ULL(28) | GENMASK_ULL(21, 20) | GENMASK_ULL(17, 16))
/* with TGE = 0 the low bit lets through, and the high one says nothing more */
#define KEEL_CPTR_FPEN		BIT_ULL(20)
#define KEEL_CPTR_ZEN		BIT_ULL(16)

/* ICC_SRE_EL2: SRE, DFB, DIB, Enable, none of which can be another. */
#define KEEL_SRE_EL2	0xf

/*
 * HCR_EL2 while virtual EL2 runs: what it does to the TLB of those below, and asks of them, is for
 * keel to do.
 */
#define KEEL_HCR_VEL2	(KEEL_HCR_NV | KEEL_HCR_NV2 | KEEL_HCR_TTLB | KEEL_HCR_AT)

#define KEEL_SYS_VNCR_EL2	sys_reg(3, 4, 2, 2, 0)	/* not in every host's header */

DECLARE_STATIC_KEY_FALSE(keel_nested_on);

/* NULL: a vCPU without virtual EL2, for which this costs nothing where no guest can have it. */
static __always_inline struct keel_nv *keel_nv(const struct keel_vcpu *vcpu)
{
	return static_branch_unlikely(&keel_nested_on) ? vcpu->nv : NULL;
}

static inline u64 keel_nv_read(const struct keel_nv *nv, unsigned int offset)
{
	return READ_ONCE(nv->page[offset / sizeof(u64)]);
}

static inline void keel_nv_write(struct keel_nv *nv, unsigned int offset, u64 val)
{
	WRITE_ONCE(nv->page[offset / sizeof(u64)], val);
}

/* List registers of the guest's: as many as are the CPU's. */
static inline unsigned int keel_nv_nr_lrs(void)
{
	return keel_gic_hw.lrs;
}

static inline void keel_nv_read_lrs(const struct keel_nv *nv, u64 lr[KEEL_NR_LRS])
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_LRS; i++)
		lr[i] = keel_nv_read(nv, KEEL_PAGE_ICH_LR0_EL2 + 8 * i);
}

/* The guest's HCR_EL2 as it has effect: E2H is 1, there is no FEAT_NV. */
static inline u64 keel_nv_hcr(const struct keel_nv *nv)
{
	return (keel_nv_read(nv, KEEL_PAGE_HCR_EL2) | KEEL_HCR_E2H) &
	       ~(KEEL_HCR_NV | KEEL_HCR_NV1 | KEEL_HCR_NV2);
}

/* Are debug exceptions of virtual EL2 itself routed to it? If not, it has none. */
static inline bool keel_nv_takes_debug(const struct keel_nv *nv)
{
	return nv->own[KEEL_OWN_MDCR_EL2] & KEEL_MDCR_TDE || keel_nv_hcr(nv) & KEEL_HCR_TGE;
}

/* The guest has cleared it in the page: it is 1 all the same. */
static inline void keel_nv_set_e2h(struct keel_nv *nv)
{
	u64 hcr = keel_nv_read(nv, KEEL_PAGE_HCR_EL2);

	if (!(hcr & KEEL_HCR_E2H))
		keel_nv_write(nv, KEEL_PAGE_HCR_EL2, hcr | KEEL_HCR_E2H);
}

/* VTTBR_EL2 as it names tables: without CnP, and with 8 bits of VMID where VTCR_EL2.VS says so. */
static inline u64 keel_nv_vttbr(const struct keel_nv *nv)
{
	u64 vttbr = keel_nv_read(nv, KEEL_PAGE_VTTBR_EL2) & ~1ULL;

	return keel_nv_read(nv, KEEL_PAGE_VTCR_EL2) & BIT_ULL(19) ? vttbr
								  : vttbr & ~(0xffULL << 56);
}

static inline int keel_nv_vmid(const struct keel_nv *nv)
{
	return keel_nv_vttbr(nv) >> 48;
}

#endif
