// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions to virtual EL2 and returns from it. Proves:
 *  - HVC, SVC and undefined instructions are taken at EL2, ERET goes to EL2 and EL0,
 *    and is illegal where it should be
 *  - registers of features that are hidden are undefined
 *  - a return is stepped where the guest steps itself, also after MDCR_EL2 was written
 *  - returns to a signed address
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/nested.h"

static void guest_calls(u64 arg)
{
	u64 at;

	guest_on(VEC_SYNC, note);
	asm volatile("adr %0, 1f\n hvc #0x123\n1:" : "=r"(at) :: "memory");
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, 0x123);
	GUEST_EQ(seen.pc, at);
	GUEST_EQ(seen.pstate & 0x1f, 9);
	asm volatile("adr %0, 1f\n svc #0x45\n1:" : "=r"(at) :: "memory");
	GUEST_EQ(EC(seen.esr), EC_SVC);
	GUEST_EQ(seen.pc, at);
	GUEST_EQ(seen.pstate & 0x1f, 9);
	asm volatile("udf #0" ::: "memory");
	GUEST_EQ(EC(seen.esr), EC_UNKNOWN);
	GUEST_EQ(guest_nr_sync, 3);
}

static void calls(void)
{
	run_el2(guest_calls, 0);
}

#define UNDEFINED(insn) do { \
	u64 before = guest_nr_sync; \
	asm volatile(insn ::: "x0", "memory"); \
	GUEST_EQ(guest_nr_sync, before + 1); \
	GUEST_EQ(EC(seen.esr), EC_UNKNOWN); \
	GUEST_EQ(seen.pstate & 0x1f, 9); \
	} while (0)

static void guest_hidden(u64 arg)
{
	guest_on(VEC_SYNC, note);
	UNDEFINED("mrs x0, S3_4_C3_C0_0");	/* DACR32_EL2 */
	UNDEFINED("mrs x0, S3_4_C5_C0_1");	/* IFSR32_EL2 */
	UNDEFINED("mrs x0, S3_4_C13_C0_7");	/* SCXTNUM_EL2 */
	UNDEFINED("mrs x0, S3_4_C10_C5_0");	/* MPAM2_EL2 */
	UNDEFINED("msr S3_4_C12_C11_1, x0");	/* ICH_VTR_EL2 cannot be written */
	UNDEFINED("mrs x0, S3_4_C12_C0_1");	/* RVBAR_EL2 is EL3's where there is EL3 */
	UNDEFINED("mrs x0, S3_6_C1_C1_0");	/* SCR_EL3 */
	UNDEFINED("mrs x0, S3_4_C14_C5_1");	/* CNTHPS_CTL_EL2 */
}

static void hidden(void)
{
	run_el2(guest_hidden, 0);
}

/*
 * EL0 under EL2 has the program in its own half of the address space, 4 GiB further,
 * read-only. What it does ends in an SVC, and what follows is EL2's.
 */
#define ALIAS		0x100000000ul
#define ALIAS_BLOCK	4
#define AP_EL0_RO	(3ul << 6)

void at_el0(void);
asm("	.text\n"
    "	.global at_el0\n"
    "at_el0:\n"
    "	mov	x0, #0x77\n"
    "	msr	tpidr_el0, x0\n"
    "	svc	#9\n");

static void map_alias(void)
{
	guest_l1[ALIAS_BLOCK] = BLOCK_AF_INNER | AP_EL0_RO;
	dsb(ishst);
	isb();
}

static void guest_el0(u64 arg)
{
	map_alias();
	guest_on(VEC_LOWER, come_back);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	for (int i = 0; i < 3; i++) {
		msr(tpidr_el0, 0);
		eret_to((u64)at_el0 + ALIAS, 0x3c0);
		GUEST_EQ(EC(seen.esr), EC_SVC);
		GUEST_EQ(seen.esr & 0xffff, 9);
		GUEST_EQ(seen.pstate & 0x1f, 0);
		GUEST_EQ(seen.pc, (u64)at_el0 + ALIAS + 12);
		GUEST_EQ(mrs(tpidr_el0), 0x77);
		GUEST_EQ(mrs(CurrentEL), 2 << 2);
	}
}

static void el0(void)
{
	run_el2(guest_el0, 0);
}

static u64 stepping;

static __attribute__((noinline)) void unreached(void)
{
	stepping++;
}

static void illegal(u64 spsr)
{
	eret_to((u64)unreached, spsr);
	GUEST_EQ(EC(seen.esr), EC_ILLEGAL);
	GUEST_EQ(seen.vector, VEC_SYNC);
	GUEST_EQ(seen.pc, (u64)unreached);
	GUEST_EQ(seen.pstate & 0x1f, 9);
	GUEST_EQ(seen.pstate >> 20 & 1, 1);
}

static void aborted(u64 spsr)
{
	eret_to((u64)unreached, spsr);
	GUEST_EQ(EC(seen.esr), EC_IABT_LOW);
	/* VTCR_EL2 says nothing that could be: translation, level 0 */
	GUEST_EQ(seen.esr & 0x3f, 0x04);
	GUEST_EQ(rd(hpfar_el2), (u64)unreached >> 12 << 4);
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(seen.pc, (u64)unreached);
	GUEST_EQ(seen.pstate, spsr);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
}

