// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL1 below a guest's EL2, and user space. Proves:
 *  - when EL1 leaves for user space its registers and EL2's are where user space finds
 *    them, and EL1 goes on with its own
 *  - what user space answers is completed by EL1's registers: its byte order, its stack pointer
 *  - the access is over before EL2 hears that EL1 cannot go on
 *  - with HCR_EL2.IMO interrupts come to EL2 however EL1 has PSTATE.I, and none to EL1's vectors
 *  - by HCR_EL2.VI and VF EL1 has an interrupt, where IMO and FMO are set, when it does not mask
 *    it, and does not sleep
 *  - what EL2 has trap of EL1 does, though keel itself does not want it
 */
#include <errno.h>
#include <string.h>
#include "lib/nested.h"

#define DEVICE		(MMIO_BASE + 0x800000)	/* for a mov of one half-word */
#define SCTLR_EE	(1ul << 25)
#define EL1_VBAR	0x30000
#define EL1_SP		0x5000
#define EL1_TPIDR	0x77

void el1_leaves(void);
void el1_loads(void);
void el1_loaded(void);
void el1_pops(void);
void el1_popped(void);
void el1_spins(void);
void el1_waits(void);
void el1_sleeps(void);
void el1_sends(void);
void el1_writes_ttbr(void);
void el1_reads_ttbr(void);
void el1_invalidates(void);
void el1_cleans(void);
void el1_debugs(void);
extern char el1_vectors[];
asm("	.text\n"
    "el1_leaves:\n"
    "	mov	x0, #0x30000\n"
    "	msr	vbar_el1, x0\n"
    "	mov	x0, #0x77\n"
    "	msr	tpidr_el1, x0\n"
    "	mov	x0, #0x5000\n"
    "	mov	sp, x0\n"
    "	movz	x0, #0x8080, lsl #16\n"
    "	mov	x1, #0x4321\n"
    "	str	x1, [x0]\n"
    "	mrs	x2, vbar_el1\n"
    "	mov	x3, sp\n"
    "	hvc	#1\n"
    "el1_loads:\n"
    "	movz	x0, #0x8080, lsl #16\n"
    "	ldr	w4, [x0]\n"
    "el1_loaded:\n"
    "	hvc	#2\n"
    "el1_pops:\n"
    "	movz	x0, #0x8080, lsl #16\n"
    "	mov	sp, x0\n"
    "	ldr	x4, [sp], #16\n"
    "el1_popped:\n"
    "	mov	x3, sp\n"
    "	hvc	#3\n"
    "el1_spins:\n"
    "	b	el1_spins\n"
    "el1_waits:\n"
    "	mov	x0, #1000\n"
    "1:	sub	x0, x0, #1\n"
    "	cbnz	x0, 1b\n"
    "	hvc	#4\n"
    "el1_sleeps:\n"
    "	wfi\n"
    "	hvc	#4\n"
    "el1_sends:\n"
    "	movz	x0, #0x0500, lsl #16\n"	/* SGI 5 to the first CPU */
    "	orr	x0, x0, #1\n"
    "	msr	S3_0_C12_C11_5, x0\n"
    "	isb\n"
    "	b	el1_spins\n"
    "el1_writes_ttbr:\n"
    "	msr	ttbr1_el1, x0\n"
    "	hvc	#4\n"
    "el1_reads_ttbr:\n"
    "	mrs	x0, ttbr1_el1\n"
    "	hvc	#4\n"
    "el1_invalidates:\n"
    "	tlbi	vmalle1\n"
    "	hvc	#4\n"
    "el1_cleans:\n"
    "	adr	x0, el1_cleans\n"
    "	dc	cvac, x0\n"
    "	hvc	#4\n"
    "el1_debugs:\n"
    "	mrs	x0, dbgbvr0_el1\n"
    "	msr	dbgbvr0_el1, x0\n"
    "	hvc	#4\n"
    "	.balign	2048\n"
    "el1_vectors:\n"
    "	.rept	16\n"
    "	hvc	#0x66\n"
    "	.balign	128\n"
    "	.endr\n");

static void go(void (*pc)(void), u64 hcr, u64 pstate)
{
	memset(&seen, 0, sizeof(seen));
	wr(hcr_el2, HCR_E2H | HCR_RW | hcr);
	eret_to((u64)pc, pstate);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
	GUEST_EQ(seen.pstate & 0x1f, 5);
}

static void called(u64 imm)
{
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, imm);
}

/* The access that ends the run, with what was stored or is loaded. */
static void device_access(struct vcpu *vcpu, bool write, unsigned int len)
{
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	REQUIRE(vcpu->run->mmio.phys_addr == DEVICE, "%#llx", vcpu->run->mmio.phys_addr);
	CHECK_EQ(vcpu->run->mmio.is_write, write);
	CHECK_EQ(vcpu->run->mmio.len, len);
}

