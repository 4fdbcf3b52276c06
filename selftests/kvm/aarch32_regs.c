// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of guests whose EL1 is AArch32. Proves:
 *  - those of cp15 and cp14 are AArch64's, which user space has, by halves too
 *  - FP by FPEXC, the banked registers, and the SPSRs
 *  - sign extension, reserved ID registers, the OS lock's key
 *  - which PSTATE user space may write, and what it does to the registers
 */
#include <string.h>
#include "lib/aarch32.h"

#define TTBR0	REG_SYS(3, 0, 2, 0, 0)
#define MAIR	REG_SYS(3, 0, 10, 2, 0)
#define DACR32	REG_SYS(3, 4, 3, 0, 0)
#define IFSR32	REG_SYS(3, 4, 5, 0, 1)
#define FPEXC32	REG_SYS(3, 4, 5, 3, 0)
#define ESR	REG_SYS(3, 0, 5, 2, 0)
#define FAR	REG_SYS(3, 0, 6, 0, 0)

static const u32 system_[] = {
	0xee100f10,	/* mrc p15, 0, r0, c0, c0, 0: MIDR */
	0xe58a0000,	/* str r0, [r10] */
	0xee100fb0,	/* mrc p15, 0, r0, c0, c0, 5: MPIDR */
	0xe58a0000,	/* str r0, [r10] */
	0xee100f11,	/* mrc p15, 0, r0, c0, c1, 0: ID_PFR0 */
	0xe58a0000,	/* str r0, [r10] */
	0xee100fb2,	/* mrc p15, 0, r0, c0, c2, 5: ID_ISAR5 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3a00001,	/* mov r0, #1 */
	0xee400f10,	/* mcr p15, 2, r0, c0, c0, 0: CSSELR */
	0xee501f10,	/* mrc p15, 2, r1, c0, c0, 0 */
	0xe58a1000,	/* str r1, [r10] */
	0xee300f10,	/* mrc p15, 1, r0, c0, c0, 0: CCSIDR */
	0xe58a0000,	/* str r0, [r10] */
	0xee100f30,	/* mrc p15, 0, r0, c0, c0, 1: CTR */
	0xe58a0000,	/* str r0, [r10] */
	0xee110f10,	/* mrc p15, 0, r0, c1, c0, 0: SCTLR */
	0xe58a0000,	/* str r0, [r10] */
	/* TTBR0 by halves and as a whole */
	0xe3040000,	/* movw r0, #0x4000 */
	0xe3480001,	/* movt r0, #0x8001 */
	0xe3a01000,	/* mov r1, #0 */
	0xec410f02,	/* mcrr p15, 0, r0, r1, c2 */
	0xe3080000,	/* movw r0, #0x8000 */
	0xe3480002,	/* movt r0, #0x8002 */
	0xee020f10,	/* mcr p15, 0, r0, c2, c0, 0 */
	0xec532f02,	/* mrrc p15, 0, r2, r3, c2 */
	0xe58a2000,	/* str r2, [r10] */
	/* PRRR and NMRR are the halves of one register */
	0xe3010234,	/* movw r0, #0x1234 */
	0xee0a0f12,	/* mcr p15, 0, r0, c10, c2, 0 */
	0xe3050678,	/* movw r0, #0x5678 */
	0xee0a0f32,	/* mcr p15, 0, r0, c10, c2, 1 */
	0xe3a00055,	/* mov r0, #0x55 */
	0xee030f10,	/* mcr p15, 0, r0, c3, c0, 0: DACR */
	0xe3a00066,	/* mov r0, #0x66 */
	0xee060f10,	/* mcr p15, 0, r0, c6, c0, 0: DFAR */
	0xe3a00077,	/* mov r0, #0x77 */
	0xee060f50,	/* mcr p15, 0, r0, c6, c0, 2: IFAR */
	0xe3a00007,	/* mov r0, #0x7 */
	0xee050f10,	/* mcr p15, 0, r0, c5, c0, 0: DFSR */
	0xe3a00005,	/* mov r0, #0x5 */
	0xee050f30,	/* mcr p15, 0, r0, c5, c0, 1: IFSR */
	0xe58a0000,	/* str r0, [r10] */
	0xee130f10,	/* mrc p15, 0, r0, c3, c0, 0 */
	0xe58a0000,	/* str r0, [r10] */
	0xee150f30,	/* mrc p15, 0, r0, c5, c0, 1 */
	0xe58a0000,	/* str r0, [r10] */
	/* maintenance by set and way */
	0xe3a00000,	/* mov r0, #0 */
	0xee070f5e,	/* mcr p15, 0, r0, c7, c14, 2: DCCISW */
	0xee070f56,	/* mcr p15, 0, r0, c7, c6, 2: DCISW */
	0xee070f5a,	/* mcr p15, 0, r0, c7, c10, 2: DCCSW */
	0xee010f30,	/* mcr p15, 0, r0, c1, c0, 1: ACTLR */
	0xee110f30,	/* mrc p15, 0, r0, c1, c0, 1 */
	0xe58a0000,	/* str r0, [r10] */
	/* timers */
	0xe3050678,	/* movw r0, #0x5678 */
	0xe3011234,	/* movw r1, #0x1234 */
	0xec410f2e,	/* mcrr p15, 2, r0, r1, c14: CNTP_CVAL */
	0xec532f2e,	/* mrrc p15, 2, r2, r3, c14 */
	0xe58a2000,	/* str r2, [r10] */
	0xe58a3000,	/* str r3, [r10] */
	0xec554f0e,	/* mrrc p15, 0, r4, r5, c14: CNTPCT */
	0xec576f0e,	/* mrrc p15, 0, r6, r7, c14 */
	0xe0566004,	/* subs r6, r6, r4 */
	0xe0c77005,	/* sbc r7, r7, r5 */
	0xe58a7000,	/* str r7, [r10] */
	0xe3a00002,	/* mov r0, #2 */
	0xee0e0f32,	/* mcr p15, 0, r0, c14, c2, 1: CNTP_CTL */
	0xee1e0f32,	/* mrc p15, 0, r0, c14, c2, 1 */
	0xe58a0000,	/* str r0, [r10] */
};

