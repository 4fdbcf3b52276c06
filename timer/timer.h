/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's virtual and physical EL1 timers: offsets, hardware or emulated
 * arming, the level of their lines. The line goes to user space through
 * kvm_run (KVM_CAP_ARM_USER_IRQ), or to an in-kernel controller by "set line".
 */
#ifndef KEEL_TIMER_TIMER_H
#define KEEL_TIMER_TIMER_H

#include <linux/hrtimer.h>
#include <linux/types.h>

struct keel_vm;
struct keel_vcpu;
struct kvm_run;
struct kvm_one_reg;
struct kvm_arm_counter_offset;

enum keel_timer_id { KEEL_TIMER_VIRT, KEEL_TIMER_PHYS, KEEL_NR_TIMERS };

struct keel_timer_vm {
	u64 voffset, poffset;		/* guest counter = host counter - offset; [a] */
	/* set by KVM_ARM_SET_COUNTER_OFFSET: later CNT writes are ignored; [a] */
	bool offset_fixed;
	/* [c] of the timers that the CPU has: INTIDs at an in-kernel GIC; fixed by the first run */
	u8 ppi[KEEL_NR_TIMERS];
	/*
	 * Of the timers that the CPU has not: with virtual EL2 those are EL1's, in its page
	 * (nested/el1timer.c); without, EL2's, which nobody has.
	 */
	u8 page_ppi[KEEL_NR_TIMERS];
	bool has_el2;			/* [c] */
	/*
	 * With virtual EL2: whose virtual count user space wrote last, NULL if some vCPU has run
	 * since; [c]. And told that its offset is this.
	 */
	const struct keel_vcpu *teller;
	u64 told_virt;
};

struct keel_timer_vcpu {
	/* CTL and CVAL live in ctx.sys[KEEL_CNT{V,P}_{CTL,CVAL}_EL0]; [v] */
	bool line[KEEL_NR_TIMERS];	/* level last computed; [v] */
	bool blocked;			/* between block and unblock; [v] */
	/* [o] from a flush to the next: the virtual ones trap; the CPU's has its deadline */
	bool virt_trapped;
	/* from a flush to the next: the CPU has the physical timer's registers; [o] */
	bool phys_loaded;
	/* host count at which WFIT ends, or KEEL_TIMER_NEVER; [v] */
	u64 wait_end;
	u64 soft_deadline;		/* host count for which soft is armed; [a] */
	/* a physical timer that has no hardware, while running; either timer while blocked */
	struct hrtimer soft;
};

/*
 * Module-wide: what the counter and its offsets can do. Per-CPU part by enable/disable_cpu (IRQs on
 * or off, on the CPU).
 */
int keel_timer_module_init(void);
void keel_timer_enable_cpu(void);
void keel_timer_disable_cpu(void);
/* the CPU is about to lose its state; no guest runs. IRQs off */
void keel_timer_quiet_cpu(void);
void keel_timer_wake_cpu(void);		/* it is back, or did not go; as above */

/* offset := now, so the guest's counters start near 0 */
void keel_timer_vm_init(struct keel_vm *vm);

void keel_timer_vcpu_init(struct keel_vcpu *vcpu);
void keel_timer_vcpu_reset(struct keel_vcpu *vcpu);	/* architectural reset of both timers */
void keel_timer_vcpu_destroy(struct keel_vcpu *vcpu);
/* The VM's vCPUs have virtual EL2, where both counters are one. config_lock, none has run. */
void keel_timer_claim_el2(struct keel_vm *vm);
/* Connect the timers to the in-kernel GIC, if there is one. -EINVAL: both have one interrupt. */
int keel_timer_first_run(struct keel_vcpu *vcpu);

/*
 * Around one entry, IRQs off. flush(): compute lines, program CNTVOFF, CNTV_*,
 * CNTP_* or the soft timer in their place, CNTHCTL traps, mask the
 * host's PPI of a line that is already high. sync(): read the registers back,
 * stop the hardware timers, recompute lines.
 */
