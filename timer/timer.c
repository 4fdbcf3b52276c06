// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's timers around entries, exits and sleep. The virtual timer is
 * hardware while the guest runs and memory otherwise. So is the physical one
 * where the host leaves its hardware alone; if the guest's physical counter has
 * an offset, the guest's accesses trap, and the hardware only tells the time of
 * the next interrupt. FEAT_ECV's CNTPOFF_EL2 is left alone: it has no effect while
 * HCR_EL2.TGE is 1, so that the timer's condition, before an entry and after an exit,
 * would be another than the guest's; and unless firmware has set SCR_EL3.ECVEn
 * an access to it traps to EL3 (Arm ARM D24.10.4). Registers
 * and user space's view are in reg.c, the host's interrupts in irq.c, all
 * arithmetic in arith.c.
 *
 * One hrtimer per vCPU stands in for whatever hardware is not watching: a
 * physical timer that has none, either while the vCPU sleeps. It may fire
 * early (the host slews its clock) or for nothing: all it does is to make the
 * vCPU look again. soft_deadline says what it is armed for; the callback
 * clears it, so looking again arms it again.
 */
#include <linux/bitfield.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <asm/arch_timer.h>
#include <asm/cpufeature.h>
#include "../core/compat.h"
#include "../core/errata.h"
#include "../core/kick.h"
#include "../core/log.h"
#include "../core/trace.h"
#include "../nested/below.h"
#include "../nested/el1timer.h"
#include "../nested/nested.h"
#include "../nested/nv.h"
#include "../vgic/vgic.h"
#include "arith.h"
#include "clock.h"
#include "hw.h"
#include "irq.h"
#include "timer.h"

/* The interrupts that server base boards (Arm BSA) give these timers. */
#define PPI_VIRT	27
#define PPI_PHYS	30
#define PPI_HYP_VIRT	28
#define PPI_HYP_PHYS	26

#define MMFR0_ECV	GENMASK_ULL(63, 60)

static u32 frequency;			/* [I] Hz */
/* KEEL_FIX_CNTVOFF, and the CPU has the traps for it */
static DEFINE_STATIC_KEY_FALSE(no_cntvoff);
static DEFINE_PER_CPU(u64, host_traps);	/* [o] host's CNTHCTL_EL2 bits that keel changes */

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

static struct keel_irq *ppi_of(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	return &vcpu->gic.irq[vcpu->vm->timer.ppi[id]];
}

/* Out of line, for set_line() to stay in it. */
static noinline void change_line(struct keel_vcpu *vcpu, u32 intid, bool level)
{
	if (keel_traced(KEEL_EVENT_TIMER))
		keel_trace_timer(vcpu->id, intid, level);
	keel_vgic_set_line(vcpu->vm, vcpu, intid, level);
}

static __always_inline void set_line(struct keel_vcpu *vcpu, enum keel_timer_id id, bool level)
{
	vcpu->timer.line[id] = level;
	/* asked four times at each exit, and rarely anything has changed */
	if (vcpu->ctx.gic.present && READ_ONCE(ppi_of(vcpu, id)->s.line) != level)
		change_line(vcpu, vcpu->vm->timer.ppi[id], level);
}

/* Every entry after a full exit pays for these: they are shorter for a timer that is known. */
static __always_inline void update_line(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	set_line(vcpu, id, line_level(timer_state(vcpu, id)));
}

static void update_lines(struct keel_vcpu *vcpu)
{
	update_line(vcpu, KEEL_TIMER_VIRT);
	update_line(vcpu, KEEL_TIMER_PHYS);
	if (keel_nv(vcpu))
		keel_nested_lines(vcpu);
}

/*
 * Keep the host's interrupts from ending the guest's run at once: the line is
 * high, or the GIC has it pending or active.
 */
static __always_inline void hold_host_irq(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	bool gic = vcpu->ctx.gic.present;

	if (!keel_timer_irq_has(id))
		return;
	keel_timer_irq_mask(id, !gic && vcpu->timer.line[id]);
	keel_timer_irq_set_active(id, gic && keel_vgic_hw_busy(ppi_of(vcpu, id)));
}

