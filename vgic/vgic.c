// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GIC's interrupts as the rest of keel sees them: life cycle, lines,
 * software-generated interrupts, and stopping the VM's vCPUs. Lists and list
 * registers are in lists.c, register frames in dist.c and redist.c.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <asm/sysreg.h>
#include "../core/kick.h"
#include "../core/vcpus.h"
#include "cpuif.h"
#include "frame.h"
#include "hw.h"
#include "lpi.h"
#include "vgic.h"

/* ICC_SGI1R_EL1 and its kin (IHI 0069, 12.2.21) */
#define SGI_TARGETS	GENMASK_ULL(15, 0)
#define SGI_AFF1	GENMASK_ULL(23, 16)
#define SGI_INTID	GENMASK_ULL(27, 24)
#define SGI_AFF2	GENMASK_ULL(39, 32)
#define SGI_IRM		BIT_ULL(40)
#define SGI_RS		GENMASK_ULL(47, 44)
#define SGI_AFF3	GENMASK_ULL(55, 48)

/* GICR_PENDBASER as in KVM: Inner Shareable, Inner Write-Back with read-allocation. */
#define PENDBASER_RESET	(1 << 10 | 3 << 7)

void (*keel_vgic_notify_eoi)(struct keel_vm *vm, u32 intid);

/* As after reset; what is IMPLEMENTATION DEFINED is as in KVM: Group 1, SGIs on, PPIs level-sensitive. */
void keel_vgic_irq_init(struct keel_irq *irq, struct keel_vcpu *vcpu, u32 intid)
{
	*irq = (struct keel_irq) {
		.s = {
			.intid = intid,
			.group1 = true,
			.enabled = intid < KEEL_NR_SGIS,
			.level = intid >= KEEL_NR_SGIS && intid < KEEL_NR_PRIVATE,
		},
		.target = vcpu,
	};
	raw_spin_lock_init(&irq->lock);
	INIT_LIST_HEAD(&irq->entry);
}

void keel_vgic_vm_init(struct keel_vm *vm)
{
	mutex_init(&vm->gic.halt_lock);
	init_waitqueue_head(&vm->gic.halt_wq);
	keel_lpi_vm_init(vm);
	keel_place_vm_init(vm);
}

void keel_vgic_vm_destroy(struct keel_vm *vm)
{
	keel_lpi_vm_destroy(vm);
	keel_place_vm_destroy(vm);
}

void keel_vgic_vcpu_init_model(struct keel_vcpu *vcpu)
{
	bool v2 = vcpu->vm->gic.v2;
	unsigned int i;

	for (i = 0; i < KEEL_NR_PRIVATE; i++) {
		struct keel_irq_state *s = &vcpu->gic.irq[i].s;

		s->group1 = !v2;
		s->by_sender = v2 && i < KEEL_NR_SGIS;
		s->targets = v2 ? BIT(vcpu->idx) : 0;
	}
}

void keel_vgic_vcpu_init(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	unsigned int i;

	raw_spin_lock_init(&g->lock);
	for (i = 0; i < KEEL_NR_RANKS; i++)
		INIT_LIST_HEAD(&g->listed[i]);
	for (i = 0; i < KEEL_NR_PRIVATE; i++)
		keel_vgic_irq_init(&g->irq[i], vcpu, i);
	keel_vgic_vcpu_init_model(vcpu);
	g->rd_base = KEEL_GIC_NOWHERE;
	g->pendbaser = PENDBASER_RESET;
	g->pri_bits = keel_gic_hw.pri_bits;
	g->id_bits = keel_gic_hw.id_bits;
	vcpu->ctx.gic.hcr = KEEL_ICH_TRAP_ALL;
}

/* The vCPU is not resident anywhere. */
void keel_vgic_vcpu_reset(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	c->vmcr = 0;
	memset(c->ap0r, 0, sizeof(c->ap0r));
	memset(c->ap1r, 0, sizeof(c->ap1r));
}

/* vCPU mutex; not resident with another idea of "present", since no vCPU has run before a GIC was made. */
int keel_vgic_first_run(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	int err = 0;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.present)
		err = keel_place_map(vm);
	if (!err)
		vcpu->ctx.gic.present = vm->gic.present;
	return err;
}

struct keel_irq *keel_vgic_irq(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid)
{
	/* pairs with the release when spi[] stands */
	if (!smp_load_acquire(&vm->gic.initialised))
		return NULL;
	if (intid < KEEL_NR_PRIVATE)
		return vcpu ? &vcpu->gic.irq[array_index_nospec(intid, KEEL_NR_PRIVATE)] : NULL;
	intid -= KEEL_NR_PRIVATE;
	if (intid >= vm->gic.nr_spis)
		return NULL;
	return &vm->gic.spi[array_index_nospec(intid, vm->gic.nr_spis)];
}

int keel_vgic_set_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level)
{
	struct keel_irq *irq = keel_vgic_irq(vm, vcpu, intid);
	unsigned long flags;

	if (!irq)
		return -EINVAL;
	/* nothing new; two that drive one line at the same time are in no order anyway */
	if (READ_ONCE(irq->s.line) == level && (!level || READ_ONCE(irq->s.level)))
		return 0;
	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_irq_set_line(&irq->s, level);
	keel_vgic_queue_unlock(vm, irq, flags);
	return 0;
}

