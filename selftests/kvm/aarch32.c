// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests whose EL1 is AArch32. The guest's code is in arrays of instructions,
 * its source beside each. It talks by stores to MMIO: r10 is the base, the
 * offset says which message it is.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/vm.h"

#define BASE	0x80000000ul	/* RAM */
#define SIZE	0x100000ul
#define VECTORS	0x1000		/* offsets in RAM */
#define CODE2	0x8000
#define IO	0x10000000ul	/* r10 */

/*
 * Messages of the exception handlers. A CPU that is emulated may lose track of
 * the SPSR of the mode entered, so the handlers load it before they return; and
 * no banked register is the source of a store.
 */
enum {
	UND_LR = 0xf00, UND_CPSR = 0xf04, UND_SPSR = 0xf08,
	PABT_LR = 0xf10, PABT_FSR = 0xf14, PABT_FAR = 0xf18, PABT_SPSR = 0xf1c,
	DABT_LR = 0xf20, DABT_FSR = 0xf24, DABT_FAR = 0xf28, DABT_SPSR = 0xf2c,
	IRQ_LR = 0xf30,
	OTHER = 0xf40,
};

#define IRQ_LINE	0

/* CPSR */
#define USR	0x10
#define SVC	0x13
#define ABT	0x17
#define UND	0x1b
#define SYS	0x1f
#define AIF	0x1c0
#define NZCV	0xf0000000u

static const u32 vectors[] = {
	0xea00004e,	/* b #0x138: to 0x140 */
	0xea00000d,	/* b #0x34: Undefined, to 0x40 */
	0xea00004c,	/* b #0x130: to 0x140 */
	0xea00001b,	/* b #0x6c: Prefetch Abort, to 0x80 */
	0xea00002a,	/* b #0xa8: Data Abort, to 0xc0 */
	0xea000049,	/* b #0x124: to 0x140 */
	0xea000038,	/* b #0xe0: IRQ, to 0x100 */
	0xea000047,	/* b #0x11c: to 0x140 */
};

static const u32 on_undef[] = {
	0xe1a0900e,	/* mov r9, lr */
	0xe58a9f00,	/* str r9, [r10, #0xf00] */
	0xe10f9000,	/* mrs r9, cpsr */
	0xe58a9f04,	/* str r9, [r10, #0xf04] */
	0xe59a9f08,	/* ldr r9, [r10, #0xf08] */
	0xe16ff009,	/* msr spsr_fsxc, r9 */
	0xe1b0f00e,	/* movs pc, lr: behind the instruction */
};

static const u32 on_prefetch[] = {
	0xe1a0900e,	/* mov r9, lr */
	0xe58a9f10,	/* str r9, [r10, #0xf10] */
	0xee159f30,	/* mrc p15, 0, r9, c5, c0, 1: IFSR */
	0xe58a9f14,	/* str r9, [r10, #0xf14] */
	0xee169f50,	/* mrc p15, 0, r9, c6, c0, 2: IFAR */
	0xe58a9f18,	/* str r9, [r10, #0xf18] */
	0xe59a9f1c,	/* ldr r9, [r10, #0xf1c] */
	0xe16ff009,	/* msr spsr_fsxc, r9 */
	0xe1b0f00b,	/* movs pc, r11 */
};

static const u32 on_data[] = {
	0xe1a0900e,	/* mov r9, lr */
	0xe58a9f20,	/* str r9, [r10, #0xf20] */
	0xee159f10,	/* mrc p15, 0, r9, c5, c0, 0: DFSR */
	0xe58a9f24,	/* str r9, [r10, #0xf24] */
	0xee169f10,	/* mrc p15, 0, r9, c6, c0, 0: DFAR */
	0xe58a9f28,	/* str r9, [r10, #0xf28] */
	0xe59a9f2c,	/* ldr r9, [r10, #0xf2c] */
	0xe16ff009,	/* msr spsr_fsxc, r9 */
	0xe25ef004,	/* subs pc, lr, #4: behind the instruction */
};

static const u32 on_irq[] = {
	0xe1a0900e,	/* mov r9, lr */
	0xe58a9f30,	/* str r9, [r10, #0xf30] */
	0xe25ef004,	/* subs pc, lr, #4 */
};

