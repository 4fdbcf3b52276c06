// SPDX-License-Identifier: GPL-2.0-only
/* Guests whose EL1 is AArch32: their vectors and handlers, and what these say. */
#include <stdlib.h>
#include <string.h>
#include "aarch32.h"

#define SIZE	0x100000ul
#define VECTORS	0x1000		/* offset in RAM */

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

void a32_put(struct a32_machine *m, u64 at, const void *code, u64 size)
{
	memcpy(m->ram + at, code, size);
}

void a32_start(struct vcpu *v, struct vm *vm, u32 id, u32 features)
{
	v->vm = vm;
	v->id = id;
	v->fd = vcpu_fd(vm->fd, id);
	v->run = vcpu_map(v->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, v->fd, features), 0);
	reg_write(v, REG_X(10), IO);
	reg_write(v, REG_SYS(3, 0, 12, 0, 0), BASE + VECTORS);	/* VBAR */
}

struct a32_machine *a32_boot(const void *code, u64 size)
{
	struct a32_machine *m = calloc(1, sizeof(*m));
	u32 features = a32_feature();

	m->vm.fd = vm_fd(0);
	m->ram = vm_alloc(SIZE, PAGE);
	REQUIRE_EQ(vm_slot(m->vm.fd, 0, 0, BASE, SIZE, m->ram), 0);
	a32_put(m, 0, code, size);
	A32_PUT(m, VECTORS, vectors);
	A32_PUT(m, VECTORS + 0x40, on_undef);
	A32_PUT(m, VECTORS + 0x80, on_prefetch);
	A32_PUT(m, VECTORS + 0xc0, on_data);
	A32_PUT(m, VECTORS + 0x100, on_irq);
	A32_PUT(m, VECTORS + 0x140, on_other);
	a32_start(&m->v, &m->vm, 0, features);
	reg_write(&m->v, REG_PC, BASE);
	return m;
}

void a32_access(struct vcpu *v, bool write, u32 off, u32 len)
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

u32 a32_stored(struct vcpu *v, u32 off)
{
	u32 val;

	a32_access(v, true, off, 4);
	memcpy(&val, v->run->mmio.data, 4);
	return val;
}

void a32_load(struct vcpu *v, u32 off, u32 len, u32 val)
{
	a32_access(v, false, off, len);
	memcpy(v->run->mmio.data, &val, 4);
}

void a32_give_spsr(struct vcpu *v, u32 off, u32 mode)
{
	a32_load(v, off, 4, mode | AIF);
}

void a32_check_spsr(struct vcpu *v, unsigned int n, u32 mode)
{
	CHECK_EQ(reg_read(v, SPSR(n)) & ~(u64)NZCV, mode | AIF);
}

void a32_undefined(struct vcpu *v, u32 at, u32 mode, bool injected)
{
	CHECK_EQ(a32_stored(v, UND_LR), BASE + at + 4);
	if (injected)
		a32_check_spsr(v, KVM_SPSR_UND, mode);
	CHECK_EQ(a32_stored(v, UND_CPSR) & ~NZCV, UND | AIF);
	a32_give_spsr(v, UND_SPSR, mode);
}

u32 a32_feature(void)
{
	if (kvm_cap(KVM_CAP_ARM_EL1_32BIT) != 1)
		ktap_skip("no AArch32 at EL1");
	return 1u << KVM_ARM_VCPU_EL1_32BIT;
}
