// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at entries and exits from the host's side, in either mode. For the
 * check only.
 *  - After each exit PSTATE.PAN has to be what it was before the entry:
 *    "looked" and "no_pan" count.
 *  - With "illegal" each vCPU is entered with a PSTATE that no CPU allows,
 *    interrupts not masked in it, and with one pending.
 */
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <asm/ptrace.h>
#include "core/vcpu.h"

static bool illegal;
module_param(illegal, bool, 0444);
static unsigned int looked, no_pan;
module_param(looked, uint, 0444);
module_param(no_pan, uint, 0444);

static void nothing(struct irq_work *work)
{
}

static DEFINE_PER_CPU(struct irq_work, work);
static DEFINE_PER_CPU(u64, pan);

/* EL3h: not below EL2. */
#define ILLEGAL_PSTATE	0xd

/*
 * keel_vgic_flush(vcpu) is the last before the entry, keel_vgic_sync() the first after the exit;
 * IRQs are off.
 */
static int before(struct kprobe *p, struct pt_regs *regs)
{
	struct keel_vcpu *vcpu = (void *)regs->regs[0];

	__this_cpu_write(pan, regs->pstate & PSR_PAN_BIT);
	if (illegal) {
		vcpu->ctx.pstate = ILLEGAL_PSTATE;
		irq_work_queue(this_cpu_ptr(&work));
	}
	return 0;
}

static int after(struct kprobe *p, struct pt_regs *regs)
{
	looked++;
	if ((regs->pstate & PSR_PAN_BIT) != __this_cpu_read(pan))
		no_pan++;
	return 0;
}

static struct kprobe flush = { .symbol_name = "keel_vgic_flush", .pre_handler = before };
static struct kprobe sync = { .symbol_name = "keel_vgic_sync", .pre_handler = after };

static int __init el2_entry_init(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu)
		init_irq_work(per_cpu_ptr(&work, cpu), nothing);
	err = register_kprobe(&sync);
	if (err)
		return err;
	err = register_kprobe(&flush);
	if (err)
		unregister_kprobe(&sync);
	return err;
}

static void __exit el2_entry_exit(void)
{
	int cpu;

	unregister_kprobe(&flush);
	unregister_kprobe(&sync);
	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&work, cpu));
}

module_init(el2_entry_init);
module_exit(el2_entry_exit);
MODULE_DESCRIPTION("A look at keel's entries and exits, in checks");
MODULE_LICENSE("GPL");
