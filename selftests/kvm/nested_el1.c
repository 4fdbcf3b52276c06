// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL1 below the EL2 of a guest, without a stage 2 of its own (HCR_EL2.VM = 0) and with its MMU off.
 * Proves:
 *  - it has its own registers; its HVC and what EL2 has trap come to EL2, and interrupts,
 *    where EL2 wants them
 *  - what its CPTR_EL2 and ZCR_EL2 say of FP/SIMD and SVE, with SVE and without
 *  - while it waits for user space each register has its home, as its name says
 *  - user space puts a vCPU there
 */
#include "lib/nested.h"
#include "lib/sve.h"

extern char el1_vectors[];
void el1_calls(void);
void el1_reads(void);
void el1_waits(void);
void el1_spins(void);
void el1_times(void);
void el1_returns(void);
void el1_faults(void);
void el1_vectors_long(void);
void el1_control(void);
void el1_keys(void);
asm("	.text\n"
    "	.global el1_vectors_long, el1_control, el1_keys, el1_calls, el1_reads, el1_waits, el1_spins, el1_times, el1_returns, el1_faults\n"
    "el1_calls:\n"
    "	mrs	x0, CurrentEL\n"
    "	msr	tpidr_el0, x0\n"
    "	mrs	x0, vbar_el1\n"
    "	msr	tpidrro_el0, x0\n"
    "	mov	x0, #0x30000\n"
    "	msr	vbar_el1, x0\n"
    "	mov	x0, #0x32\n"
    "	msr	contextidr_el1, x0\n"
    "	mov	x0, #0x33\n"
    "	msr	cntkctl_el1, x0\n"
    "	hvc	#7\n"
    "el1_reads:\n"
    "	mrs	x0, id_aa64pfr0_el1\n"
    "	msr	tpidr_el0, x0\n"
    "	hvc	#8\n"
    "el1_waits:\n"
    "	wfi\n"
    "	hvc	#9\n"
    "el1_spins:\n"
    "	b	el1_spins\n"
    "el1_times:\n"
    "	mov	x0, #0x30000\n"
    "	msr	cntv_cval_el0, x0\n"
    "	mov	x0, #3\n"
    "	msr	cntv_ctl_el0, x0\n"
    "	msr	cntp_ctl_el0, x0\n"
    "	mrs	x0, cntvct_el0\n"
    "	msr	tpidr_el0, x0\n"
    "	hvc	#10\n"
    "el1_returns:\n"
    "	mov	x0, #0x3c9\n"
    "	msr	spsr_el1, x0\n"
    "	adr	x0, el1_returns\n"
    "	msr	elr_el1, x0\n"
    "	eret\n"
    "el1_vectors_long:\n"
    "	mov	x0, #3 << 20\n"
    "	orr	x0, x0, #3 << 16\n"
    "	msr	cpacr_el1, x0\n"
    "	isb\n"
    "	.inst	0x04bf5020\n"	/* rdvl x0, #1 */
    "	msr	tpidr_el0, x0\n"
    "	hvc	#11\n"
    "el1_control:\n"
    "	mrs	x0, cpacr_el1\n"
    "	hvc	#12\n"
    "el1_keys:\n"
    "	msr	s3_0_c2_c3_1, x0\n"	/* APGAKeyHi_EL1 */
    "	msr	s3_0_c2_c1_0, x0\n"	/* APIAKeyLo_EL1 */
    "	hvc	#13\n"
    "el1_faults:\n"
    "	mrs	x0, tpidr_el2\n"
    "	.balign	2048\n"
    "el1_vectors:\n"
    "	.skip	0x200\n"
    "	hvc	#0x55\n"
    "	.balign	2048\n");

static void go(void (*pc)(void), u64 hcr)
{
	seen.esr = 0;
	wr(hcr_el2, HCR_E2H | HCR_RW | hcr);
	eret_to((u64)pc, 0x3c5);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
	GUEST_EQ(seen.pstate & 0x1f, 5);
}

static void guest_el1(u64 arg)
{
	u64 vbar = rd(vbar_el1), sctlr = rd(sctlr_el1), context = rd(contextidr_el1);

	guest_on(VEC_LOWER, come_back);
	wr(VBAR_EL12, 0x11000);
	for (int i = 0; i < 3; i++) {
		msr(tpidr_el0, 0);
		go(el1_calls, 0);
		GUEST_EQ(EC(seen.esr), EC_HVC);
		GUEST_EQ(seen.esr & 0xffff, 7);
		GUEST_EQ(seen.pc, (u64)el1_reads);
		GUEST_EQ(seen.vector, VEC_LOWER);
		GUEST_EQ(mrs(tpidr_el0), 1 << 2);
		GUEST_EQ(mrs(tpidrro_el0), i ? 0x30000 : 0x11000);
		/* each has its own */
		GUEST_EQ(rd(VBAR_EL12), 0x30000);
		GUEST_EQ(rd(CNTKCTL_EL12), 0x33);
		GUEST_EQ(rd(vbar_el1), vbar);
		GUEST_EQ(rd(sctlr_el1), sctlr);
		GUEST_EQ(rd(contextidr_el1), context);
	}
	GUEST_SYNC(1, 0);
}