void keel_vgic_pulse(struct keel_vm *vm, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vm, NULL, intid);
	unsigned long flags;

	if (!irq)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.latch = true;
	keel_vgic_queue_unlock(vm, irq, flags);
}

int keel_vgic_map_hw(struct keel_vcpu *vcpu, u32 intid, u32 host_intid, bool (*get_line)(struct keel_vcpu *))
{
	struct keel_irq *irq = keel_vgic_irq(vcpu->vm, vcpu, intid);
	unsigned long flags;

	if (!irq || intid >= KEEL_NR_PRIVATE)
		return -EINVAL;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.hw = true;
	irq->s.hwintid = host_intid;
	irq->get_line = get_line;
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	return 0;
}

void keel_vgic_reset_timer(struct keel_vcpu *vcpu, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vcpu->vm, vcpu, intid);
	unsigned long flags;

	/* before it ran the state is what user space set */
	if (!irq || !vcpu->has_run)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.active = irq->s.latch = irq->s.line = false;
	keel_vgic_queue_unlock(vcpu->vm, irq, flags);
}

/* ICC_SGI0R and ICC_ASGI1R reach only what is in Group 0 (IHI 0069, table 4-4, one security state). */
static void make_sgi(struct keel_vcpu *to, u32 intid, bool group1)
{
	struct keel_irq *irq = &to->gic.irq[intid];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	if (irq->s.group1 && !group1) {
		raw_spin_unlock_irqrestore(&irq->lock, flags);
		return;
	}
	irq->s.latch = true;
	keel_vgic_queue_unlock(to->vm, irq, flags);
}

static void collect_one(struct keel_vcpu *vcpu, unsigned int intid)
{
	struct keel_irq *irq = &vcpu->gic.irq[intid];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	/* under the lock: to whoever holds it, it is here or there */
	if (test_and_clear_bit(intid, &vcpu->ctx.posted))
		irq->s.latch = true;
	keel_vgic_queue_unlock(vcpu->vm, irq, flags);
}

void keel_vgic_collect(struct keel_vcpu *vcpu)
{
	unsigned long posted = READ_ONCE(vcpu->ctx.posted);
	unsigned int intid;

	for_each_set_bit(intid, &posted, KEEL_NR_SGIS)
		collect_one(vcpu, intid);
}

void keel_vgic_send_sgi2(struct keel_vcpu *from, struct keel_vcpu *to, u32 intid)
{
	struct keel_irq *irq = &to->gic.irq[array_index_nospec(intid, KEEL_NR_SGIS)];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_irq_add_senders(&irq->s, BIT(from->idx));
	keel_vgic_queue_unlock(to->vm, irq, flags);
}

/* To several at once the first of them gets it (IHI 0048B, 3.2.3 lets that be chosen); to none, the first vCPU. */
void keel_vgic_retarget2(struct keel_vm *vm, struct keel_irq *irq)
{
	lockdep_assert_held(&irq->lock);
	irq->s.targets &= GENMASK(vm->nr_vcpus - 1, 0);
	irq->target = keel_vm_vcpu(vm, irq->s.targets ? __ffs(irq->s.targets) : 0);
}

static u64 affinity(const struct keel_vcpu *vcpu)
{
	return READ_ONCE(vcpu->ctx.sys[KEEL_MPIDR_EL1]) & MPIDR_HWID_BITMASK;
}

/* Unless user space gave out other affinities, they tell the vCPU's id (arch/sysreg.c). */
static struct keel_vcpu *find_target(struct keel_vm *vm, u64 aff)
{
	unsigned int id = (aff & 0xf) | (aff >> 8 & 0xff) << 4 | (aff >> 16 & 0xff) << 12;
	struct keel_vcpu *vcpu = keel_vm_vcpu_by_id(vm, id);

	if (vcpu && affinity(vcpu) == aff)
		return vcpu;
	return keel_vm_vcpu_by_mpidr(vm, aff);
}

static void sgi_to_others(struct keel_vcpu *from, u32 intid, bool group1)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, from->vm)
		if (vcpu != from)
			make_sgi(vcpu, intid, group1);
}

void keel_vgic_send_sgi(struct keel_vcpu *vcpu, u64 val, bool group1)
{
	u32 intid = FIELD_GET(SGI_INTID, val);
	unsigned long targets = FIELD_GET(SGI_TARGETS, val);
	u64 cluster = FIELD_GET(SGI_AFF3, val) << 32 | FIELD_GET(SGI_AFF2, val) << 16 |
		      FIELD_GET(SGI_AFF1, val) << 8 | FIELD_GET(SGI_RS, val) << 4;
	struct keel_vcpu *to;
	unsigned int bit;

	if (!keel_vgic_irq(vcpu->vm, vcpu, intid))
		return;
	if (val & SGI_IRM) {
		sgi_to_others(vcpu, intid, group1);
		return;
	}
	for_each_set_bit(bit, &targets, 16) {
		to = find_target(vcpu->vm, cluster | bit);
		if (to)
			make_sgi(to, intid, group1);
	}
}