static const u32 on_other[] = {
	0xe1a0900e,	/* mov r9, lr */
	0xe58a9f40,	/* str r9, [r10, #0xf40] */
	0xeafffffe,	/* b #-8 */
};

struct machine {
	struct vm vm;
	char *ram;
	struct vcpu v;
};

static u32 el1_32bit(void)
{
	if (kvm_cap(KVM_CAP_ARM_EL1_32BIT) != 1)
		ktap_skip("no AArch32 at EL1");
	return 1u << KVM_ARM_VCPU_EL1_32BIT;
}

static void put(struct machine *m, u64 at, const void *code, u64 size)
{
	memcpy(m->ram + at, code, size);
}

#define PUT(m, at, code)	put(m, at, code, sizeof(code))

static void start(struct vcpu *v, struct vm *vm, u32 id, u32 features)
{
	v->vm = vm;
	v->id = id;
	v->fd = vcpu_fd(vm->fd, id);
	v->run = vcpu_map(v->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, v->fd, features), 0);
	reg_write(v, REG_X(10), IO);
	reg_write(v, REG_SYS(3, 0, 12, 0, 0), BASE + VECTORS);	/* VBAR */
}

/* One vCPU that runs this code in Supervisor mode. */
static struct machine *boot(const void *code, u64 size)
{
	struct machine *m = calloc(1, sizeof(*m));
	u32 features = el1_32bit();

	m->vm.fd = vm_fd(0);
	m->ram = vm_alloc(SIZE, PAGE);
	REQUIRE_EQ(vm_slot(m->vm.fd, 0, 0, BASE, SIZE, m->ram), 0);
	put(m, 0, code, size);
	PUT(m, VECTORS, vectors);
	PUT(m, VECTORS + 0x40, on_undef);
	PUT(m, VECTORS + 0x80, on_prefetch);
	PUT(m, VECTORS + 0xc0, on_data);
	PUT(m, VECTORS + 0x100, on_irq);
	PUT(m, VECTORS + 0x140, on_other);
	start(&m->v, &m->vm, 0, features);
	reg_write(&m->v, REG_PC, BASE);
	return m;
}

#define BOOT(code)	boot(code, sizeof(code))

/* Run to the next access, which must be of this direction, offset and size. */
static void access_io(struct vcpu *v, bool write, u32 off, u32 len)
{
	struct kvm_run *run = v->run;

	REQUIRE_EQ(vcpu_run(v), 0);
	REQUIRE_EQ(run->exit_reason, KVM_EXIT_MMIO);
	REQUIRE(run->mmio.phys_addr == IO + off && run->mmio.is_write == write && run->mmio.len == len,
		"PC %#lx: %s of %u bytes at %#llx, want %s of %u at %#lx",
		reg_read(v, REG_PC),
		run->mmio.is_write ? "store" : "load", run->mmio.len, run->mmio.phys_addr,
		write ? "store" : "load", len, IO + off);
}

static u32 stored(struct vcpu *v, u32 off)
{
	u32 val;

	access_io(v, true, off, 4);
	memcpy(&val, v->run->mmio.data, 4);
	return val;
}

static void load(struct vcpu *v, u32 off, u32 len, u32 val)
{
	access_io(v, false, off, len);
	memcpy(v->run->mmio.data, &val, 4);
}

#define SPSR(n)	REG_CORE(spsr[n], U64)

/* The handler returns to this mode, with all masked. */
static void give_spsr(struct vcpu *v, u32 off, u32 mode)
{
	load(v, off, 4, mode | AIF);
}

/* What the hypervisor left in the SPSR of an exception that it injected. */
static void check_spsr(struct vcpu *v, unsigned int n, u32 mode)
{
	CHECK_EQ(reg_read(v, SPSR(n)) & ~(u64)NZCV, mode | AIF);
}

