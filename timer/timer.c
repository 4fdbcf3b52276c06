// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's timers around entries, exits and sleep. The virtual timer is
 * hardware while the guest runs and memory otherwise; the physical one is
 * always emulated. Registers and user space's view are in reg.c, the host's
 * interrupt in irq.c, all arithmetic in arith.c.
 *
 * One hrtimer per vCPU stands in for whatever hardware is not watching: the
 * physical timer while the guest runs, either while it sleeps. It may fire
 * early (the host slews its clock) or for nothing: all it does is to make the
 * vCPU look again. soft_deadline says what it is armed for; the callback
 * clears it, so looking again arms it again.
 */
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <asm/arch_timer.h>
#include "../core/log.h"
#include "../core/vcpu.h"
#include "arith.h"
#include "clock.h"
#include "hw.h"
#include "../vgic/vgic.h"
#include "irq.h"
#include "timer.h"

/* The interrupts that server base boards (Arm BSA) give these timers. */
#define PPI_VIRT	27
#define PPI_PHYS	30

static u32 frequency;			/* [I] Hz */
static DEFINE_PER_CPU(u64, taken);	/* [o] what the mode wants back for the CPU */

struct timer_state {
	u64 ctl, cval, offset;
};

static struct timer_state timer_state(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	const u64 *sys = vcpu->ctx.sys;

	if (id == KEEL_TIMER_VIRT)
		return (struct timer_state) {
			sys[KEEL_CNTV_CTL_EL0], sys[KEEL_CNTV_CVAL_EL0],
			READ_ONCE(vcpu->vm->timer.voffset),
		};
	return (struct timer_state) {
		sys[KEEL_CNTP_CTL_EL0], sys[KEEL_CNTP_CVAL_EL0],
		READ_ONCE(vcpu->vm->timer.poffset),
	};
}

static bool is_on(struct timer_state s)
{
	return (s.ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK)) == KEEL_TIMER_ENABLE;
}

/* Reading the counter costs an ISB: only for a timer that is on. */
static bool line_level(struct timer_state s)
{
	return is_on(s) && keel_arith_line(s.ctl, s.cval, keel_clock_now() - s.offset);
}

static void set_line(struct keel_vcpu *vcpu, enum keel_timer_id id, bool level)
{
	vcpu->timer.line[id] = level;
	if (vcpu->ctx.gic.present)
		keel_vgic_set_line(vcpu->vm, vcpu, vcpu->vm->timer.ppi[id], level);
}

static void update_lines(struct keel_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_TIMERS; i++)
		set_line(vcpu, i, line_level(timer_state(vcpu, i)));
}

/*
 * Keep the host's interrupt from ending the guest's run at once: the line is
 * high, or the GIC has it pending or active.
 */
static void hold_host_irq(struct keel_vcpu *vcpu)
{
	bool gic = vcpu->ctx.gic.present;

	keel_irq_mask(!gic && vcpu->timer.line[KEEL_TIMER_VIRT]);
	keel_irq_set_active(gic && keel_vgic_hw_busy(vcpu, vcpu->vm->timer.ppi[KEEL_TIMER_VIRT]));
}

static u64 deadline(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	struct timer_state s = timer_state(vcpu, id);

	if (!is_on(s))
		return KEEL_TIMER_NEVER;
	return keel_arith_deadline(s.ctl, s.cval, s.offset, keel_clock_now());
}

/*
 * hrtimer callback, IRQs off, any CPU. The kick's lock orders the store before
 * the vCPU's next look.
 */
static enum hrtimer_restart soft_fired(struct hrtimer *soft)
{
	struct keel_vcpu *vcpu = container_of(soft, struct keel_vcpu, timer.soft);

	WRITE_ONCE(vcpu->timer.soft_deadline, KEEL_TIMER_NEVER);
	keel_vcpu_kick(vcpu);
	return HRTIMER_NORESTART;
}

/*
 * Arm the soft timer for this host count, or for nothing. A callback that runs
 * meanwhile may clear the new deadline: the timer is armed all the same, and
 * armed once more at the next look.
 */
static void arm_soft(struct keel_vcpu *vcpu, u64 when)
{
	struct keel_timer_vcpu *t = &vcpu->timer;
	u64 now, ns;

	if (READ_ONCE(t->soft_deadline) == when)
		return;
	WRITE_ONCE(t->soft_deadline, when);
	if (when == KEEL_TIMER_NEVER) {
		hrtimer_try_to_cancel(&t->soft);
		return;
	}
	now = keel_clock_now();
	ns = when > now ? keel_arith_cycles_to_ns(when - now, frequency) : 0;
	hrtimer_start(&t->soft, ns_to_ktime(ns), HRTIMER_MODE_REL);
}

static void arm_for_sleep(struct keel_vcpu *vcpu)
{
	arm_soft(vcpu, min(deadline(vcpu, KEEL_TIMER_VIRT), deadline(vcpu, KEEL_TIMER_PHYS)));
}

void keel_timer_flush(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;

	lockdep_assert_irqs_disabled();
	update_lines(vcpu);
	hold_host_irq(vcpu);
	ctx->pct_traps = READ_ONCE(vcpu->vm->timer.poffset);
	ctx->cntvoff = READ_ONCE(vcpu->vm->timer.voffset);
	keel_hw_load(ctx, vcpu->timer.line[KEEL_TIMER_VIRT]);
	arm_soft(vcpu, deadline(vcpu, KEEL_TIMER_PHYS));
}

