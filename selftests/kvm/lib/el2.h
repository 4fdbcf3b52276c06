/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests with EL2 (KVM_ARM_VCPU_HAS_EL2), where HCR_EL2.E2H is always 1. The guest's side
 * goes below itself, to EL1 with its MMU off, and comes back with what EL2 has seen.
 */
#ifndef EL2_H
#define EL2_H

#include <stdlib.h>
#include "gic.h"

#define HAS_EL2		(1u << KVM_ARM_VCPU_HAS_EL2)
#define PSTATE_EL2H	0x3c9
#define PSTATE_EL1H	0x3c5
#define PSTATE_I	(1ul << 7)
#define VEC_LOWER	8

#define HCR_VM		(1ul << 0)
#define HCR_IMO		(1ul << 4)
#define HCR_TPCP	(1ul << 23)
#define HCR_TTLB	(1ul << 25)
#define HCR_TVM		(1ul << 26)
#define HCR_TRVM	(1ul << 30)
#define HCR_RW		(1ul << 31)
#define HCR_E2H		(1ul << 34)

#define MDCR_TDA	(1ul << 9)

#define EC(esr)		((esr) >> 26 & 0x3f)
#define EC_HVC		0x16
#define EC_SYS64	0x18
#define EC_IABT_LOW	0x20

#define VBAR_EL12	S3_5_C12_C0_0
#define SCTLR_EL12	S3_5_C1_C0_0
#define SP_EL1_NAME	S3_4_C4_C1_0
#define CNTHP_CTL	S3_4_C14_C2_1
#define CNTHP_CVAL	S3_4_C14_C2_2
#define rd(r)		rd_(r)
#define rd_(r)		mrs(r)
#define wr(r, v)	wr_(r, v)
#define wr_(r, v)	do { msr(r, v); isb(); } while (0)

#define EL2(crn, crm, op2)	REG_SYS(3, 4, crn, crm, op2)
#define REG_HCR_EL2	EL2(1, 1, 0)
#define REG_VBAR_EL2	EL2(12, 0, 0)
#define REG_CNTVOFF_EL2	EL2(14, 0, 3)
#define REG_SP_EL2	REG_SYS(3, 6, 4, 1, 0)
#define REG_VBAR_EL1	REG_SYS(3, 0, 12, 0, 0)

/* Counts further than any of these tests lasts. */
#define FAR_AWAY	(1ul << 44)

/* KEEL_EL2 in the environment: it is known that there is EL2. */
static inline void el2_need(void)
{
	if (kvm_cap(KVM_CAP_ARM_EL2) == 1)
		return;
	REQUIRE(!getenv("KEEL_EL2"));
	ktap_skip("no EL2 for guests");
}

/* n vCPUs with EL2, and a GIC. */
static inline struct vm *el2_vm(unsigned int n, void (*fn)(u64), u64 arg)
{
	struct vm *vm;

	el2_need();
	vm = vm_new_features(n, HAS_EL2, fn, arg);
	gic_new(vm, 64);
	return vm;
}

/* ---- the guest's side ---- */

static struct guest_regs el2_seen __attribute__((unused));
static u64 el2_back __attribute__((unused));

/* The handler for what comes from below: el2_eret() goes on. */
static inline void el2_come_back(struct guest_regs *regs)
{
	el2_seen = *regs;
	regs->pc = el2_back;
	regs->pstate = PSTATE_EL2H;
}

/* ERET to here, and go on when an exception was taken. */
static __attribute__((noinline, unused)) void el2_eret(u64 pc, u64 spsr)
{
	asm volatile("adr x9, 1f\n"
		     "str x9, %[back]\n"
		     "msr elr_el1, %[pc]\n"
		     "msr spsr_el1, %[spsr]\n"
		     "isb\n"
		     "eret\n"
		     "1:\n"
		     : [back]"=m"(el2_back), "+m"(el2_seen) : [pc]"r"(pc), [spsr]"r"(spsr)
		     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "x30", "memory", "cc");
}

#endif