static void system_run(void)
{
	struct a32_machine *m = A32_BOOT(system_);
	struct vcpu *v = &m->v;

	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 0, 0)));
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_MPIDR));
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 1, 0)));
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 2, 5)));
	CHECK_EQ(a32_stored(v, 0), 1);
	CHECK(a32_stored(v, 0) < 1u << 28);
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 3, 0, 0, 1)));
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SCTLR));
	CHECK_EQ(a32_stored(v, 0), 0x80028000);
	CHECK_EQ(reg_read(v, TTBR0), 0x80028000);

	CHECK_EQ(a32_stored(v, 0), 5);
	CHECK_EQ(reg_read(v, MAIR), 0x567800001234);
	CHECK_EQ((u32)reg_read(v, DACR32), 0x55);
	CHECK_EQ((u32)reg_read(v, IFSR32), 5);
	CHECK_EQ(reg_read(v, FAR), 0x7700000066);
	CHECK_EQ((u32)reg_read(v, ESR), 7);
	reg_write(v, DACR32, 0xaaaa5555);
	reg_write(v, IFSR32, 6);
	CHECK_EQ(a32_stored(v, 0), 0xaaaa5555);
	CHECK_EQ(a32_stored(v, 0), 6);
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 1, 0, 1)));

	CHECK_EQ(a32_stored(v, 0), 0x5678);
	CHECK_EQ(a32_stored(v, 0), 0x1234);
	CHECK_EQ(a32_stored(v, 0), 0);
	CHECK_EQ(a32_stored(v, 0) & 3, 2);
}

static const u32 debug[] = {
	0xee100e10,	/* mrc p14, 0, r0, c0, c0, 0: DBGDIDR */
	0xe58a0000,	/* str r0, [r10] */
	0xee100e11,	/* mrc p14, 0, r0, c0, c1, 0: DBGDSCRint */
	0xe58a0000,	/* str r0, [r10] */
	0xe3050550,	/* movw r0, #0x5550 */
	0xee000e90,	/* mcr p14, 0, r0, c0, c0, 4: DBGBVR0 */
	0xee100e90,	/* mrc p14, 0, r0, c0, c0, 4 */
	0xe58a0000,	/* str r0, [r10] */
	0xee110e91,	/* mrc p14, 0, r0, c1, c1, 4: DBGOSLSR */
	0xe58a0000,	/* str r0, [r10] */
	0xe30c0e55,	/* movw r0, #0xce55 */
	0xe34c05ac,	/* movt r0, #0xc5ac */
	0xee010e90,	/* mcr p14, 0, r0, c1, c0, 4: DBGOSLAR */
	0xee110e91,	/* mrc p14, 0, r0, c1, c1, 4 */
	0xe58a0000,	/* str r0, [r10] */
	0xe3a00000,	/* mov r0, #0: not the key */
	0xee010e90,	/* mcr p14, 0, r0, c1, c0, 4 */
	0xee110e91,	/* mrc p14, 0, r0, c1, c1, 4 */
	0xe58a0000,	/* str r0, [r10] */
	0xec510e01,	/* mrrc p14, 0, r0, r1, c1: DBGDRAR */
	0xe58a0000,	/* str r0, [r10] */
};

