/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The in-kernel GIC of a VM, GICv2 or GICv3. State machine and list-register coding are pure
 * (irq.h); this is what holds them together and what core/, arch/ and timer/
 * call. vgic does not name timer, and of mmu only the access to guest memory,
 * where the ITS's tables are: devices raise lines by keel_vgic_set_line().
 *
 * Lock ladder: gic.lpi.lock (mutex), then raw spinlocks, IRQs off:
 * keel_gic_cpu.lock -> keel_irq.lock; of two vCPUs the lower index first.
 * Configuration: vm->config_lock, outside.
 */
#ifndef KEEL_VGIC_VGIC_H
#define KEEL_VGIC_VGIC_H

#include <linux/bitmap.h>
#include <linux/kvm.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include "../core/bus.h"
#include "../hyp/context.h"
#include "irq.h"
#include "rank.h"

struct keel_vm;
struct keel_vcpu;
struct keel_vgic_model;

struct keel_irq {
	raw_spinlock_t lock;
	struct keel_irq_state s;	/* under lock */
	/* on one of vcpu's lists: under both those lists' lock and lock */
	struct list_head entry;
	struct keel_vcpu *vcpu;		/* whose list it is on, NULL if none; as entry */
	u8 rank;			/* which of them; as entry */
	/* whom it is routed to, NULL if that affinity has no vCPU; under lock */
	struct keel_vcpu *target;
	u64 irouter;			/* GICD_IROUTER as written; SPIs; under lock */
	bool in_lr;			/* vcpu's list register holds the true state; as entry */
	/* the guest deactivated the host's interrupt; own CPU, IRQs off */
	bool hw_done;
	bool owned;			/* a device of keel's drives it; under lock, read without */
	/* hw-mapped timer: current input level; under lock */
	bool (*get_line)(struct keel_vcpu *vcpu);
};

/*
 * It is on nobody's list, and will not be with this state: there is nobody to tell of the change.
 * Under lock.
 */
static inline bool keel_irq_stays_quiet(const struct keel_irq *irq,
					const struct keel_irq_state *next)
{
	return !irq->vcpu && !irq->in_lr && !keel_irq_wanted(next);
}

/* Per vCPU; embedded in struct keel_vcpu as "gic". */
struct keel_gic_cpu {
	raw_spinlock_t lock;		/* the lists */
	unsigned int nr_listed;		/* on all of them; under lock, but for a first look */
	/* list registers that the GIC's model has: [V] while no vCPU runs, read without */
	unsigned int lrs;
	struct keel_ranks ranks;	/* which are not empty; under lock */
	struct keel_irq *lr_irq[KEEL_NR_LRS];	/* what is in ctx.gic.lr; under lock */
	bool completed;			/* completed_spis has any [v] */
	/* by INTID: completions nobody was told of yet [v] */
	DECLARE_BITMAP(completed_spis, KEEL_MAX_SPI + 1);
	/* keel_irq, one after the other as they came; under lock */
	struct list_head listed[KEEL_NR_RANKS];
	u8 pri_bits, id_bits;		/* ICC_CTLR_EL1's fields as user space chose them [v] */
	struct keel_irq irq[KEEL_NR_PRIVATE];
	struct keel_bus_dev rd_dev;	/* redistributor frame: RD_base and SGI_base, 128 KiB */
	u64 rd_base;			/* [c] guest physical, KEEL_GIC_NOWHERE if none */
	bool rd_last;			/* [c] GICR_TYPER.Last; read without */
	bool bare;			/* no slot lies over the redistributor, as of ... [v] */
	unsigned int bare_at;		/* ... this state of the slots [v] */
	u64 pendbaser;			/* GICR_PENDBASER [t] */
	bool lpis_enabled;		/* GICR_CTLR.EnableLPIs [t], read without under irq->lock */
	bool pending_unread;		/* with lpi.unread: the table of pending LPIs, too [t] */
};

#define KEEL_GIC_NOWHERE	(~0ULL)	/* a base address that was not set */

struct keel_gic_region {		/* redistributor region */
	struct list_head entry;
	u32 index, count, used;		/* count 0: legacy single region, as many as fit */
	u64 base;
};

