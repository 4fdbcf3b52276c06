// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests whose EL1 is AArch32: what their instructions do (aarch32_regs has their
 * registers). The guest's code is in arrays of instructions, its source beside each.
 * Proves:
 *  - it starts in Supervisor mode; loads and stores of either byte order
 *  - Undefined exceptions and aborts are taken as Armv7 does; what a condition keeps
 *    from being executed traps for nothing; Thumb, with its IT blocks
 *  - PSCI by HVC and SMC, a second vCPU in Thumb; WFI and interrupts
 *  - all vCPUs of a VM have one width
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "lib/aarch32.h"

#define CODE2	0x8000	/* offset in RAM */
#define IRQ_LINE	0

#define FAR	REG_SYS(3, 0, 6, 0, 0)
#define TCR	REG_SYS(3, 0, 2, 0, 2)

static const u32 basics[] = {
	0xe10f0000,	/* mrs r0, cpsr */
	0xe58a0000,	/* str r0, [r10] */
	0xe59a0004,	/* ldr r0, [r10, #4] */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xe5da0004,	/* ldrb r0, [r10, #4] */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xe1ca00bc,	/* strh r0, [r10, #12] */
	0xe5ca000c,	/* strb r0, [r10, #12] */
	0xf1010200,	/* setend be */
	0xe58a0010,	/* str r0, [r10, #16] */
	0xe59a0014,	/* ldr r0, [r10, #20] */
	0xf1010000,	/* setend le */
	0xe58a0018,	/* str r0, [r10, #24] */
};

static void basics_run(void)
{
	struct a32_machine *m = A32_BOOT(basics);
	struct vcpu *v = &m->v;

	CHECK_EQ(a32_stored(v, 0) & ~NZCV, SVC | AIF);
	a32_load(v, 4, 4, 0x80c0ffee);
	CHECK_EQ(a32_stored(v, 8), 0x80c0ffee);
	a32_load(v, 4, 1, 0xfe);
	CHECK_EQ(a32_stored(v, 8), 0xfe);
	a32_access(v, true, 12, 2);
	a32_access(v, true, 12, 1);
	CHECK_EQ(a32_stored(v, 16), 0xfe000000);
	a32_load(v, 20, 4, 0x11223344);
	CHECK_EQ(a32_stored(v, 24), 0x44332211);
}

static const u32 undef[] = {
	0xee190f1c,	/* mrc p15, 0, r0, c9, c12, 0: 0x00: PMCR, there is no PMU */
	0xe58a0000,	/* str r0, [r10] */
	0xe1500000,	/* cmp r0, r0 */
	0x1e190f1c,	/* mrcne p15, 0, r0, c9, c12, 0: not executed */
	0x1320f003,	/* wfine */
	0x1e010f30,	/* mcrne p15, 0, r0, c1, c0, 1 */
	0xe58a0004,	/* str r0, [r10, #4] */
	0x0e190f1c,	/* mrceq p15, 0, r0, c9, c12, 0: 0x1c */
	0xee3f0f10,	/* mrc p15, 1, r0, c15, c0, 0: 0x20: IMPLEMENTATION DEFINED */
	0xf102001f,	/* cps #31: System mode */
	0xee0c0fbb,	/* mcr p15, 0, r0, c12, c11, 5: 0x28: ICC_SGI0R, there is no GICv3 */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xf1020010,	/* cps #16: User mode */
	0xee100f11,	/* mrc p15, 0, r0, c0, c1, 0: 0x34: ID_PFR0 */
	0xe58a000c,	/* str r0, [r10, #12] */
};

static void undef_run(void)
{
	struct a32_machine *m = A32_BOOT(undef);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x1234);
	a32_undefined(v, 0, SVC, true);
	CHECK_EQ(a32_stored(v, 0), 0x1234);
	CHECK_EQ(a32_stored(v, 4), 0x1234);
	a32_undefined(v, 0x1c, SVC, true);
	a32_undefined(v, 0x20, SVC, true);
	a32_undefined(v, 0x28, SYS, false);
	CHECK_EQ(a32_stored(v, 8), 0x1234);
	a32_undefined(v, 0x34, USR, false);
	CHECK_EQ(a32_stored(v, 12), 0x1234);
}

