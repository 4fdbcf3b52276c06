/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests whose EL1 is AArch32. They talk by stores to MMIO: r10 is the base, the
 * offset says which message it is.
 */
#ifndef AARCH32_H
#define AARCH32_H

#include "vm.h"

#define BASE	0x80000000ul	/* RAM */
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

/* CPSR */
#define USR	0x10
#define SVC	0x13
#define ABT	0x17
#define UND	0x1b
#define SYS	0x1f
#define AIF	0x1c0
#define NZCV	0xf0000000u

#define SPSR(n)	REG_CORE(spsr[n], U64)

struct a32_machine {
	struct vm vm;
	char *ram;
	struct vcpu v;
};

/* The feature for KVM_ARM_VCPU_INIT; ends the case as skipped where there is none. */
u32 a32_feature(void);
/* One vCPU that runs this code in Supervisor mode. */
struct a32_machine *a32_boot(const void *code, u64 size);
#define A32_BOOT(code)	a32_boot(code, sizeof(code))
/* One more. */
void a32_start(struct vcpu *v, struct vm *vm, u32 id, u32 features);
/* More code, at this offset in RAM. */
void a32_put(struct a32_machine *m, u64 at, const void *code, u64 size);
#define A32_PUT(m, at, code)	a32_put(m, at, code, sizeof(code))

/* Run to the next access, which must be of this direction, offset and size. */
void a32_access(struct vcpu *v, bool write, u32 off, u32 len);
/* To a store of a word; to a load, which gets this value. */
u32 a32_stored(struct vcpu *v, u32 off);
void a32_load(struct vcpu *v, u32 off, u32 len, u32 val);
/* The handler returns to this mode, with all masked. */
void a32_give_spsr(struct vcpu *v, u32 off, u32 mode);
/* What the hypervisor left in the SPSR of an exception that it injected. */
void a32_check_spsr(struct vcpu *v, unsigned int n, u32 mode);
/* The Undefined handler ran for the instruction at this offset. */
void a32_undefined(struct vcpu *v, u32 at, u32 mode, bool injected);

#endif
