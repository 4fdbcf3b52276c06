/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses to the register frames of the GIC, by the guest and by user space. */
#ifndef KEEL_VGIC_FRAME_H
#define KEEL_VGIC_FRAME_H

#include "../core/bus.h"
#include "regmap.h"

struct keel_vm;
struct keel_vcpu;
struct keel_its;

#define KEEL_FRAME_SIZE		0x10000UL		/* 64 KiB */
#define KEEL_DIST2_SIZE		0x1000UL		/* a GICv2's distributor */
#define KEEL_REDIST_SIZE	(2 * KEEL_FRAME_SIZE)	/* RD_base, SGI_base */

/* Identification that both frames show: GICv3 (IHI 0069, 12.1.4 and 12.9.11). */
#define KEEL_GIC_PIDR2		0x3b
#define KEEL_GIC_REV_MIN	2	/* revisions that user space may ask for in IIDR */
#define KEEL_GIC_REV		3

/*
 * Any frame's IIDR, by its revision: product and implementer as a KVM guest expects them, 'K' by
 * Arm.
 */
static inline u32 keel_frame_iidr(u32 revision)
{
	return 0x4bU << 24 | revision << 12 | 0x43b;
}

struct keel_frame_access {
	struct keel_vm *vm;
	/* whose redistributor or banked registers; NULL: a GICv3's distributor */
	struct keel_vcpu *vcpu;
	struct keel_vcpu *by;		/* who accesses; NULL: user space, and no vCPU runs */
	struct keel_its *its;		/* whose control frame; else NULL */
};

extern const struct keel_regmap keel_dist_map, keel_redist_map;
/* GICv2; cpuif2 for user space only */
extern const struct keel_regmap keel_dist2_map, keel_cpuif2_map;

/*
 * User space writes val, which differs from IIDR in these bits: only a known revision may. -EINVAL.
 */
int keel_frame_set_revision(const struct keel_frame_access *a, u32 difference, u32 val);
/* The distributor's enables of groups 0 and 1, and what else gic.ctlr has, become these. */
void keel_frame_set_ctlr(const struct keel_frame_access *a, u32 ctlr);

/* Is there a 32-bit register for user space. -ENXIO: no. */
int keel_frame_has(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset);
/*
 * One access, sleepable. Where no register is that takes it, it is RAZ/WI for
 * the guest and for user space. -EINVAL: user space wrote what cannot be.
 */
u64 keel_frame_read(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset,
		    int len);
int keel_frame_write(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset,
		     int len, u64 val);
/* The same as a bus device's answer: never an error. */
int keel_frame_bus_read(const struct keel_frame_access *a, const struct keel_regmap *map,
			u32 offset, int len, void *val);
int keel_frame_bus_write(const struct keel_frame_access *a, const struct keel_regmap *map,
			 u32 offset, int len, const void *val);

/*
 * An access of the running vCPU at its own exit, IRQs off, while its list
 * registers are still in the CPU. Waits for nothing. False: not possible so;
 * leave the guest and do all of it again (done twice is done once).
 */
bool keel_frame_try_read(const struct keel_frame_access *a, const struct keel_regmap *map,
			 u32 offset, int len, u64 *val);
bool keel_frame_try_write(const struct keel_frame_access *a, const struct keel_regmap *map,
			  u32 offset, int len, u64 val);

extern const struct keel_bus_ops keel_dist_ops, keel_redist_ops, keel_dist2_ops;
/* GICv2: GICC_DIR alone; all of the CPU interface */
extern const struct keel_bus_ops keel_dir2_ops, keel_soft2_ops;

#endif