static void guest_returns(u64 arg)
{
	guest_on(VEC_SYNC, come_back);
	guest_on(VEC_LOWER, come_back);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	illegal(0x3c5);			/* EL1h with TGE */
	illegal(0x3c4);			/* EL1t */
	illegal(0x3cd);			/* EL3h */
	illegal(0x3c1);			/* there is no EL0h */
	illegal(0x3ca);			/* nor this */
	illegal(0x1d0);			/* AArch32 */
	illegal(0x1d3);
	wr(hcr_el2, HCR_E2H | 1ul << 31);
	illegal(0x3cd);
	illegal(0x1d3);
	/* a guest's, with a stage 2 of its own */
	wr(hcr_el2, HCR_E2H | 1ul << 31 | 1);
	aborted(0x3c5);
	aborted(0x3c4);
	aborted(0x3c0);
	GUEST_EQ(stepping, 0);
}

static void returns(void)
{
	run_el2(guest_returns, 0);
}

#define MDCR_TDE		(1ul << 8)
#define MDSCR_SS	(1ul << 0)
#define MDSCR_KDE	(1ul << 13)
#define PSTATE_D	(1ul << 9)
#define PSTATE_SS	(1ul << 21)
#define EC_STEP_CUR	0x33

extern char an_eret[];
asm("	.text\n"
    "	.global an_eret\n"
    "an_eret:\n"
    "	eret\n");

extern char a_call[];
asm("	.text\n"
    "	.global a_call\n"
    "a_call:\n"
    "	nop\n"
    "	hvc	#7\n");

static void stepped(struct guest_regs *regs)
{
	wr(mdscr_el1, 0);
	come_back(regs);
}

/*
 * The instruction that is stepped is a return, to itself, and its SPSR would have the next one
 * stepped as well: but it is where debug exceptions are enabled, and so the step is over.
 */
static void guest_steps(u64 arg)
{
	guest_on(VEC_SYNC, stepped);
	for (int i = 0; i < 2; i++) {
		wr(hcr_el2, HCR_E2H | (i ? 0 : HCR_TGE));
		wr(mdcr_el2, i ? MDCR_TDE : 0);
		memset(&seen, 0, sizeof(seen));
		wr(mdscr_el1, MDSCR_KDE | MDSCR_SS);
		eret_to((u64)an_eret, (PSTATE_EL2H & ~PSTATE_D) | PSTATE_SS);
		GUEST_EQ(EC(seen.esr), EC_STEP_CUR);
		GUEST_EQ(seen.pc, (u64)an_eret);
		GUEST_EQ(seen.pstate & PSTATE_SS, 0);
	}
	/* they were EL2's when they were enabled, and before any could come they are EL1's */
	wr(mdscr_el1, MDSCR_KDE | MDSCR_SS);
	wr(mdcr_el2, 0);
	asm volatile("msr daifclr, #8\n isb\n nop\n msr daifset, #8" ::: "memory");
	GUEST_EQ(rd(mdscr_el1), MDSCR_KDE | MDSCR_SS);
	/* EL2 has none */
	for (int i = 0; i < 2; i++) {
		wr(mdscr_el1, MDSCR_KDE | MDSCR_SS);
		eret_to((u64)a_call, (PSTATE_EL2H & ~PSTATE_D) | (i ? PSTATE_SS : 0));
		GUEST_EQ(EC(seen.esr), EC_HVC);
		GUEST_EQ(seen.pstate & PSTATE_SS, 0);
	}
	GUEST_EQ(rd(mdscr_el1), 0);
}

static void steps(void)
{
	run_el2(guest_steps, 0);
}

/* ERETAA or ERETAB to the next instruction, whose address is signed, or was and then spoilt. */
#define SIGNED_RETURN(sign, ret, spoil) \
	asm volatile(".arch_extension pauth\n" \
		     "adr x9, 1f\n" \
		     "str x9, %0\n" \
		     "mov x10, sp\n" \
		     sign " x9, x10\n" \
		     "eor x9, x9, %1\n" \
		     "msr elr_el1, x9\n" \
		     "mov x9, #0x3c9\n" \
		     "msr spsr_el1, x9\n" \
		     "isb\n" \
		     ret "\n" \
		     "1:\n" : "=m"(back_to) : "r"(spoil) : "x9", "x10", "memory")

#define EC_IABT_CUR	0x21
#define EC_FPAC		0x1c

static void guest_signed(u64 arg)
{
	guest_on(VEC_SYNC, come_back);
	msr(S3_0_C2_C1_0, 0x1234567);
	msr(S3_0_C2_C1_3, 0x89abcdef);	/* APIAKEYLO_EL1, APIBKEYHI_EL1 */
	/* not enabled: guest_nothing is signed, and the address taken as it is */
	SIGNED_RETURN("pacia", "eretaa", 0ul);
	wr(sctlr_el1, rd(sctlr_el1) | 3ul << 30);
	SIGNED_RETURN("pacia", "eretaa", 0ul);
	SIGNED_RETURN("pacib", "eretab", 0ul);
	GUEST_EQ(seen.esr, 0);
	SIGNED_RETURN("pacia", "eretaa", 1ul << 50);
	GUEST_ASSERT(EC(seen.esr) == EC_FPAC || EC(seen.esr) == EC_IABT_CUR);
	seen.esr = 0;
	SIGNED_RETURN("pacia", "eretab", 0ul);
	GUEST_ASSERT(EC(seen.esr) == EC_FPAC || EC(seen.esr) == EC_IABT_CUR);
}

static void signed_returns(void)
{
	u32 pauth = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	struct vm *vm;

	nested_need();
	if (!kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS))
		ktap_skip("no pointer authentication");
	vm = vm_new_features(1, HAS_EL2 | pauth, guest_signed, 0);
	gic_new(vm, 64);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "calls come to EL2", calls },
	{ "what is hidden is undefined", hidden },
	{ "EL0 and back", el0 },
	{ "returns that are illegal, or to a stage 2 that has nothing", returns },
	{ "a return that is stepped", steps },
	{ "returns to a signed address", signed_returns },
};
KTAP_MAIN(cases)
