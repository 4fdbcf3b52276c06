// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GICv2's CPU interface in software around the guest's runs, and the guest's
 * accesses to it that no fast exit served (hyp/gicc_fast.c): AArch32's, big-endian ones,
 * those that the CPU does not describe or that are no word.
 */
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "../../core/bus.h"
#include "../../core/objects.h"
#include "../../hyp/gicc_fast.h"
#include "../cpuif.h"
#include "../frame.h"
#include "../hw.h"
#include "soft.h"

#define GICC_DIR	0x1000
#define DIR_INTID	0x3ff

void keel_soft2_load(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	keel_gicc_begin(c, c->used, c->hcr);
	c->used = 0;
	/* a GICv3's registers are not this guest's */
	c->hcr = KEEL_ICH_TRAP_ALL;
	keel_gicc_update_lines(&vcpu->ctx);
}

/*
 * Outside the guest the lines are nobody's: what is pending then is keel_vgic_pending()'s to say.
 */
void keel_soft2_save(struct keel_vcpu *vcpu)
{
	vcpu->ctx.gic.used = vcpu->ctx.gic.listed;
	vcpu->ctx.gic.listed = 0;
	vcpu->ctx.hcr &= ~KEEL_HCR_LINES;
}

/*
 * The host's interrupt stays active until the timer's code sees that the guest's is over, before
 * the next entry.
 */
static void leave_host_interrupt(struct keel_ctx_gic *c)
{
	if (c->ended)
		c->lr[c->ended - 1] &= ~KEEL_LR_HW;
}

/*
 * The guest is outside, and its interrupts are where they are then. They are put into
 * the list as for an entry, but nobody who halts the VM may find them there.
 */
static u32 soft_access(struct keel_vcpu *vcpu, u32 offset, bool write, u32 val)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	mutex_lock(&vcpu->vm->gic.halt_lock);
	local_irq_disable();
	keel_vgic_flush(vcpu);
	if (write)
		keel_gicc_write(c, offset, val);
	else
		val = keel_gicc_read(c, offset);
	leave_host_interrupt(c);
	keel_vgic_sync(vcpu);
	local_irq_enable();
	mutex_unlock(&vcpu->vm->gic.halt_lock);
	if (vcpu->gic.completed)
		keel_vgic_tell_completed(vcpu);
	return val;
}

/* Words alone, as all registers of the CPU interface are; the rest is RAZ/WI. */
static bool is_word(u64 offset, int len)
{
	return len == sizeof(u32) && !(offset & 3);
}

static int bus_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	u64 offset = addr.v - dev->base.v;
	__le32 word;

	memset(val, 0, len);
	if (!is_word(offset, len))
		return 0;
	word = cpu_to_le32(soft_access(vcpu, offset, false, 0));
	memcpy(val, &word, sizeof(word));
	return 0;
}

static int bus_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	u64 offset = addr.v - dev->base.v;
	__le32 word;

	if (!is_word(offset, len))
		return 0;
	memcpy(&word, val, sizeof(word));
	/* it may be in another vCPU's list, or in none */
	if (offset == GICC_DIR)
		keel_cpuif_deactivate(vcpu, le32_to_cpu(word) & DIR_INTID);
	else
		soft_access(vcpu, offset, true, le32_to_cpu(word));
	return 0;
}

const struct keel_bus_ops keel_soft2_ops = {
	.read = bus_read,
	.write = bus_write,
};