static void hold_host_irqs(struct keel_vcpu *vcpu)
{
	hold_host_irq(vcpu, KEEL_TIMER_VIRT);
	hold_host_irq(vcpu, KEEL_TIMER_PHYS);
}

static u64 deadline_of(struct timer_state s)
{
	return is_on(s) ? keel_arith_deadline(s.ctl, s.cval, s.offset, keel_clock_now()) :
			  KEEL_TIMER_NEVER;
}

/*
 * hrtimer callback in a hard interrupt, also on PREEMPT_RT, any CPU. The kick's
 * barrier orders the store before the vCPU's next look.
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
	hrtimer_start(&t->soft, ns_to_ktime(ns), HRTIMER_MODE_REL_HARD);
}

/* For timers that have no hardware for anybody. */
static u64 sooner(const struct keel_vcpu *vcpu, u64 when)
{
	return keel_nv(vcpu) ? min(when, keel_el1timer_deadline(vcpu)) : when;
}

static void arm_for_sleep(struct keel_vcpu *vcpu)
{
	u64 wait_end = sooner(vcpu, vcpu->timer.wait_end);

	arm_soft(vcpu, min3(deadline_of(timer_state(vcpu, KEEL_TIMER_VIRT)),
			    deadline_of(timer_state(vcpu, KEEL_TIMER_PHYS)), wait_end));
}

/* For hardware that counts as the host does: when the line is to be high. */
static u64 hw_deadline(struct timer_state s)
{
	u64 when = deadline_of(s);

	return is_on(s) && when == KEEL_TIMER_NEVER && line_level(s) ? 0 : when;
}

/* Set by load_virt(). */
static bool virt_trapped(const struct keel_vcpu *vcpu)
{
	return static_branch_unlikely(&no_cntvoff) && vcpu->timer.virt_trapped;
}

static void set_traps(const struct keel_vcpu *vcpu, u64 bits)
{
	if (virt_trapped(vcpu))
		bits |= KEEL_CNTHCTL_EL1TVT | KEEL_CNTHCTL_EL1TVCT;
	/* the CPU's are virtual EL2's all the same */
	if (keel_below_is_live(vcpu))
		bits = (bits & ~(KEEL_CNTHCTL_EL1PCTEN | KEEL_CNTHCTL_EL1PTEN)) |
		       KEEL_CNTHCTL_EL1TVT | KEEL_CNTHCTL_EL1TVCT;
	keel_hw_set_traps(bits);
}

/*
 * Qualcomm Oryon: with an offset in CNTVOFF_EL2 the timer fires too early, again
 * and again. So it gets none, and what the guest would see of the count traps.
 */
static void load_virt(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 when;

	ctx->cntvoff = READ_ONCE(vcpu->vm->timer.voffset);
	if (static_branch_unlikely(&no_cntvoff))
		vcpu->timer.virt_trapped = ctx->cntvoff;
	if (!virt_trapped(vcpu)) {
		keel_hw_load_virt(ctx, vcpu->timer.line[KEEL_TIMER_VIRT]);
		return;
	}
	when = hw_deadline(timer_state(vcpu, KEEL_TIMER_VIRT));
	keel_hw_load_virt_trapped(when == KEEL_TIMER_NEVER ? 0 : KEEL_TIMER_ENABLE, when);
}

/*
 * The CPU does not show this physical counter: accesses trap, the hardware counts as the host does.
 */
static void load_phys_trapped(struct keel_vcpu *vcpu, struct timer_state s)
{
	u64 when = hw_deadline(s);

	keel_hw_load_phys(when == KEEL_TIMER_NEVER ? 0 : KEEL_TIMER_ENABLE, when);
	set_traps(vcpu, 0);
}

static void load_phys_direct(struct keel_vcpu *vcpu, struct timer_state s)
{
	keel_hw_load_phys(s.ctl, s.cval);
	set_traps(vcpu, KEEL_CNTHCTL_EL1PCTEN | KEEL_CNTHCTL_EL1PTEN);
}