/* A VM's LPIs and ITSes. [t] lock; found under RCU. */
struct keel_lpis {
	/* their mappings, and every ITS's registers; inside vm->srcu */
	struct mutex lock;
	bool present;			/* [V] an ITS was created; stays. Read without */
	/* [t] tables were to be read, and the host had no memory then */
	bool unread;
	unsigned int asked;		/* [a] the vCPU that was asked last to go on */
	struct list_head its;		/* [t] struct keel_its in the order of creation */
	struct list_head *turn;		/* [t] in its: whose commands are next, the head: all's */
	/* [c] struct keel_its by the number of its 64 KiB frames' pages */
	struct xarray its_at;
	struct xarray by_intid;		/* [t] struct keel_lpi */
	struct llist_head to_free;	/* LPIs to be freed: keel_lpi_reap() */
};

#define KEEL_CTLR_WRITTEN_SHIFT	16	/* in gic.ctlr */

/* Per VM; embedded in struct keel_vm as "gic". [c] config_lock. */
struct keel_gic {
	bool present;			/* [c] a GIC was created; immutable once a vCPU has run */
	/* [c] which one; set before present, and keel_vgic_none else */
	const struct keel_vgic_model *model;
	bool initialised;		/* [c, release] CTRL_INIT done: spi[] stands */
	bool ready;			/* [c] addresses checked, MMIO registered: first KVM_RUN */
	/* [c] 64..1024 multiple of 32; 0: not chosen (256 at init) */
	u32 nr_irqs;
	/* [c] length of spi[]: nr_irqs less the private ones and 1020 to 1023 */
	u32 nr_spis;
	u64 dist_base;			/* [c] KEEL_GIC_NOWHERE: not set */
	u64 cpu_base;			/* [c] CPU interface of a GICv2; as dist_base */
	struct list_head regions;	/* [c] keel_gic_region by index */
	/* GICD_CTLR: enables in bits 1:0; a GICv3's as written from bit 16 on */
	u32 ctlr;
	/* GICv3: Group 0 follows EnableGrp1, as where the VM was saved */
	bool one_enable;
	/* [c] virtual EL2's maintenance interrupt; from CTRL_INIT on */
	u8 maint_ppi;
	u32 iidr_rev;
	u64 propbaser;			/* GICR_PROPBASER, one for all [t] */
	struct keel_lpis lpi;
	struct keel_irq *spi;		/* [c] nr_spis of them */
	/* [c] what EL2 knows of all this (hyp/gic_share.h); NULL: nothing. Read without */
	struct keel_gic_share *share;
	struct keel_bus_dev dist_dev;
	struct keel_bus_dev cpu_dev;	/* GICv2: what of its CPU interface is not the hardware's */
	struct mutex halt_lock;		/* who has the vCPUs halted */
	bool halted;			/* [a] no vCPU may enter the guest */
	/* irqfds that are to be told of completions; irqfds.lock, read without */
	unsigned int resamplers;
	wait_queue_head_t halt_wq;	/* vCPUs that wait for its end */
};

/* ---- life cycle ---- */
/*
 * The host can give guests a GIC. Set once at load: model, number of LRs, PRIbits, maintenance
 * interrupt.
 */
/* returns 0 even without a usable GIC: ask keel_vgic_supported() */
int keel_vgic_module_init(void);
void keel_vgic_module_exit(void);
/* guests can have one now; changes with the parameter gicv2 */
bool keel_vgic_supported(void);
bool keel_vgic_has_sysregs(void);	/* guests can have a GICv3 */
/* That this VM can have on this host, with an in-kernel GIC or without; NULL: any. */
unsigned int keel_vgic_max_vcpus(const struct keel_vm *vm);
/* No GICv3 will be this VM's: nothing is to promise its registers. */
bool keel_vgic_lacks_sysregs(const struct keel_vm *vm);
void keel_vgic_enable_cpu(void);	/* maintenance interrupt; IRQs off, own CPU */
void keel_vgic_disable_cpu(void);
/* the CPU may have lost its power since a guest ran; IRQs off, own CPU */
void keel_vgic_wake_cpu(void);
void keel_vgic_vm_init(struct keel_vm *vm);		/* also without a GIC */
/* also without a GIC; vm->lock, idx is set */
void keel_vgic_vcpu_init(struct keel_vcpu *vcpu);
/* the GIC's model is known now; vm->lock, no vCPU has run */
void keel_vgic_vcpu_init_model(struct keel_vcpu *vcpu);
/*
 * CTRL_INIT's part: spi[] and the default routes. Idempotent; config_lock held. -ENODEV: no vCPU;
 * -ENOMEM.
 */