static const u32 aborts[] = {
	0xe59a0010,	/* ldr r0, [r10, #0x10]: 0x00: the VMM answers with an external abort */
	0xe58a0000,	/* str r0, [r10] */
	0xe28fb008,	/* add r11, pc, #0x8: return address 0x18 for the handler of the branch */
	0xe3a00202,	/* mov r0, #0x20000000 */
	0xe12fff10,	/* bx r0: nothing there */
	0xe320f000,	/* nop */
	0xe58aa004,	/* str r10, [r10, #4]: 0x18 */
};

static void take_dabt(struct vcpu *v)
{
	struct kvm_vcpu_events ev = { .exception.ext_dabt_pending = 1 };

	CHECK_EQ(kvm(v->fd, KVM_SET_VCPU_EVENTS, &ev), 0);
}

static void aborts_run(u32 ttbcr, u32 fsr)
{
	struct a32_machine *m = A32_BOOT(aborts);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x1234);
	reg_write(v, TCR, ttbcr);
	reg_write(v, FAR, 0xdeadbeefcafebabe);
	a32_load(v, 0x10, 4, 0);
	take_dabt(v);
	CHECK_EQ(a32_stored(v, DABT_LR), BASE + 8);
	CHECK_EQ(a32_stored(v, DABT_FSR), fsr);
	CHECK_EQ(a32_stored(v, DABT_FAR), IO + 0x10);
	a32_check_spsr(v, KVM_SPSR_ABT, SVC);
	a32_give_spsr(v, DABT_SPSR, SVC);
	CHECK_EQ(reg_read(v, FAR) >> 32, 0xdeadbeef);
	CHECK_EQ(a32_stored(v, 0), 0x1234);

	CHECK_EQ(a32_stored(v, PABT_LR), 0x20000004);
	CHECK_EQ(a32_stored(v, PABT_FSR), fsr);
	CHECK_EQ(a32_stored(v, PABT_FAR), 0x20000000);
	a32_check_spsr(v, KVM_SPSR_ABT, SVC);
	a32_give_spsr(v, PABT_SPSR, SVC);
	CHECK_EQ((u32)reg_read(v, FAR), IO + 0x10);
	CHECK_EQ(a32_stored(v, 4), IO);
}

static void aborts_short(void)
{
	aborts_run(0, 0x8);
}

static void aborts_long(void)
{
	aborts_run(1u << 31, 0x210);
}

static const u16 thumb[] = {
	0x6030,        	/* str r0, [r6, #0]: two bytes */
	0xf8ca, 0x0080,	/* str.w r0, [r10, #0x80] */
	0x6871,        	/* ldr r1, [r6, #4] */
	0x6031,        	/* str r1, [r6, #0] */
	0x4280,        	/* cmp r0, r0 */
	0xbf06,        	/* itte eq */
	0xee10, 0x1f11,	/* mrceq p15, 0, r1, c0, c1, 0: ID_PFR0 traps */
	0x2201,        	/* moveq r2, #1 */
	0x2202,        	/* movne r2, #2 */
	0x6031,        	/* str r1, [r6, #0] */
	0x6032,        	/* str r2, [r6, #0] */
	0x2200,        	/* movs r2, #0 */
	0xbf1a,        	/* itte ne */
	0xee19, 0x1f1c,	/* mrcne p15, 0, r1, c9, c12, 0: not executed */
	0x2201,        	/* movne r2, #1 */
	0x2202,        	/* moveq r2, #2 */
	0x6032,        	/* str r2, [r6, #0] */
	0xbf30,        	/* wfi: two bytes; the line is up */
	0x6032,        	/* str r2, [r6, #0] */
	0xbf08,        	/* it eq */
	0xbf30,        	/* wfieq */
	0xf04f, 0x0303,	/* mov.w r3, #3 */
	0x6033,        	/* str r3, [r6, #0] */
	0xbf04,        	/* itt eq */
	0x6033,        	/* streq r3, [r6, #0] */
	0x2304,        	/* moveq r3, #4 */
	0x6033,        	/* str r3, [r6, #0] */
	0xf7e0, 0x8000,	/* hvc #0 */
	0x6030,        	/* str r0, [r6, #0] */
};