static void el1(void)
{
	struct vm *vm = vm_el2(1, guest_el1, 0);

	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_VBAR_EL1), 0x30000);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_SYS(3, 0, 13, 0, 1)), 0x32);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_CNTKCTL_EL1), 0x33);
	CHECK(reg_read(&vm->vcpu[0], REG_VBAR_EL2) != 0x30000);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void guest_el1_traps(u64 arg)
{
	u64 pfr0 = rd(id_aa64pfr0_el1);

	guest_on(VEC_LOWER, come_back);
	go(el1_reads, 0);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(mrs(tpidr_el0), pfr0);
	go(el1_reads, HCR_TID3);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.esr & 1, 1);
	GUEST_EQ(seen.pc, (u64)el1_reads);
	go(el1_waits, HCR_TWI);
	GUEST_EQ(EC(seen.esr), EC_WFX);
	GUEST_EQ(seen.pc, (u64)el1_waits);
	go(el1_reads, 0);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	if (rd(id_aa64mmfr0_el1) >> 56 & 0xf) {
		wr(HFGITR, 1ul << 51);		/* ERET, also one that would be EL2's */
		go(el1_returns, 0);
		GUEST_EQ(EC(seen.esr), EC_ERET);
		GUEST_EQ(seen.pc, (u64)el1_returns + 16);
		wr(HFGITR, 0);
	}
	/* EL1 has an exception of its own, to where there is guest_nothing but what EL2 hears of */
	wr(VBAR_EL12, (u64)el1_vectors);
	go(el1_faults, 0);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, 0x55);
	GUEST_EQ(rd(ELR_EL12), (u64)el1_faults);
	GUEST_EQ(rd(SPSR_EL12) & 0x1f, 5);
	GUEST_EQ(EC(rd(ESR_EL12)), EC_UNKNOWN);
}

static void el1_traps(void)
{
	run_el2(guest_el1_traps, 0);
}

#define CPTR_FPEN	(3ul << 20)
#define CPTR_ZEN	(3ul << 16)
#define CPTR_TCPAC	(1ul << 31)
#define EC_SVE		0x19

static void come_back_with_fp(struct guest_regs *regs)
{
	wr(cptr_el2, rd(cptr_el2) | CPTR_FPEN);
	come_back(regs);
}

static void go_sve(u64 cptr)
{
	wr(cptr_el2, (rd(cptr_el2) & ~(CPTR_FPEN | CPTR_ZEN)) | cptr);
	go(el1_vectors_long, 0);
}

static void guest_el1_cptr(u64 sve)
{
	guest_on(VEC_LOWER, come_back_with_fp);
	wr(VBAR_EL12, (u64)el1_vectors);
	wr(cptr_el2, rd(cptr_el2) | CPTR_TCPAC);
	go(el1_control, 0);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.pc, (u64)el1_control);
	wr(cptr_el2, rd(cptr_el2) & ~CPTR_TCPAC);
	go(el1_control, 0);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	if (!sve) {
		/* there is no such instruction */
		go_sve(CPTR_FPEN);
		GUEST_EQ(EC(seen.esr), EC_HVC);
		GUEST_EQ(seen.esr & 0xffff, 0x55);
		GUEST_EQ(EC(rd(ESR_EL12)), EC_UNKNOWN);
		return;
	}
	go_sve(CPTR_FPEN);
	GUEST_EQ(EC(seen.esr), EC_SVE);
	go_sve(0);
	GUEST_EQ(EC(seen.esr), EC_SVE);
	go_sve(CPTR_ZEN);
	GUEST_EQ(EC(seen.esr), EC_FP);
	GUEST_EQ(seen.esr & 0x1ffffff, 1ul << 24 | 0xeul << 20);
	wr(cptr_el2, rd(cptr_el2) | CPTR_ZEN);
	/* ZCR_EL2.LEN bounds it, whatever ZCR_EL1 is */
	wr(s3_5_c1_c2_0, 0xf);
	for (u64 len = 16; len--;) {
		wr(s3_4_c1_c2_0, len);
		go_sve(CPTR_FPEN | CPTR_ZEN);
		GUEST_EQ(EC(seen.esr), EC_HVC);
		GUEST_EQ(seen.esr & 0xffff, 11);
		GUEST_ASSERT(mrs(tpidr_el0) <= 16 * (len + 1));
		GUEST_ASSERT(len || mrs(tpidr_el0) == 16);
	}
}