/* To one vCPU and not the sender, whose own list registers would have to change. */
bool keel_vgic_try_sgi(struct keel_vcpu *vcpu, u64 val, bool group1)
{
	unsigned long targets = FIELD_GET(SGI_TARGETS, val);
	u64 cluster = FIELD_GET(SGI_AFF3, val) << 32 | FIELD_GET(SGI_AFF2, val) << 16 |
		      FIELD_GET(SGI_AFF1, val) << 8 | FIELD_GET(SGI_RS, val) << 4;
	struct keel_vcpu *to;
	bool tell;

	if ((val & SGI_IRM) || !is_power_of_2(targets))
		return false;
	to = find_target(vcpu->vm, cluster | __ffs(targets));
	if (!to || to == vcpu || !smp_load_acquire(&vcpu->vm->gic.initialised))
		return false;
	if (!keel_vgic_try_latch(&to->gic.irq[FIELD_GET(SGI_INTID, val)], group1, &tell))
		return false;
	/* pairs with the barriers before a sleeping or entering vCPU looks at its list */
	smp_mb();
	if (tell && (READ_ONCE(to->ctx.mode) == KEEL_IN_GUEST || rcuwait_active(&to->wait)))
		vcpu->kick_owed = to;
	return true;
}

static bool look_at_slots(struct keel_vcpu *vcpu, unsigned int slots)
{
	vcpu->gic.bare = !keel_guest_has_memory(vcpu->vm, ipa(vcpu->gic.rd_base), KEEL_REDIST_SIZE);
	vcpu->gic.bare_at = slots;
	return vcpu->gic.bare;
}

/* No slot lies over the redistributor: its memory would come first. */
static bool is_bare(struct keel_vcpu *vcpu)
{
	unsigned int slots = keel_mmu_slots(&vcpu->vm->mmu);

	return likely(vcpu->gic.bare_at == slots) ? vcpu->gic.bare : look_at_slots(vcpu, slots);
}

bool keel_vgic_has_redist(struct keel_vcpu *vcpu, ipa_t page)
{
	return vcpu->ctx.gic.present && !vcpu->vm->gic.v2 &&
	       page.v - vcpu->gic.rd_base < KEEL_REDIST_SIZE && is_bare(vcpu);
}

bool keel_vgic_try_redist(struct keel_vcpu *vcpu, ipa_t addr, int len, bool write, u64 *val)
{
	struct keel_frame_access a = { .vm = vcpu->vm, .vcpu = vcpu, .by = vcpu };
	u64 offset = addr.v - vcpu->gic.rd_base;

	if (write)
		return keel_frame_try_write(&a, &keel_redist_map, offset, len, *val);
	return keel_frame_try_read(&a, &keel_redist_map, offset, len, val);
}

u32 keel_vgic_vmcr(struct keel_vcpu *vcpu)
{
	return vcpu->vm->gic.v2 ? vcpu->ctx.gic.vmcr : keel_hyp_gic_vmcr(vcpu);
}

/*
 * Would the CPU interface signal any? The running priority is not asked. The
 * vCPU's own thread; it is not in the guest, and may be about to sleep.
 */
bool keel_vgic_pending(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	unsigned long flags;
	bool found;
	u32 vmcr;

	if (READ_ONCE(vcpu->ctx.posted))
		keel_vgic_collect(vcpu);
	if (!READ_ONCE(g->nr_listed))
		return false;
	vmcr = keel_vgic_vmcr(vcpu);
	raw_spin_lock_irqsave(&g->lock, flags);
	found = keel_rank_signals(&g->ranks, keel_cpuif_groups(vmcr) & READ_ONCE(vcpu->vm->gic.ctlr),
				  keel_cpuif_mask(vmcr));
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return found;
}

/*
 * mode leaves IN_GUEST, with release, after the list registers were read back.
 * A vCPU that is about to enter has set it and sees halted, or is seen here.
 */
static void wait_outside(struct keel_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->ctx.mode) != KEEL_IN_GUEST)
		return;
	keel_vcpu_kick(vcpu);
	while (smp_load_acquire(&vcpu->ctx.mode) == KEEL_IN_GUEST)
		cond_resched();
}

/* Sleepable; the caller's own vCPU, if any, is outside. */
void keel_vgic_halt_guest(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	mutex_lock(&vm->gic.halt_lock);
	WRITE_ONCE(vm->gic.halted, true);
	/* pairs with the one between mode := IN_GUEST and the last check in core/run.c */
	smp_mb();
	keel_for_each_vcpu(i, vcpu, vm)
		wait_outside(vcpu);
}

void keel_vgic_resume_guest(struct keel_vm *vm)
{
	smp_store_release(&vm->gic.halted, false);
	wake_up_all(&vm->gic.halt_wq);
	mutex_unlock(&vm->gic.halt_lock);
}

void keel_vgic_wait_resumed(struct keel_vm *vm)
{
	wait_event(vm->gic.halt_wq, !smp_load_acquire(&vm->gic.halted));
}