int keel_vgic_init_irqs(struct keel_vm *vm);
/* Reset state of one interrupt; private ones are vcpu's, SPIs (vcpu NULL) have no target yet. */
void keel_vgic_irq_init(struct keel_irq *irq, struct keel_vcpu *vcpu, u32 intid);
void keel_vgic_vcpu_reset(struct keel_vcpu *vcpu);	/* CPU interface: ICH_VMCR, APRs to reset */
/* maps and checks; -ENXIO, -EBUSY, -EINVAL as the KVM API says */
int keel_vgic_first_run(struct keel_vcpu *vcpu);
void keel_vgic_vm_destroy(struct keel_vm *vm);

/* ---- running ---- */
/*
 * Before entry and after exit, IRQs off, vCPU resident: list registers and ICH_* through ctx.gic
 * (hyp/context.h).
 */
void keel_vgic_flush(struct keel_vcpu *vcpu);
void keel_vgic_sync(struct keel_vcpu *vcpu);
/*
 * SGIs that others posted for it by fast exits become pending. Before anybody looks whether any is.
 * Any context.
 */
void keel_vgic_collect(struct keel_vcpu *vcpu);
/* An enabled pending interrupt that the vCPU would take: WFI must not block. */
bool keel_vgic_pending(struct keel_vcpu *vcpu);

/* ---- inputs ---- any context, IRQs on or off */
/*
 * PPI of vcpu (vcpu not NULL, intid 16..31) or SPI (vcpu NULL). Level or edge as configured: each 1
 * is an edge.
 */
int keel_vgic_set_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level);
/* One interrupt of an SPI, edge-triggered or not: an event that has no end. */
void keel_vgic_pulse(struct keel_vm *vm, u32 intid);
/*
 * The interrupt is one of a device of keel's, as a hw-mapped one is: user space drives it no more.
 * -EINVAL: there is none.
 */
int keel_vgic_own(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid);
bool keel_vgic_is_owned(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid);
/* keel_vgic_set_line() for user space: an owned interrupt stays as it is, and nobody is told. */
int keel_vgic_user_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level);
/*
 * Map a PPI of this vCPU to the host interrupt: delivered with the HW bit; get_line gives its
 * input.
 */
int keel_vgic_map_hw(struct keel_vcpu *vcpu, u32 intid, u32 host_intid,
		     bool (*get_line)(struct keel_vcpu *));
/*
 * The vCPU is reset, and not in the guest: what its timer's PPI had raised is gone, acknowledged or
 * not.
 */
void keel_vgic_reset_timer(struct keel_vcpu *vcpu, u32 intid);
/* Is a hw-mapped PPI active or pending: decides whether the host's must stay masked. */
static inline bool keel_vgic_hw_busy(const struct keel_irq *irq)
{
	return READ_ONCE(irq->s.active) || keel_irq_pending(&irq->s);
}

/* Since the last call the guest deactivated the host's interrupt. After sync, IRQs off. */
static inline bool keel_vgic_hw_take_done(struct keel_irq *irq)
{
	bool done = irq->hw_done;

	irq->hw_done = false;
	return done;
}
/* Completion of a level-sensitive SPI, for resamplefds; called without locks, preemptible. */
extern void (*keel_vgic_notify_eoi)(struct keel_vm *vm, u32 intid);
/*
 * keel_vgic_sync() found completions: tell of them. Preemptible; before the vCPU does anything
 * else.
 */
void keel_vgic_tell_completed(struct keel_vcpu *vcpu);
/* The vCPU's ICH_VMCR_EL2 or GICH_VMCR. As keel_hyp_gic_vmcr(). */
u32 keel_vgic_vmcr(struct keel_vcpu *vcpu);
#define KEEL_GIC2_VCPUS	8U	/* bits of GICD_ITARGETSR<n> */