void keel_timer_sync(struct keel_vcpu *vcpu)
{
	u64 *sys = vcpu->ctx.sys, ctl;

	lockdep_assert_irqs_disabled();
	keel_hw_save(&vcpu->ctx);
	ctl = sys[KEEL_CNTV_CTL_EL0];
	sys[KEEL_CNTV_CTL_EL0] = ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK);
	if (vcpu->ctx.gic.present &&
	    keel_vgic_hw_take_done(vcpu, vcpu->vm->timer.ppi[KEEL_TIMER_VIRT]))
		keel_irq_was_deactivated();
	set_line(vcpu, KEEL_TIMER_VIRT,
		 (ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK | KEEL_TIMER_ISTATUS)) ==
		 (KEEL_TIMER_ENABLE | KEEL_TIMER_ISTATUS));
	set_line(vcpu, KEEL_TIMER_PHYS, line_level(timer_state(vcpu, KEEL_TIMER_PHYS)));
}

static u16 line_bits(const struct keel_vcpu *vcpu)
{
	return (vcpu->timer.line[KEEL_TIMER_VIRT] ? KVM_ARM_DEV_EL1_VTIMER : 0) |
	       (vcpu->timer.line[KEEL_TIMER_PHYS] ? KVM_ARM_DEV_EL1_PTIMER : 0);
}

#define LINE_BITS	(KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER)

/* What user space makes of its page only decides how often it is told. */
bool keel_timer_user_notify(struct keel_vcpu *vcpu)
{
	u64 told = READ_ONCE(vcpu->run->s.regs.device_irq_level);

	if (vcpu->ctx.gic.present)
		return false;
	return (told & LINE_BITS) != line_bits(vcpu);
}

void keel_timer_user_update(struct keel_vcpu *vcpu)
{
	u64 told = READ_ONCE(vcpu->run->s.regs.device_irq_level);

	if (vcpu->ctx.gic.present)
		return;
	WRITE_ONCE(vcpu->run->s.regs.device_irq_level,
		   (told & ~(u64)LINE_BITS) | line_bits(vcpu));
}

/* Asked again after each wake-up, so this is where a soft timer that fired early is armed anew. */
bool keel_timer_pending(struct keel_vcpu *vcpu)
{
	update_lines(vcpu);
	if (vcpu->timer.blocked)
		arm_for_sleep(vcpu);
	return vcpu->timer.line[KEEL_TIMER_VIRT] || vcpu->timer.line[KEEL_TIMER_PHYS];
}

void keel_timer_block(struct keel_vcpu *vcpu)
{
	vcpu->timer.blocked = true;
	arm_for_sleep(vcpu);
}

/* What is armed stays so: the next entry decides anew. */
void keel_timer_unblock(struct keel_vcpu *vcpu)
{
	vcpu->timer.blocked = false;
}

void keel_timer_vm_init(struct keel_vm *vm)
{
	vm->timer.voffset = keel_clock_now();
	vm->timer.ppi[KEEL_TIMER_VIRT] = PPI_VIRT;
	vm->timer.ppi[KEEL_TIMER_PHYS] = PPI_PHYS;
}

void keel_timer_vcpu_init(struct keel_vcpu *vcpu)
{
	hrtimer_init(&vcpu->timer.soft, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	vcpu->timer.soft.function = soft_fired;
	vcpu->timer.soft_deadline = KEEL_TIMER_NEVER;
}

void keel_timer_vcpu_reset(struct keel_vcpu *vcpu)
{
	u64 *sys = vcpu->ctx.sys;

	sys[KEEL_CNTV_CTL_EL0] = 0;
	sys[KEEL_CNTV_CVAL_EL0] = 0;
	sys[KEEL_CNTP_CTL_EL0] = 0;
	sys[KEEL_CNTP_CVAL_EL0] = 0;
	update_lines(vcpu);
}

/* For the GIC's registers: the level now. */
static bool virt_line(struct keel_vcpu *vcpu)
{
	return line_level(timer_state(vcpu, KEEL_TIMER_VIRT));
}

int keel_timer_first_run(struct keel_vcpu *vcpu)
{
	const u8 *ppi = vcpu->vm->timer.ppi;

	if (!vcpu->ctx.gic.present)
		return 0;
	if (ppi[KEEL_TIMER_VIRT] == ppi[KEEL_TIMER_PHYS])
		return -EINVAL;
	return keel_vgic_map_hw(vcpu, ppi[KEEL_TIMER_VIRT], keel_irq_intid(), virt_line);
}

void keel_timer_vcpu_destroy(struct keel_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer.soft);
}

int __init keel_timer_module_init(void)
{
	frequency = arch_timer_get_cntfrq();
	if (!frequency) {
		keel_err("firmware did not set the counter's frequency (CNTFRQ_EL0)");
		return -ENODEV;
	}
	return keel_irq_module_init();
}

void keel_timer_module_exit(void)
{
	keel_irq_module_exit();
}

void keel_timer_enable_cpu(void)
{
	__this_cpu_write(taken, keel_hw_take());
	keel_irq_enable_cpu();
}

void keel_timer_disable_cpu(void)
{
	keel_irq_disable_cpu();
	keel_hw_give(__this_cpu_read(taken));
}

void keel_timer_quiet_cpu(void)
{
	keel_irq_set_active(false);
}
