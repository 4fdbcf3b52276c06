// SPDX-License-Identifier: GPL-2.0-only
/*
 * An exception at EL2 that keel must not cause: what the CPU looked like goes
 * into its report, the host gets its world back, and the host call that was
 * under way ends with KEEL_CALL_DIED, whereupon the host prints the report.
 */
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../../hyp/guarded.h"
#include "image.h"

/* As host.S stores them. */
struct regs {
	u64 x[31], vector;
};

/* Synchronous exception of the host: a trap, not EL2's own. */
#define VECTOR_HOST_SYNC	8

static bool on_stack(const struct keel_el2_cpu *cpu, u64 addr)
{
	return addr < cpu->stack && addr >= cpu->stack - KEEL_EL2_STACK_SIZE + 64 && !(addr & 7);
}

/* Frame records (AAPCS64 6.4.6) as long as they lead upwards on this CPU's stack. */
static void backtrace(const struct keel_el2_cpu *cpu, struct keel_el2_report *r)
{
	u64 fp = r->x[29], last = 0;

	/*
	 * with a guest's registers in the CPU the way back begins where it was entered (switch.c)
	 */
	if (!on_stack(cpu, fp))
		fp = cpu->world.frame;
	r->depth = 0;
	while (r->depth < KEEL_EL2_TRACE && fp > last && on_stack(cpu, fp)) {
		r->trace[r->depth++] = ((const u64 *)fp)[1];
		last = fp;
		fp = *(const u64 *)fp;
	}
}

static void record(struct keel_el2_cpu *cpu, const struct regs *regs)
{
	struct keel_el2_report *r = &cpu->report;
	int i;

	for (i = 0; i < 31; i++)
		r->x[i] = regs->x[i];
	r->sp = (u64)(regs + 1);
	if (!on_stack(cpu, (u64)regs))
		r->sp = *(const u64 *)(regs + 1);
	r->pc = read_sysreg(elr_el2);
	r->pstate = read_sysreg(spsr_el2);
	r->esr = read_sysreg(esr_el2);
	r->far = read_sysreg(far_el2);
	r->hpfar = read_sysreg(hpfar_el2);
	r->hcr = read_sysreg(hcr_el2);
	r->sctlr = read_sysreg(sctlr_el2);
	r->par = keel_guarded_read_par();
	r->vector = regs->vector;
	r->guest = cpu->world.guest;
	backtrace(cpu, r);
	r->valid = 1;
}

/* The host at EL1 or EL0 met a trap that should not be set: to it the instruction is undefined. */
static void inject_undef(void)
{
	u64 pc = read_sysreg(elr_el2), pstate = read_sysreg(spsr_el2), offset = 0x400;

	if (pstate & PSR_MODE32_BIT)
		offset = 0x600;
	else if ((pstate & PSR_MODE_MASK) == PSR_MODE_EL1t)
		offset = 0;
	else if ((pstate & PSR_MODE_MASK) == PSR_MODE_EL1h)
		offset = 0x200;
	write_sysreg(pc, elr_el1);
	write_sysreg(pstate, spsr_el1);
	write_sysreg((u64)ESR_ELx_IL, esr_el1);	/* exception class 0: unknown reason */
	write_sysreg(read_sysreg(vbar_el1) + offset, elr_el2);
	write_sysreg((u64)(PSR_MODE_EL1h | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT),
		     spsr_el2);
}

/* From host.S. The frame of the host call that ends by this; 0: ELR_EL2 leads back to the host. */
u64 keel_panic_report(const struct regs *regs);
u64 keel_panic_report(const struct regs *regs)
{
	struct keel_el2_cpu *cpu = keel_image_cpu();

	record(cpu, regs);
	if (regs->vector >= VECTOR_HOST_SYNC && !cpu->world.guest) {
		inject_undef();
		return 0;
	}
	keel_switch_recover(cpu);
	return cpu->host_frame;
}