/* The Undefined handler ran for the instruction at this offset. */
static void undefined(struct vcpu *v, u32 at, u32 mode, bool injected)
{
	CHECK_EQ(stored(v, UND_LR), BASE + at + 4);
	if (injected)
		check_spsr(v, KVM_SPSR_UND, mode);
	CHECK_EQ(stored(v, UND_CPSR) & ~NZCV, UND | AIF);
	give_spsr(v, UND_SPSR, mode);
}

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
	struct machine *m = BOOT(basics);
	struct vcpu *v = &m->v;

	CHECK_EQ(stored(v, 0) & ~NZCV, SVC | AIF);
	load(v, 4, 4, 0x80c0ffee);
	CHECK_EQ(stored(v, 8), 0x80c0ffee);
	load(v, 4, 1, 0xfe);
	CHECK_EQ(stored(v, 8), 0xfe);
	access_io(v, true, 12, 2);
	access_io(v, true, 12, 1);
	CHECK_EQ(stored(v, 16), 0xfe000000);
	load(v, 20, 4, 0x11223344);
	CHECK_EQ(stored(v, 24), 0x44332211);
}

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

#define TTBR0	REG_SYS(3, 0, 2, 0, 0)
#define MAIR	REG_SYS(3, 0, 10, 2, 0)
#define DACR32	REG_SYS(3, 4, 3, 0, 0)
#define IFSR32	REG_SYS(3, 4, 5, 0, 1)
#define FPEXC32	REG_SYS(3, 4, 5, 3, 0)
#define ESR	REG_SYS(3, 0, 5, 2, 0)
#define FAR	REG_SYS(3, 0, 6, 0, 0)
#define TCR	REG_SYS(3, 0, 2, 0, 2)