static void thumb_run(void)
{
	struct a32_machine *m = A32_BOOT(thumb);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x84000000);
	reg_write(v, REG_X(6), IO);
	reg_write(v, REG_PSTATE, SVC | AIF | 0x20);
	vcpu_irq(v, IRQ_LINE, true);
	CHECK_EQ(a32_stored(v, 0), 0x84000000);
	CHECK_EQ(a32_stored(v, 0x80), 0x84000000);
	a32_load(v, 4, 4, 77);
	CHECK_EQ(a32_stored(v, 0), 77);
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 1, 0)));
	CHECK_EQ(a32_stored(v, 0), 1);
	CHECK_EQ(a32_stored(v, 0), 2);
	CHECK_EQ(a32_stored(v, 0), 2);
	CHECK_EQ(a32_stored(v, 0), 3);
	CHECK_EQ(a32_stored(v, 0), 3);
	CHECK_EQ(a32_stored(v, 0), 4);
	CHECK_EQ(a32_stored(v, 0) >> 16, 1);	/* PSCI 1.x */
}

static const u32 calls[] = {
	0xe3a00321,	/* mov r0, #0x84000000: PSCI_VERSION */
	0xe1400070,	/* hvc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3a00321,	/* mov r0, #0x84000000 */
	0xe1600070,	/* smc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3000003,	/* movw r0, #3: CPU_ON, 64 bits wide */
	0xe34c0400,	/* movt r0, #0xc400 */
	0xe1400070,	/* hvc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe300000a,	/* movw r0, #10: PSCI_FEATURES */
	0xe3480400,	/* movt r0, #0x8400 */
	0xe3001003,	/* movw r1, #3 */
	0xe34c1400,	/* movt r1, #0xc400 */
	0xe1400070,	/* hvc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe300000a,	/* movw r0, #10 */
	0xe3480400,	/* movt r0, #0x8400 */
	0xe3001003,	/* movw r1, #3: CPU_ON, 32 bits wide */
	0xe3481400,	/* movt r1, #0x8400 */
	0xe1400070,	/* hvc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3000003,	/* movw r0, #3 */
	0xe3480400,	/* movt r0, #0x8400 */
	0xe3a01001,	/* mov r1, #1 */
	0xe3082001,	/* movw r2, #0x8001: T32 */
	0xe3482000,	/* movt r2, #0x8000 */
	0xe30b3eef,	/* movw r3, #0xbeef */
	0xe34d3ead,	/* movt r3, #0xdead */
	0xe1400070,	/* hvc #0 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3000008,	/* movw r0, #8: SYSTEM_OFF */
	0xe3480400,	/* movt r0, #0x8400 */
	0xe1400070,	/* hvc #0 */
};

static const u16 second[] = {
	0xf04f, 0x5a80,	/* mov.w r10, #0x10000000 */
	0xf8ca, 0x0040,	/* str.w r0, [r10, #0x40] */
	0xf3ef, 0x8000,	/* mrs r0, cpsr */
	0xf8ca, 0x0044,	/* str.w r0, [r10, #0x44] */
	0xee10, 0x0fb0,	/* mrc p15, 0, r0, c0, c0, 5 */
	0xf8ca, 0x0048,	/* str.w r0, [r10, #0x48] */
};

static void *second_vcpu(void *arg)
{
	struct vcpu *v = arg;

	CHECK_EQ(a32_stored(v, 0x40), 0xdeadbeef);
	/* MRS shows T as 0 */
	CHECK_EQ(a32_stored(v, 0x44) & ~NZCV, SVC | AIF);
	CHECK_EQ(reg_read(v, REG_PSTATE) & 0x3f, SVC | 0x20);
	CHECK_EQ(reg_read(v, REG_PC) & 1, 0);
	CHECK_EQ(a32_stored(v, 0x48) & 0xff, 1);
	return NULL;
}

