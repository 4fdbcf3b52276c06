// SPDX-License-Identifier: GPL-2.0-only
/* Guest-side helpers: messages, exceptions, hypercalls. No libc in here. */
#include "guest.h"

u64 guest_l1[512] __attribute__((aligned(4096)));
u64 guest_nr_sync, guest_last_esr, guest_last_far;
void (*guest_secondary_fn)(u64);
static guest_handler handlers[16];

void guest_ucall(u64 cmd, u64 a, u64 b, u64 c, u64 d)
{
	struct ucall uc = { cmd, a, b, c, d };

	mmio_write64(UCALL_ADDR, (u64)&uc);
}

void guest_on(unsigned int vector, guest_handler handler)
{
	handlers[vector] = handler;
}

void guest_skip_sync(struct guest_regs *regs)
{
	guest_nr_sync++;
	guest_last_esr = regs->esr;
	guest_last_far = regs->far;
	regs->pc += 4;
}

/* From the vectors in guest_entry.S. */
void guest_exception(struct guest_regs *regs);
void guest_exception(struct guest_regs *regs)
{
	if (handlers[regs->vector])
		handlers[regs->vector](regs);
	else
		guest_ucall(UCALL_EXCEPTION, regs->vector, regs->esr, regs->pc, regs->far);
}

void guest_main(void (*fn)(u64), u64 arg);
void guest_main(void (*fn)(u64), u64 arg)
{
	fn(arg);
	for (;;)
		guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

#define ATTR_NORMAL	0
#define ATTR_DEVICE	1
#define PTE_BLOCK	0x1ul
#define PTE_ATTR(n)	((u64)(n) << 2)
#define PTE_INNER	(3ul << 8)
#define PTE_AF		(1ul << 10)
#define PTE_XN		(3ul << 53)

void guest_map_init(void)
{
	for (u64 i = 0; i < 512; i++)
		guest_l1[i] = i << 30 | PTE_BLOCK | PTE_AF |
			(i == MMIO_BASE >> 30 ? PTE_ATTR(ATTR_DEVICE) | PTE_XN :
						PTE_ATTR(ATTR_NORMAL) | PTE_INNER);
}

#define SMCCC(insn) \
	register u64 r0 asm("x0") = fn; \
	register u64 r1 asm("x1") = a; \
	register u64 r2 asm("x2") = b; \
	register u64 r3 asm("x3") = c; \
	asm volatile(insn " #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) \
		     :: "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", \
			"x13", "x14", "x15", "x16", "x17", "memory"); \
	return (struct smccc){ r0, r1, r2, r3 }

struct smccc guest_hvc(u64 fn, u64 a, u64 b, u64 c)
{
	SMCCC("hvc");
}

struct smccc guest_smc(u64 fn, u64 a, u64 b, u64 c)
{
	SMCCC("smc");
}