void keel_timer_flush(struct keel_vcpu *vcpu);
void keel_timer_sync(struct keel_vcpu *vcpu);
/*
 * In place of the next flush(), on the same CPU, IRQs off, no other vCPU and no KEEL_REQ_TIMER
 * in between, nothing pending (keel_timer_pending()): the timers go on as sync() found them. False,
 * nothing was done: it takes a flush().
 */
bool keel_timer_go_on(struct keel_vcpu *vcpu);

/*
 * At an exit by a host's interrupt, IRQs off, the timers still in the CPU; VHE.
 * fired(): the virtual timer's line is high, the physical one's was low at the
 * entry. try_raise(): after keel_vgic_sync(), raise the line at the GIC as
 * flush() would, which looks at virtual EL2's page first; false: the guest has that interrupt
 * already, and what ended its run was another.
 */
bool keel_timer_fired(const struct keel_vcpu *vcpu);
bool keel_timer_try_raise(struct keel_vcpu *vcpu);

/*
 * The guest goes on after its interrupts were looked at in place: follow() after keel_vgic_sync(),
 * the lines as the hardware, the time and virtual EL2's page have them; hold() before
 * keel_vgic_flush(), the host's interrupts.
 */
void keel_timer_follow(struct keel_vcpu *vcpu);
void keel_timer_hold(struct keel_vcpu *vcpu);

/*
 * Without an in-kernel GIC: lines differ from run->s.regs.device_irq_level: user space must be told
 * (KVM_EXIT_INTR, -EINTR).
 */
bool keel_timer_user_notify(struct keel_vcpu *vcpu);
/* Fill run->s.regs.device_irq_level: on every return to user space; without an in-kernel GIC. */
void keel_timer_user_update(struct keel_vcpu *vcpu);

/*
 * Time has gone on without anybody telling: lines follow it, and the soft timer of a vCPU that
 * blocks. Own thread.
 */
void keel_timer_refresh(struct keel_vcpu *vcpu);
/* A line is high, as of the last refresh: a WFI must not block. */
static inline bool keel_timer_pending(const struct keel_timer_vcpu *t)
{
	return t->line[KEEL_TIMER_VIRT] || t->line[KEEL_TIMER_PHYS];
}
/*
 * Around blocking: arm a soft timer at the earliest enabled deadline, which wakes the vCPU.
 * Sleepable.
 */
void keel_timer_block(struct keel_vcpu *vcpu);
void keel_timer_unblock(struct keel_vcpu *vcpu);

/*
 * The vCPU is about to wait until this count of its virtual counter at most; false: it has come.
 * wait.c; [v]
 */
bool keel_timer_limit_wait(struct keel_vcpu *vcpu, u64 until);
void keel_timer_unlimit_wait(struct keel_vcpu *vcpu);
bool keel_timer_wait_over(const struct keel_vcpu *vcpu);	/* of one with such a limit */

/*
 * Trapped accesses to CNTP_*, CNTPCT, CNTPCTSS, CNTVCTSS... (encoding op0..op2 packed as
 * sys_reg()); false: not a timer register (inject UNDEF).
 */
bool keel_timer_sysreg(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);

/*
 * ONE_REG of KVM_REG_ARM_TIMER_{CTL,CNT,CVAL} and KVM_REG_ARM_PTIMER_{CTL,CNT,CVAL} with their
 * historical (swapped) encodings.
 */
int keel_timer_get_reg(struct keel_vcpu *vcpu, u64 id, u64 *val);
int keel_timer_set_reg(struct keel_vcpu *vcpu, u64 id, u64 val);
int keel_timer_set_counter_offset(struct keel_vm *vm, const struct kvm_arm_counter_offset *off);

/* KVM_ARM_VCPU_TIMER_CTRL attributes. */
struct kvm_device_attr;
int keel_timer_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_timer_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_timer_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);

#endif