static void system_run(void)
{
	struct machine *m = BOOT(system_);
	struct vcpu *v = &m->v;

	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 0, 0)));
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_MPIDR));
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 1, 0)));
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 2, 5)));
	CHECK_EQ(stored(v, 0), 1);
	CHECK(stored(v, 0) < 1u << 28);
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 3, 0, 0, 1)));
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SCTLR));
	CHECK_EQ(stored(v, 0), 0x80028000);
	CHECK_EQ(reg_read(v, TTBR0), 0x80028000);

	CHECK_EQ(stored(v, 0), 5);
	CHECK_EQ(reg_read(v, MAIR), 0x567800001234);
	CHECK_EQ((u32)reg_read(v, DACR32), 0x55);
	CHECK_EQ((u32)reg_read(v, IFSR32), 5);
	CHECK_EQ(reg_read(v, FAR), 0x7700000066);
	CHECK_EQ((u32)reg_read(v, ESR), 7);
	reg_write(v, DACR32, 0xaaaa5555);
	reg_write(v, IFSR32, 6);
	CHECK_EQ(stored(v, 0), 0xaaaa5555);
	CHECK_EQ(stored(v, 0), 6);
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 1, 0, 1)));

	CHECK_EQ(stored(v, 0), 0x5678);
	CHECK_EQ(stored(v, 0), 0x1234);
	CHECK_EQ(stored(v, 0), 0);
	CHECK_EQ(stored(v, 0) & 3, 2);
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
	struct machine *m = BOOT(debug);
	struct vcpu *v = &m->v;
	u64 dfr0 = reg_read(v, REG_SYS(3, 0, 0, 5, 0));
	u32 didr;

	REQUIRE_EQ(vcpu_run(v), 0);
	if (v->run->exit_reason == KVM_EXIT_MMIO && v->run->mmio.phys_addr == IO + UND_LR)
		ktap_skip("the CPU has no DBGDIDR");
	memcpy(&didr, v->run->mmio.data, 4);
	CHECK_EQ(didr >> 24 & 0xf, dfr0 >> 12 & 0xf);
	CHECK_EQ(didr >> 28, dfr0 >> 20 & 0xf);
	CHECK_EQ(stored(v, 0), 0);
	CHECK_EQ(stored(v, 0), 0x5550);
	CHECK_EQ(stored(v, 0) & 0xa, 8);
	CHECK_EQ(stored(v, 0) & 0xa, 0xa);
	CHECK_EQ(stored(v, 0) & 0xa, 8);
	CHECK_EQ(stored(v, 0), 0);
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
	struct machine *m = BOOT(exact);
	struct vcpu *v = &m->v;

	load(v, 4, 1, 0x80);
	CHECK_EQ(stored(v, 8), 0xffffff80);
	load(v, 4, 2, 0x8001);
	CHECK_EQ(stored(v, 8), 0xffff8001);
	CHECK_EQ(reg_read(v, REG_X(0)), 0xffff8001);
	CHECK_EQ(stored(v, 0), 0);
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 1, 0, 0, 1)));
	CHECK_EQ(stored(v, 0) & 0xa, 8);
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
	struct machine *m = BOOT(undef);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x1234);
	undefined(v, 0, SVC, true);
	CHECK_EQ(stored(v, 0), 0x1234);
	CHECK_EQ(stored(v, 4), 0x1234);
	undefined(v, 0x1c, SVC, true);
	undefined(v, 0x20, SVC, true);
	undefined(v, 0x28, SYS, false);
	CHECK_EQ(stored(v, 8), 0x1234);
	undefined(v, 0x34, USR, false);
	CHECK_EQ(stored(v, 12), 0x1234);
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
	struct machine *m = BOOT(aborts);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x1234);
	reg_write(v, TCR, ttbcr);
	reg_write(v, FAR, 0xdeadbeefcafebabe);
	load(v, 0x10, 4, 0);
	take_dabt(v);
	CHECK_EQ(stored(v, DABT_LR), BASE + 8);
	CHECK_EQ(stored(v, DABT_FSR), fsr);
	CHECK_EQ(stored(v, DABT_FAR), IO + 0x10);
	check_spsr(v, KVM_SPSR_ABT, SVC);
	give_spsr(v, DABT_SPSR, SVC);
	CHECK_EQ(reg_read(v, FAR) >> 32, 0xdeadbeef);
	CHECK_EQ(stored(v, 0), 0x1234);

	CHECK_EQ(stored(v, PABT_LR), 0x20000004);
	CHECK_EQ(stored(v, PABT_FSR), fsr);
	CHECK_EQ(stored(v, PABT_FAR), 0x20000000);
	check_spsr(v, KVM_SPSR_ABT, SVC);
	give_spsr(v, PABT_SPSR, SVC);
	CHECK_EQ((u32)reg_read(v, FAR), IO + 0x10);
	CHECK_EQ(stored(v, 4), IO);
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
	struct machine *m = BOOT(thumb);
	struct vcpu *v = &m->v;

	reg_write(v, REG_X(0), 0x84000000);
	reg_write(v, REG_X(6), IO);
	reg_write(v, REG_PSTATE, SVC | AIF | 0x20);
	vcpu_irq(v, IRQ_LINE, true);
	CHECK_EQ(stored(v, 0), 0x84000000);
	CHECK_EQ(stored(v, 0x80), 0x84000000);
	load(v, 4, 4, 77);
	CHECK_EQ(stored(v, 0), 77);
	CHECK_EQ(stored(v, 0), (u32)reg_read(v, REG_SYS(3, 0, 0, 1, 0)));
	CHECK_EQ(stored(v, 0), 1);
	CHECK_EQ(stored(v, 0), 2);
	CHECK_EQ(stored(v, 0), 2);
	CHECK_EQ(stored(v, 0), 3);
	CHECK_EQ(stored(v, 0), 3);
	CHECK_EQ(stored(v, 0), 4);
	CHECK_EQ(stored(v, 0) >> 16, 1);	/* PSCI 1.x */
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

	CHECK_EQ(stored(v, 0x40), 0xdeadbeef);
	/* MRS shows T as 0 */
	CHECK_EQ(stored(v, 0x44) & ~NZCV, SVC | AIF);
	CHECK_EQ(reg_read(v, REG_PSTATE) & 0x3f, SVC | 0x20);
	CHECK_EQ(reg_read(v, REG_PC) & 1, 0);
	CHECK_EQ(stored(v, 0x48) & 0xff, 1);
	return NULL;
}