static void calls_run(void)
{
	struct a32_machine *m = A32_BOOT(calls);
	struct vcpu *v = &m->v, other = {};
	pthread_t thread;

	A32_PUT(m, CODE2, second);
	a32_start(&other, &m->vm, 1, 1u << KVM_ARM_VCPU_EL1_32BIT | 1u << KVM_ARM_VCPU_POWER_OFF);
	REQUIRE_EQ(pthread_create(&thread, NULL, second_vcpu, &other), 0);
	/* garbage above the registers is no part of the call */
	CHECK_EQ(a32_stored(v, 0) >> 16, 1);
	CHECK_EQ(a32_stored(v, 0) >> 16, 1);
	CHECK_EQ(a32_stored(v, 0), (u32)-1);
	CHECK_EQ(a32_stored(v, 0), (u32)-1);
	CHECK_EQ(a32_stored(v, 0), 0);
	CHECK_EQ(a32_stored(v, 0), 0);
	REQUIRE_EQ(pthread_join(thread, NULL), 0);
	CHECK_EQ(vcpu_run(v), 0);
	CHECK_EQ(v->run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
	CHECK_EQ(v->run->system_event.type, KVM_SYSTEM_EVENT_SHUTDOWN);
}

static const u32 sleep_[] = {
	0xe58a0000,	/* str r0, [r10] */
	0xe320f003,	/* wfi: wakes by a line although IRQs are masked */
	0xe58a0004,	/* str r0, [r10, #4] */
	0xf1080080,	/* cpsie i */
	0xe320f000,	/* nop */
	0xf10c0080,	/* cpsid i */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xe320f002,	/* wfe */
	0xe320f004,	/* sev */
	0xe320f002,	/* wfe */
	0xe58a000c,	/* str r0, [r10, #12] */
};

static void *raise_later(void *arg)
{
	usleep(50000);
	vcpu_irq(arg, IRQ_LINE, true);
	return NULL;
}

static void sleep_run(void)
{
	struct a32_machine *m = A32_BOOT(sleep_);
	struct vcpu *v = &m->v;
	pthread_t thread;
	u32 lr;

	a32_stored(v, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, raise_later, v), 0);
	a32_stored(v, 4);
	REQUIRE_EQ(pthread_join(thread, NULL), 0);
	lr = a32_stored(v, IRQ_LR);
	CHECK(lr >= BASE + 0x10 && lr <= BASE + 0x18, "%#x", lr);
	vcpu_irq(v, IRQ_LINE, false);
	a32_stored(v, 8);
	a32_stored(v, 12);
}

/* All vCPUs of a VM have one width, whichever comes first. */
static void one_width(void)
{
	u32 wide = 0, narrow = a32_feature(), first;
	int vm, a, b;

	for (first = 0; first < 2; first++) {
		vm = vm_fd(0);
		a = vcpu_fd(vm, 0);
		b = vcpu_fd(vm, 1);
		CHECK_EQ(vcpu_init_fd(vm, a, first ? narrow : wide), 0);
		CHECK_EQ(vcpu_init_fd(vm, b, first ? wide : narrow), -EINVAL);
		CHECK_EQ(vcpu_init_fd(vm, b, first ? narrow : wide), 0);
		CHECK_EQ(vcpu_init_fd(vm, a, first ? wide : narrow), -EINVAL);
	}
}

static const struct ktap_case cases[] = {
	{ "starts in Supervisor mode, loads and stores", basics_run },
	{ "Undefined exceptions, and conditions that fail", undef_run },
	{ "aborts, short descriptors", aborts_short },
	{ "aborts, long descriptors", aborts_long },
	{ "Thumb: short instructions and IT blocks", thumb_run },
	{ "PSCI by HVC and SMC, a second vCPU in Thumb", calls_run },
	{ "WFI and interrupts", sleep_run },
	{ "vCPUs of one width only", one_width },
};

KTAP_MAIN(cases)