/* ICC_SGI1R/ASGI1R/SGI0R_EL1 write. */
void keel_vgic_send_sgi(struct keel_vcpu *vcpu, u64 val, bool group1);
/* The page is of the vCPU's own redistributor, and no slot lies over that. Own CPU, IRQs off. */
bool keel_vgic_has_redist(struct keel_vcpu *vcpu, ipa_t page);
/*
 * An SGI and accesses to that redistributor, from the vCPU's own exit with IRQs
 * off and its list registers still in the CPU: nothing waits. False: nothing
 * that could be seen was done; leave the guest and do it there. An SGI's
 * receiver that must be told is left in vcpu->kick_owed for when the guest was left.
 */
bool keel_vgic_try_sgi(struct keel_vcpu *vcpu, u64 val, bool group1);
bool keel_vgic_try_redist(struct keel_vcpu *vcpu, ipa_t addr, int len, bool write, u64 *val);
/* Trapped ICC_* accesses; false: UNDEF. sysreg as sys_reg(). */
bool keel_vgic_sysreg(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);

/* ---- the structures other files of vgic/ use ---- */
/* The interrupt, or NULL if this VM has no such one. */
struct keel_irq *keel_vgic_irq(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid);
/*
 * irq->lock held by the caller (flags from raw_spin_lock_irqsave) and released
 * here: put the interrupt on its target's list if it is wanted there, and kick.
 */
void keel_vgic_queue_unlock(struct keel_vm *vm, struct keel_irq *irq, unsigned long flags)
	__releases(&irq->lock);
/*
 * Make an SGI pending without waiting for a lock, IRQs off. False: nothing was
 * done. *tell: its vCPU has to look at its list.
 */
bool keel_vgic_try_latch(struct keel_irq *irq, bool group1, bool *tell);
/*
 * Stop/go all vCPUs of the VM around reading or changing active state, and pull LR state into
 * keel_irq.
 */
void keel_vgic_halt_guest(struct keel_vm *vm);
void keel_vgic_resume_guest(struct keel_vm *vm);
/* A vCPU that found gic.halted waits here. */
void keel_vgic_wait_resumed(struct keel_vm *vm);
/*
 * Deactivate an interrupt, and tell resamplefds. Preemptible. False: a list register has it,
 * nothing was done.
 */
bool keel_vgic_deactivate(struct keel_vm *vm, struct keel_irq *irq);

/* ---- vgic/v3/cpuif.c ---- */
/*
 * ICC_* state for user space; sysreg as sys_reg(), no vCPU runs. val NULL: only
 * ask whether there is such a register. -ENXIO: no; -EINVAL: bad value.
 */
int keel_cpuif_uaccess(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);

/*
 * ---- devices.c, v2/device.c, v3/device.c: KVM_DEV_TYPE_ARM_VGIC_V2 and _V3 on the device-fd frame
 * ----
 */
/* A GICv2 initialises itself when it is first used. -EBUSY: a GICv3 does not. Takes vm->lock. */
int keel_vgic_lazy_init(struct keel_vm *vm);
/*
 * KVM_CREATE_IRQCHIP, KVM_ARM_SET_DEVICE_ADDR: a GICv2 without a device fd. -ENODEV: guests get
 * another.
 */
int keel_vgic_create_irqchip(struct keel_vm *vm);
int keel_vgic_set_device_addr(struct keel_vm *vm, const struct kvm_arm_device_addr *addr);
int keel_vgic_device_register(void);	/* after keel_vgic_module_init() */

/* ---- vgic/place.c: where the frames are; config_lock held but in _vm_init and _vm_destroy ---- */
void keel_place_vm_init(struct keel_vm *vm);	/* also without a GIC */
/* KVM_CREATE_VCPU: -EBUSY once initialised, -EINVAL if frames collide. 0 without a GIC. */
int keel_place_check_create(struct keel_vm *vm);
/* Give every vCPU without a redistributor the next free one of the regions. */
void keel_place_assign(struct keel_vm *vm);
/*
 * keel_vgic_first_run()'s part for the whole VM: check, register on the bus, set ready. Idempotent.
 */
int keel_place_map(struct keel_vm *vm);
/* keel_vgic_vm_destroy()'s part: regions and spi[]; no vCPU and no bus reader is left. */
void keel_place_vm_destroy(struct keel_vm *vm);

#endif