static void calls_run(void)
{
	struct machine *m = BOOT(calls);
	struct vcpu *v = &m->v, other = {};
	pthread_t thread;

	PUT(m, CODE2, second);
	start(&other, &m->vm, 1, 1u << KVM_ARM_VCPU_EL1_32BIT | 1u << KVM_ARM_VCPU_POWER_OFF);
	REQUIRE_EQ(pthread_create(&thread, NULL, second_vcpu, &other), 0);
	/* garbage above the registers is no part of the call */
	CHECK_EQ(stored(v, 0) >> 16, 1);
	CHECK_EQ(stored(v, 0) >> 16, 1);
	CHECK_EQ(stored(v, 0), (u32)-1);
	CHECK_EQ(stored(v, 0), (u32)-1);
	CHECK_EQ(stored(v, 0), 0);
	CHECK_EQ(stored(v, 0), 0);
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
	struct machine *m = BOOT(sleep_);
	struct vcpu *v = &m->v;
	pthread_t thread;
	u32 lr;

	stored(v, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, raise_later, v), 0);
	stored(v, 4);
	REQUIRE_EQ(pthread_join(thread, NULL), 0);
	lr = stored(v, IRQ_LR);
	CHECK(lr >= BASE + 0x10 && lr <= BASE + 0x18, "%#x", lr);
	vcpu_irq(v, IRQ_LINE, false);
	stored(v, 8);
	stored(v, 12);
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
	struct machine *m = BOOT(vfp);
	struct vcpu *v = &m->v;
	u32 en = 1u << 30;

	CHECK_EQ(stored(v, 0) & en, 0);
	undefined(v, 0x18, SVC, false);
	CHECK_EQ(stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 0)));
	CHECK_EQ(reg_read(v, FPEXC32) & en, en);
	CHECK_EQ(stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 1)));
	CHECK_EQ(stored(v, 4), (u32)reg_read(v, REG_SYS(3, 0, 0, 3, 2)));
	CHECK_EQ(stored(v, 8), IO);
	CHECK_EQ(stored(v, 12) & en, en);
	stored(v, 16);
	CHECK_EQ(reg_read(v, FPEXC32) & en, 0);
	undefined(v, 0x5c, SVC, false);
	CHECK_EQ(stored(v, 20) & en, 0);
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
	struct machine *m = BOOT(banks);
	struct vcpu *v = &m->v;

	stored(v, 0);
	CHECK_EQ((u32)reg_read(v, REG_X(17)), 0x1212);	/* SP_irq */
	CHECK_EQ((u32)reg_read(v, REG_X(16)), 0x1213);	/* LR_irq */
	CHECK_EQ((u32)reg_read(v, REG_X(21)), 0x1717);	/* SP_abt */
	CHECK_EQ((u32)reg_read(v, REG_X(24)), 0x1108);	/* R8_fiq */
	CHECK_EQ((u32)reg_read(v, REG_X(30)), 0x1111);	/* LR_fiq */
	CHECK_EQ(reg_read(v, SPSR(KVM_SPSR_IRQ)), 0x1f);
	CHECK_EQ(reg_read(v, SPSR(KVM_SPSR_ABT)), 0x10);
	reg_write(v, SPSR(KVM_SPSR_FIQ), 0x600001d3);
	reg_write(v, REG_X(29), 0x2929);		/* SP_fiq */
	CHECK_EQ(stored(v, 0), 0x600001d3);
	CHECK_EQ(stored(v, 0), 0x2929);
}

/* Which PSTATE user space may write, and what it does to the registers. */
static void pstate_checked(void)
{
	static const u8 good[] = { 0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f };
	struct machine *m = BOOT(basics);
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

/* All vCPUs of a VM have one width, whichever comes first. */
static void one_width(void)
{
	u32 wide = 0, narrow = el1_32bit(), first;
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
	{ "cp15 registers are those of AArch64", system_run },
	{ "cp14 debug registers", debug_run },
	{ "sign extension, reserved ID registers, the OS lock's key", exact_run },
	{ "Undefined exceptions, and conditions that fail", undef_run },
	{ "aborts, short descriptors", aborts_short },
	{ "aborts, long descriptors", aborts_long },
	{ "Thumb: short instructions and IT blocks", thumb_run },
	{ "PSCI by HVC and SMC, a second vCPU in Thumb", calls_run },
	{ "WFI and interrupts", sleep_run },
	{ "FP and FPEXC", vfp_run },
	{ "banked registers", banks_run },
	{ "PSTATE of either width", pstate_checked },
	{ "vCPUs of one width only", one_width },
};
KTAP_MAIN(cases)