static void load_phys(struct keel_vcpu *vcpu)
{
	struct timer_state s = timer_state(vcpu, KEEL_TIMER_PHYS);

	vcpu->timer.phys_loaded = false;
	if (!keel_timer_irq_has(KEEL_TIMER_PHYS)) {
		set_traps(vcpu, s.offset ? 0 : KEEL_CNTHCTL_EL1PCTEN);
		return;
	}
	if (s.offset) {
		load_phys_trapped(vcpu, s);
		return;
	}
	vcpu->timer.phys_loaded = true;
	load_phys_direct(vcpu, s);
}

void keel_timer_flush(struct keel_vcpu *vcpu)
{
	lockdep_assert_irqs_disabled();
	/* first armed, then looked at, as in keel_timer_refresh() */
	arm_soft(vcpu, sooner(vcpu, keel_timer_irq_has(KEEL_TIMER_PHYS) ? KEEL_TIMER_NEVER :
			      deadline_of(timer_state(vcpu, KEEL_TIMER_PHYS))));
	update_lines(vcpu);
	hold_host_irqs(vcpu);
	vcpu->ctx.pct_traps = READ_ONCE(vcpu->vm->timer.poffset);
	load_virt(vcpu);
	load_phys(vcpu);
}

/* The line as the hardware's CNTx_CTL_EL0 tells it. */
static bool is_high(u64 ctl)
{
	return (ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK | KEEL_TIMER_ISTATUS)) ==
	       (KEEL_TIMER_ENABLE | KEEL_TIMER_ISTATUS);
}

/* The GIC's interrupt of a timer with hardware may be over. */
static void settle(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	if (vcpu->ctx.gic.present && keel_vgic_hw_take_done(ppi_of(vcpu, id)))
		keel_timer_irq_was_deactivated(id);
}

static void sync_virt(struct keel_vcpu *vcpu)
{
	u64 *sys = vcpu->ctx.sys, ctl;

	if (virt_trapped(vcpu)) {
		keel_hw_stop_virt();
		settle(vcpu, KEEL_TIMER_VIRT);
		set_line(vcpu, KEEL_TIMER_VIRT, line_level(timer_state(vcpu, KEEL_TIMER_VIRT)));
		return;
	}
	keel_hw_save_virt(&vcpu->ctx);
	ctl = sys[KEEL_CNTV_CTL_EL0];
	sys[KEEL_CNTV_CTL_EL0] = ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK);
	settle(vcpu, KEEL_TIMER_VIRT);
	set_line(vcpu, KEEL_TIMER_VIRT, is_high(ctl));
}

static void sync_phys(struct keel_vcpu *vcpu)
{
	u64 *sys = vcpu->ctx.sys, ctl;

	if (vcpu->timer.phys_loaded) {
		keel_hw_save_phys(&ctl, &sys[KEEL_CNTP_CVAL_EL0]);
		if (ctl & KEEL_TIMER_ENABLE)
			keel_hw_stop_phys();
		sys[KEEL_CNTP_CTL_EL0] = ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK);
	} else if (keel_timer_irq_has(KEEL_TIMER_PHYS)) {
		keel_hw_stop_phys();
	}
	settle(vcpu, KEEL_TIMER_PHYS);
	set_line(vcpu, KEEL_TIMER_PHYS, vcpu->timer.phys_loaded ? is_high(ctl) :
		 line_level(timer_state(vcpu, KEEL_TIMER_PHYS)));
}

/*
 * CNTHCTL_EL2 keeps the guest's bits, which mean nothing to the host; it gets
 * its own value back when keel leaves the CPU.
 */
void keel_timer_sync(struct keel_vcpu *vcpu)
{
	lockdep_assert_irqs_disabled();
	sync_virt(vcpu);
	sync_phys(vcpu);
}

/*
 * The line has fallen before the guest acknowledged: what the host had held up for it is to be let
 * go.
 */
static bool is_held_for_nothing(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	return keel_timer_irq_has(id) && keel_timer_irq_is_active(id) &&
	       !keel_vgic_hw_busy(ppi_of(vcpu, id));
}

/*
 * Both lines are low: what is high would have to be kept from the host (hold_host_irqs()).
 * The GIC may have a timer's interrupt pending or active all the same: then it had that at
 * the flush, or the guest's run began it (keel_timer_try_raise()), and the host's is active.
 * Where the host's alone is active, the timer could not interrupt again. A timer that goes off
 * without hardware tells of it by a kick alone, which finds nobody in the guest.
 *
 * The entry's ERET synchronises. What came due meanwhile ends the guest's run then.
 */
