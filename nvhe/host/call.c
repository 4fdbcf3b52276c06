// SPDX-License-Identifier: GPL-2.0-only
/* Host calls from the host's side, and printing what EL2 reports. */
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "../../core/log.h"
#include "call.h"

/* EL2 reported once: its state can no longer be trusted, and no guest is entered any more. */
static bool died;

static void print_registers(const struct keel_el2_report *r)
{
	int i;

	keel_err("pc %016llx pstate %08llx sp %016llx", r->pc, r->pstate, r->sp);
	keel_err("esr %016llx far %016llx hpfar %016llx par %016llx", r->esr, r->far, r->hpfar,
		 r->par);
	keel_err("hcr %016llx sctlr %016llx context %016llx", r->hcr, r->sctlr, r->guest);
	for (i = 0; i < 30; i += 2)
		keel_err("x%-2d %016llx x%-2d %016llx", i, r->x[i], i + 1, r->x[i + 1]);
	keel_err("x30 %016llx", r->x[30]);
}

/* Addresses inside the image by their offset: build/.../nvhe/image.elf has them, by name. */
static void print_place(const char *what, u64 addr)
{
	u64 size, base = keel_map_image(&size);

	if (addr - base < size)
		keel_err("%s image+%#llx", what, addr - base);
	else
		keel_err("%s %#llx", what, addr);
}

static void print_report(struct keel_el2_report *r)
{
	u64 i;

	keel_err("EL2 of CPU %d failed: exception %llu, syndrome %#llx", smp_processor_id(),
		 r->vector, r->esr);
	print_place("at", r->pc);
	for (i = 0; i < min_t(u64, r->depth, KEEL_EL2_TRACE); i++)
		print_place(" from", r->trace[i]);
	print_registers(r);
	WRITE_ONCE(died, true);
	WRITE_ONCE(r->valid, 0);
}

/* A trap of the host's own leaves its report without ending a call: it is found at the next. */
static void collect(void)
{
	struct keel_el2_cpu *cpu = keel_nvhe_cpu_data(smp_processor_id());

	if (unlikely(READ_ONCE(cpu->report.valid)))
		print_report(&cpu->report);
}

/* SMCCC leaves x4 to x17 to the caller, EL2's C does not. */
struct keel_call_result keel_call_raw(u64 id, u64 a1, u64 a2, u64 a3, u64 a4)
{
	register u64 x0 asm("x0") = id;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;
	register u64 x4 asm("x4") = a4;

	asm volatile("hvc #0"
		     : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3), "+r" (x4) :
		     : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
		       "x16", "x17", "cc", "memory");
	return (struct keel_call_result) { .ret = x0, .value = x1 };
}

struct keel_call_result keel_call(enum keel_call nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct keel_call_result r = { .ret = -ENXIO };

	preempt_disable();
	if (likely(keel_nvhe_taken()) && !(nr == KEEL_CALL_RUN && READ_ONCE(died))) {
		r = keel_call_raw(KEEL_CALL(nr), a1, a2, a3, a4);
		collect();
	}
	preempt_enable();
	return r;
}