static void debug_run(void)
{
	struct a32_machine *m = A32_BOOT(debug);
	struct vcpu *v = &m->v;
	u64 dfr0 = reg_read(v, REG_SYS(3, 0, 0, 5, 0));
	u32 didr;

	REQUIRE_EQ(vcpu_run(v), 0);
	if (v->run->exit_reason == KVM_EXIT_MMIO && v->run->mmio.phys_addr == IO + UND_LR)
		ktap_skip("the CPU has no DBGDIDR");
	memcpy(&didr, v->run->mmio.data, 4);
	CHECK_EQ(didr >> 24 & 0xf, dfr0 >> 12 & 0xf);
	CHECK_EQ(didr >> 28, dfr0 >> 20 & 0xf);
	CHECK_EQ(a32_stored(v, 0), 0);
	CHECK_EQ(a32_stored(v, 0), 0x5550);
	CHECK_EQ(a32_stored(v, 0) & 0xa, 8);
	CHECK_EQ(a32_stored(v, 0) & 0xa, 0xa);
	CHECK_EQ(a32_stored(v, 0) & 0xa, 8);
	CHECK_EQ(a32_stored(v, 0), 0);
}

/* In-tree KVM 6.12 does these otherwise than the Arm ARM. */
static const u32 exact[] = {
	0xe1da00d4,	/* ldrsb r0, [r10, #4] */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xe1da00f4,	/* ldrsh r0, [r10, #4] */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xee100f13,	/* mrc p15, 0, r0, c0, c3, 0: reserved: MVFR0's place in AArch64 */
	0xe58a0000,	/* str r0, [r10] */
	0xee300f30,	/* mrc p15, 1, r0, c0, c0, 1: CLIDR */
	0xe58a0000,	/* str r0, [r10] */
	0xe3a00001,	/* mov r0, #1: not the key */
	0xee010e90,	/* mcr p14, 0, r0, c1, c0, 4: DBGOSLAR */
	0xee110e91,	/* mrc p14, 0, r0, c1, c1, 4: DBGOSLSR */
	0xe58a0000,	/* str r0, [r10] */
};

static void exact_run(void)
{
	struct a32_machine *m = A32_BOOT(exact);
	struct vcpu *v = &m->v;

	a32_load(v, 4, 1, 0x80);
	CHECK_EQ(a32_stored(v, 8), 0xffffff80);
	a32_load(v, 4, 2, 0x8001);
	CHECK_EQ(a32_stored(v, 8), 0xffff8001);
	CHECK_EQ(reg_read(v, REG_X(0)), 0xffff8001);
	CHECK_EQ(a32_stored(v, 0), 0);
	CHECK_EQ(a32_stored(v, 0), (u32)reg_read(v, REG_SYS(3, 1, 0, 0, 1)));
	CHECK_EQ(a32_stored(v, 0) & 0xa, 8);
}

static const u32 vfp[] = {
	0xee110f50,	/* mrc p15, 0, r0, c1, c0, 2 */
	0xe380060f,	/* orr r0, r0, #0xf00000 */
	0xee010f50,	/* mcr p15, 0, r0, c1, c0, 2: CPACR: cp10, cp11 */
	0xf57ff06f,	/* isb */
	0xeef80a10,	/* vmrs r0, fpexc */
	0xe58a0000,	/* str r0, [r10] */
	0xee000a10,	/* vmov s0, r0: 0x18: FPEXC.EN is 0 */
	0xe3a00101,	/* mov r0, #0x40000000 */
	0xeee80a10,	/* vmsr fpexc, r0 */
	0xee00aa90,	/* vmov s1, r10 */
	0xeef70a10,	/* vmrs r0, mvfr0 */
	0xe58a0004,	/* str r0, [r10, #4] */
	0xeef60a10,	/* vmrs r0, mvfr1 */
	0xe58a0004,	/* str r0, [r10, #4] */
	0xeef50a10,	/* vmrs r0, mvfr2 */
	0xe58a0004,	/* str r0, [r10, #4] */
	0xee100a90,	/* vmov r0, s1 */
	0xe58a0008,	/* str r0, [r10, #8] */
	0xeef80a10,	/* vmrs r0, fpexc */
	0xe58a000c,	/* str r0, [r10, #12] */
	0xe3a00000,	/* mov r0, #0 */
	0xeee80a10,	/* vmsr fpexc, r0 */
	0xe58a0010,	/* str r0, [r10, #16] */
	0xee100a90,	/* vmov r0, s1: 0x5c: off again */
	0xeef80a10,	/* vmrs r0, fpexc */
	0xe58a0014,	/* str r0, [r10, #20] */
};