bool keel_timer_go_on(struct keel_vcpu *vcpu)
{
	const struct timer_state phys = timer_state(vcpu, KEEL_TIMER_PHYS);

	lockdep_assert_irqs_disabled();
	if (virt_trapped(vcpu) || (!vcpu->timer.phys_loaded && is_on(phys)) ||
	    is_held_for_nothing(vcpu, KEEL_TIMER_VIRT) ||
	    is_held_for_nothing(vcpu, KEEL_TIMER_PHYS))
		return false;
	keel_hw_go_on_virt(&vcpu->ctx);
	if (vcpu->timer.phys_loaded && phys.ctl)
		keel_hw_go_on_phys(phys.ctl);
	return true;
}

/*
 * Both are in the CPU, or have their deadlines there; what traps is in memory as the guest left it.
 */
static void follow(struct keel_vcpu *vcpu, enum keel_timer_id id, bool in_cpu, u64 ctl)
{
	settle(vcpu, id);
	set_line(vcpu, id, in_cpu ? is_high(ctl) : line_level(timer_state(vcpu, id)));
}

void keel_timer_follow(struct keel_vcpu *vcpu)
{
	isb();	/* after what the guest has just written */
	follow(vcpu, KEEL_TIMER_VIRT, !virt_trapped(vcpu), read_sysreg_s(SYS_CNTV_CTL_EL02));
	follow(vcpu, KEEL_TIMER_PHYS, vcpu->timer.phys_loaded, read_sysreg_s(SYS_CNTP_CTL_EL02));
	/* what virtual EL2 has written into its page since, where no exit has looked */
	if (keel_nv(vcpu))
		keel_nested_lines(vcpu);
}

void keel_timer_hold(struct keel_vcpu *vcpu)
{
	hold_host_irqs(vcpu);
}

bool keel_timer_fired(const struct keel_vcpu *vcpu)
{
	return vcpu->ctx.gic.present && !vcpu->timer.line[KEEL_TIMER_PHYS] &&
	       is_high(read_sysreg_s(SYS_CNTV_CTL_EL02));
}

bool keel_timer_try_raise(struct keel_vcpu *vcpu)
{
	settle(vcpu, KEEL_TIMER_VIRT);
	if (keel_timer_irq_is_active(KEEL_TIMER_VIRT))
		return false;
	/* list registers are filled anew: not with what its page has ended */
	if (keel_nv(vcpu))
		keel_nested_lines(vcpu);
	set_line(vcpu, KEEL_TIMER_VIRT, true);
	keel_timer_irq_set_active(KEEL_TIMER_VIRT, true);
	return true;
}

/*
 * Asked again after each wake-up, so this is where a soft timer that fired early
 * is armed anew. First armed, then looked at: a timer that expires in between
 * is seen, as one that is behind its time is not armed for.
 */
void keel_timer_refresh(struct keel_vcpu *vcpu)
{
	if (vcpu->timer.blocked)
		arm_for_sleep(vcpu);
	update_lines(vcpu);
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
	vm->timer.page_ppi[KEEL_TIMER_VIRT] = PPI_HYP_VIRT;
	vm->timer.page_ppi[KEEL_TIMER_PHYS] = PPI_HYP_PHYS;
}

void keel_timer_claim_el2(struct keel_vm *vm)
{
	struct keel_timer_vm *t = &vm->timer;
	unsigned int id;

	t->has_el2 = true;
	for (id = 0; id < KEEL_NR_TIMERS; id++)
		swap(t->ppi[id], t->page_ppi[id]);
	WRITE_ONCE(t->voffset, READ_ONCE(t->poffset));
}

void keel_timer_vcpu_init(struct keel_vcpu *vcpu)
{
	keel_compat_hrtimer_setup(&vcpu->timer.soft, soft_fired, CLOCK_MONOTONIC,
				  HRTIMER_MODE_REL_HARD);
	vcpu->timer.soft_deadline = KEEL_TIMER_NEVER;
	vcpu->timer.wait_end = KEEL_TIMER_NEVER;
}