static void el1_cptr(void)
{
	run_el2(guest_el1_cptr, 0);
}

static void el1_sve(void)
{
	struct vm *vm;

	nested_need();
	need_sve();
	vm = vm_new_features(1, HAS_EL2 | SVE, guest_el1_cptr, 1);
	REQUIRE_EQ(sve_finalize(vm->vcpu[0].fd), 0);
	gic_new(vm, 64);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void guest_el1_irq(u64 arg)
{
	gic_enable(64, true);
	guest_on(VEC_LOWER + 1, come_back);
	gic_send_sgi(5, 1);
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_IMO);
	/* masked at EL1, which does not matter */
	eret_to((u64)el1_spins, 0x3c5);
	GUEST_EQ(seen.vector, VEC_LOWER + 1);
	GUEST_EQ(seen.pc, (u64)el1_spins);
	GUEST_EQ(seen.pstate & 0x1f, 5);
	GUEST_EQ(icc_read(ICC_IAR1), 5);
	icc_write(ICC_EOIR1, 5);
	/* and one that comes while it runs */
	wr(CNTHP_CVAL, mrs(cntpct_el0) + 200000);
	wr(CNTHP_CTL, 1);
	seen.vector = 0;
	eret_to((u64)el1_spins, 0x3c5);
	GUEST_EQ(seen.vector, VEC_LOWER + 1);
	GUEST_EQ(icc_read(ICC_IAR1), 26);
}

static void el1_irq(void)
{
	run_el2(guest_el1_irq, 0);
}

static void guest_el1_timers(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	wr(cntv_cval_el0, FAR_AWAY);
	wr(cntv_ctl_el0, 1);
	wr(cntvoff_el2, FAR_AWAY);
	wr(cnthctl_el2, 3 << 10);	/* the physical timer and its count are EL1's, too */
	go(el1_times, 0);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(rd(CNTV_CVAL_EL02), 0x30000);
	GUEST_EQ(rd(CNTV_CTL_EL02) & 3, 3);
	GUEST_EQ(rd(CNTP_CTL_EL02) & 3, 3);
	GUEST_ASSERT(mrs(cntpct_el0) - FAR_AWAY - mrs(tpidr_el0) < FAR_AWAY / 16);
	GUEST_EQ(rd(cntv_cval_el0), FAR_AWAY);
	GUEST_EQ(rd(cntv_ctl_el0) & 3, 1);
	GUEST_EQ(rd(cntp_ctl_el0) & 3, 0);
}

static void el1_timers(void)
{
	run_el2(guest_el1_timers, 0);
}

/* User space puts the vCPU at EL1. */
static void guest_heard(void)
{
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, 7);
	GUEST_EQ(seen.pstate & 0x1f, 5);
	for (;;)
		guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void hear(struct guest_regs *regs)
{
	seen = *regs;
	regs->pc = (u64)guest_heard;
	regs->pstate = PSTATE_EL2H;
}

static void guest_put_below(u64 arg)
{
	guest_on(VEC_LOWER, hear);
	wr(hcr_el2, HCR_E2H | HCR_RW);
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(false);
}

static void guest_el1_keys(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	go(el1_keys, 0);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.pc, (u64)el1_keys);
	go(el1_keys, HCR_APK);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, 13);
}

static void el1_keys_trap(void)
{
	u32 keys = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	struct vm *vm;

	nested_need();
	if (!kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS))
		ktap_skip("no pointer authentication");
	vm = vm_new_features(1, HAS_EL2 | keys, guest_el1_keys, 0);
	gic_new(vm, 64);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void put_below(void)
{
	struct vm *vm = vm_el2(1, guest_put_below, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	vcpu_sync(vcpu, 1);
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
	reg_write(vcpu, REG_PSTATE, 0x3c5);
	reg_write(vcpu, REG_PC, (u64)el1_calls);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0x3c5);
	vcpu_finish(vcpu);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "EL1 and back", el1 },
	{ "EL1's traps", el1_traps },
	{ "CPTR_EL2, without SVE", el1_cptr },
	{ "CPTR_EL2 and ZCR_EL2", el1_sve },
	{ "HCR_EL2.APK", el1_keys_trap },
	{ "EL1's timers", el1_timers },
	{ "interrupts of EL1 that EL2 takes", el1_irq },
	{ "user space puts the vCPU at EL1", put_below },
};
KTAP_MAIN(cases)
