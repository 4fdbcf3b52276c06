// SPDX-License-Identifier: GPL-2.0-only
/* A VM's interrupts, in the columns that in-tree KVM's vgic-state has. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>
#include "../core/vcpus.h"
#include "its/lpi.h"
#include "model.h"
#include "show.h"
#include "vgic.h"

static const char *kind(u32 intid)
{
	if (intid < KEEL_NR_SGIS)
		return "SGI";
	if (intid < KEEL_NR_PRIVATE)
		return "PPI";
	return intid < KEEL_FIRST_LPI ? "SPI" : "LPI";
}

static int number(const struct keel_vcpu *vcpu)
{
	return vcpu ? vcpu->id : -1;
}

static void show_irq(struct seq_file *m, struct keel_irq *irq)
{
	const struct keel_vcpu *target, *holder;
	struct keel_irq_state s;
	bool in_lr;

	raw_spin_lock_irq(&irq->lock);
	s = irq->s;
	target = irq->target;
	holder = irq->vcpu;
	in_lr = irq->in_lr;
	raw_spin_unlock_irq(&irq->lock);
	seq_printf(m, "%s %5u %4d %d%d%d%d%d%d%d%d %5u %6x %3u %3u %4d\n", kind(s.intid), s.intid,
		   number(target), keel_irq_pending(&s), s.latch, s.line, s.active, s.enabled, s.hw,
		   s.level, s.group1, s.hwintid, s.targets, s.sender, s.priority,
		   in_lr ? number(holder) : -1);
}

/* A VMM may hold the lock for as long as its memory lets it. */
static int show_lpis(struct seq_file *m, struct keel_vm *vm)
{
	struct keel_lpi *lpi;
	unsigned long intid;

	if (mutex_lock_killable(&vm->gic.lpi.lock))
		return -EINTR;
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		/* all of it is done again, with more room */
		if (seq_has_overflowed(m))
			break;
		show_irq(m, &lpi->irq);
		cond_resched();
	}
	mutex_unlock(&vm->gic.lpi.lock);
	return 0;
}

int keel_vgic_show(struct seq_file *m, struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i, n;

	/* pairs with the release when spi[] stands */
	if (!smp_load_acquire(&vm->gic.initialised)) {
		seq_puts(m, "no GIC, or not initialised\n");
		return 0;
	}
	seq_printf(m, "GICv%d, %u SPIs, GICD_CTLR enables %#x\n", vm->gic.model->version,
		   vm->gic.nr_spis, READ_ONCE(vm->gic.ctlr) & 3);
	seq_puts(
		m,
		"P: pending, L: latch or line (2), A: active, E: enabled, H: hw, C: level, G: group 1\n");
	seq_puts(m, "TYP    ID  TGT PLLAEHCG  HWID TARGET SRC PRI LR_OF\n");
	keel_for_each_vcpu(i, vcpu, vm)
		for (n = 0; n < KEEL_NR_PRIVATE; n++)
			show_irq(m, &vcpu->gic.irq[n]);
	for (n = 0; n < vm->gic.nr_spis; n++)
		show_irq(m, &vm->gic.spi[n]);
	return show_lpis(m, vm);
}