void keel_timer_vcpu_reset(struct keel_vcpu *vcpu)
{
	u64 *sys = vcpu->ctx.sys;

	sys[KEEL_CNTV_CTL_EL0] = 0;
	sys[KEEL_CNTV_CVAL_EL0] = 0;
	sys[KEEL_CNTP_CTL_EL0] = 0;
	sys[KEEL_CNTP_CVAL_EL0] = 0;
	update_lines(vcpu);
	keel_vgic_reset_timer(vcpu, vcpu->vm->timer.ppi[KEEL_TIMER_VIRT]);
	keel_vgic_reset_timer(vcpu, vcpu->vm->timer.ppi[KEEL_TIMER_PHYS]);
}

/* For the GIC's registers: the level now. */
static bool virt_line(struct keel_vcpu *vcpu)
{
	return line_level(timer_state(vcpu, KEEL_TIMER_VIRT));
}

static bool phys_line(struct keel_vcpu *vcpu)
{
	return line_level(timer_state(vcpu, KEEL_TIMER_PHYS));
}

static int map(struct keel_vcpu *vcpu, enum keel_timer_id id, bool (*get_line)(struct keel_vcpu *))
{
	if (!keel_timer_irq_has(id))
		return 0;
	return keel_vgic_map_hw(vcpu, vcpu->vm->timer.ppi[id], keel_timer_irq_intid(id), get_line);
}

int keel_timer_first_run(struct keel_vcpu *vcpu)
{
	const u8 *ppi = vcpu->vm->timer.ppi;

	lockdep_assert_held(&vcpu->vm->config_lock);
	if (!vcpu->ctx.gic.present)
		return 0;
	if (ppi[KEEL_TIMER_VIRT] == ppi[KEEL_TIMER_PHYS])
		return -EINVAL;
	return map(vcpu, KEEL_TIMER_VIRT, virt_line) ?: map(vcpu, KEEL_TIMER_PHYS, phys_line);
}

void keel_timer_vcpu_destroy(struct keel_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer.soft);
}

/* Without the traps the CPU is another hypervisor's guest, which does this for all below it. */
static void __init probe_cntvoff(void)
{
	if (!keel_errata_has(CNTVOFF) || !keel_hw_owns_phys() ||
	    !FIELD_GET(MMFR0_ECV, read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1)))
		return;
	keel_info("guests' virtual timer traps: CNTVOFF_EL2 has an erratum");
	static_branch_enable(&no_cntvoff);
}

int __init keel_timer_module_init(void)
{
	frequency = arch_timer_get_cntfrq();
	if (!frequency) {
		keel_err("firmware did not set the counter's frequency (CNTFRQ_EL0)");
		return -ENODEV;
	}
	probe_cntvoff();
	return 0;
}

void keel_timer_enable_cpu(void)
{
	keel_hw_stop_virt();
	if (keel_timer_irq_has(KEEL_TIMER_PHYS))
		keel_hw_stop_phys();
	__this_cpu_write(host_traps, keel_hw_set_traps(KEEL_CNTHCTL_EL1PCTEN));
	keel_timer_irq_enable_cpu();
}

void keel_timer_disable_cpu(void)
{
	keel_timer_irq_disable_cpu();
	keel_hw_stop_virt();
	if (keel_timer_irq_has(KEEL_TIMER_PHYS))
		keel_hw_stop_phys();
	keel_hw_set_traps(__this_cpu_read(host_traps));
}

void keel_timer_quiet_cpu(void)
{
	unsigned int id;

	for (id = 0; id < KEEL_NR_TIMERS; id++)
		if (keel_timer_irq_has(id))
			keel_timer_irq_set_active(id, false);
}

/*
 * A GICv2's driver saves which interrupts are active before this CPU's are made
 * inactive, and restores it: the host's books may be wrong, whatever keel's say.
 */
void keel_timer_wake_cpu(void)
{
	unsigned int id;

	for (id = 0; id < KEEL_NR_TIMERS; id++)
		if (keel_timer_irq_has(id))
			keel_timer_irq_do_set_active(id, false);
}