/* ---- registers at an exit to user space ---- */

static void guest_leaves(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	msr(tpidr_el2, 0x22);
	go(el1_leaves, 0, PSTATE_EL1H);
	called(1);
	GUEST_EQ(seen.x[2], EL1_VBAR);
	GUEST_EQ(seen.x[3], EL1_SP);
}

static void leaves(void)
{
	struct vm *vm = vm_el2(1, guest_leaves, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 vbar = 0, value = 0;

	for (unsigned int i = 0; i < 2; i++) {
		if (!i)
			device_access(vcpu, true, 8);
		memcpy(&value, vcpu->run->mmio.data, 8);
		CHECK_EQ(value, 0x4321);
		CHECK_EQ(reg_read(vcpu, REG_PSTATE), PSTATE_EL1H);
		CHECK_EQ(reg_read(vcpu, REG_VBAR_EL1), EL1_VBAR);
		CHECK_EQ(reg_read(vcpu, REG_SP_EL1), EL1_SP);
		vbar = reg_read(vcpu, REG_VBAR_EL2);
		CHECK(vbar != EL1_VBAR && vbar > RAM_BASE, "%#lx", vbar);
		CHECK(reg_read(vcpu, REG_SP_EL2) > RAM_BASE);
		CHECK_EQ(reg_read(vcpu, EL2(13, 0, 2)), 0x22);
		/* and when the access is complete */
		vcpu->run->immediate_exit = 1;
		CHECK_EQ(vcpu_run(vcpu), -EINTR);
		vcpu->run->immediate_exit = 0;
	}
	vcpu_finish(vcpu);
	vm_free(vm);
}

/* ---- completed by the registers of EL1 ---- */

static void guest_loads(u64 big)
{
	guest_on(VEC_LOWER, come_back);
	wr(SCTLR_EL12, rd(SCTLR_EL12) | (big ? SCTLR_EE : 0));
	go(el1_loads, 0, PSTATE_EL1H);
	called(2);
	GUEST_EQ(seen.x[4], big ? 0x11223344 : 0x44332211);
}

static void loads(void)
{
	for (u64 big = 0; big < 2; big++) {
		struct vm *vm = vm_el2(1, guest_loads, big);

		device_access(&vm->vcpu[0], false, 4);
		memcpy(vm->vcpu[0].run->mmio.data, "\x11\x22\x33\x44", 4);
		vcpu_finish(&vm->vcpu[0]);
		vm_free(vm);
	}
}

static void guest_pops(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	go(el1_pops, 0, PSTATE_EL1H);
	called(3);
	GUEST_EQ(seen.x[4], 0x8877665544332211);
	GUEST_EQ(seen.x[3], DEVICE + 16);
}

static void pops(void)
{
	struct vm *vm = vm_el2(1, guest_pops, 0);
	struct kvm_enable_cap cap = { .cap = KEEL_CAP_ARM_DECODE_NISV, .args = { 1 } };

	if (kvm(vm->fd, KVM_ENABLE_CAP, &cap))
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	device_access(&vm->vcpu[0], false, 8);
	CHECK(reg_read(&vm->vcpu[0], REG_SP_EL1) == DEVICE);
	memcpy(vm->vcpu[0].run->mmio.data, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

/*
 * User space gives EL2 a stage 2 without tables meanwhile, or an EL1 that must not be. arg: what to
 * load.
 */
static void guest_is_stopped(u64 pops)
{
	guest_on(VEC_LOWER, come_back);
	go(pops ? el1_pops : el1_loads, 0, PSTATE_EL1H);
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(EC(seen.esr), EC_IABT_LOW);
	GUEST_EQ(seen.pc, (u64)(pops ? el1_popped : el1_loaded));
	GUEST_EQ(seen.x[4], pops ? 0x8877665544332211 : 0x44332211);
	if (pops)
		GUEST_EQ(rd(SP_EL1_NAME), DEVICE + 16);
}

static void is_stopped(void)
{
	for (u64 pops = 0; pops < 2; pops++) {
		struct vm *vm = vm_el2(1, guest_is_stopped, pops);
		struct kvm_enable_cap cap = { .cap = KEEL_CAP_ARM_DECODE_NISV, .args = { 1 } };
		struct vcpu *vcpu = &vm->vcpu[0];

		if (pops && kvm(vm->fd, KVM_ENABLE_CAP, &cap))
			ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
		device_access(vcpu, false, pops ? 8 : 4);
		memcpy(vcpu->run->mmio.data, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
		reg_write(vcpu, REG_HCR_EL2, reg_read(vcpu, REG_HCR_EL2) | HCR_VM);
		vcpu_finish(vcpu);
		vm_free(vm);
	}
}

/* ---- interrupts ---- */

static void arm_timer(void)
{
	wr(CNTHP_CVAL, mrs(cntpct_el0) + 100000);
	wr(CNTHP_CTL, 1);
}

/* EL1's interrupts are on, and its vectors call EL2. */
static void guest_is_muted(u64 arg)
{
	u64 el1 = PSTATE_EL1H & ~PSTATE_I;

	gic_enable(64, true);
	guest_on(VEC_LOWER, come_back);
	guest_on(VEC_LOWER + 1, come_back);
	wr(VBAR_EL12, (u64)el1_vectors);
	for (unsigned int i = 0; i < 20; i++) {
		/* one that was there, one that comes */
		if (i % 2)
			arm_timer();
		else
			gic_send_sgi(5, 1);
		go(el1_spins, HCR_IMO, el1);
		GUEST_EQ(seen.vector, VEC_LOWER + 1);
		GUEST_EQ(seen.pstate & PSTATE_I, 0);
		GUEST_EQ(icc_read(ICC_IAR1), i % 2 ? 26 : 5);
		wr(CNTHP_CTL, 0);
		icc_write(ICC_EOIR1, i % 2 ? 26 : 5);
		/* what EL1 sends is for EL2 to send */
		go(el1_sends, HCR_IMO, el1);
		GUEST_EQ(seen.vector, VEC_LOWER);
		GUEST_EQ(EC(seen.esr), EC_SYS64);
		GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
	}
}

static void is_muted(void)
{
	struct vm *vm = vm_el2(1, guest_is_muted, 0);

	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

/* ---- interrupts of EL2's making ---- */

/* Offsets of vectors, for EL1 with its own stack; behind the HVC that is there. */
#define EL1_IRQ		0x284
#define EL1_FIQ		0x304

static void waits(u64 hcr, u64 masks)
{
	go(el1_waits, hcr, (PSTATE_EL1H & ~(PSTATE_I | PSTATE_F)) | masks);
}

static void interrupted(u64 offset)
{
	called(0x66);
	GUEST_EQ(seen.pc, (u64)el1_vectors + offset);
}

static void guest_virtual(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	wr(VBAR_EL12, (u64)el1_vectors);
	waits(HCR_IMO | HCR_VI, 0);
	interrupted(EL1_IRQ);
	waits(HCR_IMO | HCR_VI, PSTATE_I);
	called(4);
	waits(HCR_FMO | HCR_VF, 0);
	interrupted(EL1_FIQ);
	waits(HCR_FMO | HCR_VF, PSTATE_F);
	called(4);
	/* it is over, or comes to nobody */
	waits(HCR_IMO | HCR_FMO, 0);
	called(4);
	waits(HCR_IMO | HCR_VF, 0);
	called(4);
	waits(HCR_FMO | HCR_VI, 0);
	called(4);
	go(el1_sleeps, HCR_IMO | HCR_VI, PSTATE_EL1H);
	called(4);
	go(el1_sleeps, HCR_FMO | HCR_VF, PSTATE_EL1H);
	called(4);
}

static void are_virtual(void)
{
	struct vm *vm = vm_el2(1, guest_virtual, 0);

	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

/* ---- what EL2 has trap ---- */

static void trapped(u64 pc)
{
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.pc, pc);
}

static void passes(void (*insn)(void))
{
	go(insn, 0, PSTATE_EL1H);
	called(4);
}

static void traps(void (*insn)(void), u64 bit, unsigned int before)
{
	passes(insn);
	go(insn, bit, PSTATE_EL1H);
	trapped((u64)insn + before);
	passes(insn);
}

static void guest_traps(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	traps(el1_writes_ttbr, HCR_TVM, 0);
	traps(el1_reads_ttbr, HCR_TRVM, 0);
	traps(el1_invalidates, HCR_TTLB, 0);
	traps(el1_cleans, HCR_TPCP, 4);
	passes(el1_debugs);
	wr(mdcr_el2, MDCR_TDA);
	go(el1_debugs, 0, PSTATE_EL1H);
	trapped((u64)el1_debugs);
	wr(mdcr_el2, 0);
	passes(el1_debugs);
}

static void el1_traps(void)
{
	struct vm *vm = vm_el2(1, guest_traps, 0);

	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "registers, when EL1 leaves for user space", leaves },
	{ "a load is completed in EL1's byte order", loads },
	{ "a load is completed with EL1's stack pointer", pops },
	{ "a load is complete before EL1 is stopped", is_stopped },
	{ "interrupts come to EL2 alone", is_muted },
	{ "interrupts of EL2's making", are_virtual },
	{ "what EL2 has trap", el1_traps },
};
KTAP_MAIN(cases)