static void vfp_run(void)
{
	struct a32_machine *m = A32_BOOT(vfp);
	struct vcpu *v = &m->v;
	u32 en = 1u << 30;

	CHECK_EQ(a32_stored(v, 0) & en, 0);
	a32_undefined(v, 0x18, SVC, false);
	CHECK_EQ(a32_stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 0)));
	CHECK_EQ(reg_read(v, FPEXC32) & en, en);
	CHECK_EQ(a32_stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 1)));
	CHECK_EQ(a32_stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 2)));
	CHECK_EQ(a32_stored(v, 8), IO);
	CHECK_EQ(a32_stored(v, 12) & en, en);
	a32_stored(v, 16);
	CHECK_EQ(reg_read(v, FPEXC32) & en, 0);
	a32_undefined(v, 0x5c, SVC, false);
	CHECK_EQ(a32_stored(v, 20) & en, 0);
}

static const u32 banks[] = {
	0xf1020012,	/* cps #18: IRQ mode */
	0xe301d212,	/* movw sp, #0x1212 */
	0xe301e213,	/* movw lr, #0x1213 */
	0xe300001f,	/* movw r0, #0x1f */
	0xe16ff000,	/* msr spsr_fsxc, r0 */
	0xf1020017,	/* cps #23: Abort mode */
	0xe301d717,	/* movw sp, #0x1717 */
	0xe3000010,	/* movw r0, #0x10 */
	0xe16ff000,	/* msr spsr_fsxc, r0 */
	0xf1020011,	/* cps #17: FIQ mode */
	0xe3018108,	/* movw r8, #0x1108 */
	0xe301e111,	/* movw lr, #0x1111 */
	0xf1020013,	/* cps #19 */
	0xe58a0000,	/* str r0, [r10] */
	0xf1020011,	/* cps #17 */
	0xe14f0000,	/* mrs r0, spsr */
	0xe1a0100d,	/* mov r1, sp */
	0xf1020013,	/* cps #19 */
	0xe58a0000,	/* str r0, [r10] */
	0xe58a1000,	/* str r1, [r10] */
};

static void banks_run(void)
{
	struct a32_machine *m = A32_BOOT(banks);
	struct vcpu *v = &m->v;

	a32_stored(v, 0);
	CHECK_EQ((u32)reg_read(v, REG_X(17)), 0x1212);	/* SP_irq */
	CHECK_EQ((u32)reg_read(v, REG_X(16)), 0x1213);	/* LR_irq */
	CHECK_EQ((u32)reg_read(v, REG_X(21)), 0x1717);	/* SP_abt */
	CHECK_EQ((u32)reg_read(v, REG_X(24)), 0x1108);	/* R8_fiq */
	CHECK_EQ((u32)reg_read(v, REG_X(30)), 0x1111);	/* LR_fiq */
	CHECK_EQ(reg_read(v, SPSR(KVM_SPSR_IRQ)), 0x1f);
	CHECK_EQ(reg_read(v, SPSR(KVM_SPSR_ABT)), 0x10);
	reg_write(v, SPSR(KVM_SPSR_FIQ), 0x600001d3);
	reg_write(v, REG_X(29), 0x2929);		/* SP_fiq */
	CHECK_EQ(a32_stored(v, 0), 0x600001d3);
	CHECK_EQ(a32_stored(v, 0), 0x2929);
}

static const u32 nops[] = {
	0xe320f000,	/* nop */
};

/* Which PSTATE user space may write, and what it does to the registers. */
static void pstate_checked(void)
{
	static const u8 good[] = { 0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f };
	struct a32_machine *m = A32_BOOT(nops);
	struct vcpu *v = &m->v;
	u64 i, val = ~0ull;

	for (i = 0; i < 32; i++) {
		u64 pstate = AIF | i;
		bool ok = memchr(good, i, sizeof(good));

		CHECK_EQ(reg_set(v->fd, REG_PSTATE, &pstate), ok ? 0 : -EINVAL);
	}
	CHECK_EQ(reg_set(v->fd, REG_X(3), &val), 0);
	CHECK_EQ(reg_set(v->fd, REG_X(20), &val), 0);
	reg_write(v, REG_PSTATE, SYS);
	CHECK_EQ(reg_read(v, REG_X(3)), 0xffffffff);
	CHECK_EQ(reg_read(v, REG_X(20)), ~0ull);
	reg_write(v, REG_PSTATE, ABT);
	CHECK_EQ(reg_read(v, REG_X(20)), 0xffffffff);
}

static const struct ktap_case cases[] = {
	{ "cp15 registers are those of AArch64", system_run },
	{ "cp14 debug registers", debug_run },
	{ "sign extension, reserved ID registers, the OS lock's key", exact_run },
	{ "FP and FPEXC", vfp_run },
	{ "banked registers", banks_run },
	{ "PSTATE of either width", pstate_checked },
};

KTAP_MAIN(cases)
