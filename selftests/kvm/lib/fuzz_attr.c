// SPDX-License-Identifier: GPL-2.0-only
/* Attributes that there are, with values that may be right: see fuzz_attr.h. */
#include <string.h>
#include "fuzz_attr.h"
#include "its.h"

/* Where the argument's value is. */
#define VALUE	512

/* An attribute with this value, or with none that can be had. */
static void set(struct rng *r, struct fuzz_args *a, u32 group, u64 attr, u64 val)
{
	struct kvm_device_attr *d = (void *)a->arg;

	*d = (struct kvm_device_attr){
		.group = group, .attr = attr, .flags = fuzz_one_in(r, 40),
		.addr = fuzz_one_in(r, 12) ? fuzz_hva(r) : (u64)a->arg + VALUE,
	};
	if (fuzz_one_in(r, 30))
		d->group = fuzz_below(r, 12);
	if (fuzz_one_in(r, 20))
		d->attr = fuzz_value(r);
	memcpy(a->arg + VALUE, &val, 8);
}

void fuzz_attr_vm(struct rng *r, struct fuzz_args *a)
{
	static const u32 bases[] = { 0x84000000, 0xc4000000, 0xc6000000, 0xef000000, 0x80000000, 0 };
	struct kvm_smccc_filter f = {
		.base = bases[fuzz_below(r, ARRAY_SIZE(bases))] + fuzz_below(r, 64),
		.nr_functions = fuzz_one_in(r, 4) ? fuzz_value(r) : 1 + fuzz_below(r, 32),
		.action = fuzz_below(r, 4),
	};

	set(r, a, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, 0);
	memcpy(a->arg + VALUE, &f, sizeof(f));
}

void fuzz_attr_vcpu(struct rng *r, struct fuzz_args *a)
{
	struct kvm_pmu_event_filter f = {
		.base_event = fuzz_below(r, 80), .nevents = fuzz_below(r, 40), .action = fuzz_below(r, 3),
	};
	u64 val;

	switch (fuzz_below(r, 8)) {
	case 0:
	case 1:
	case 2:
		set(r, a, KVM_ARM_VCPU_PMU_V3_CTRL, fuzz_below(r, 5), 16 + fuzz_below(r, 18));
		break;
	case 3:
		memcpy(&val, &f, 8);
		set(r, a, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_FILTER, val);
		break;
	case 4:
	case 5:
		set(r, a, KVM_ARM_VCPU_TIMER_CTRL, fuzz_below(r, 5), 16 + fuzz_below(r, 18));
		break;
	default:
		set(r, a, KVM_ARM_VCPU_PVTIME_CTRL, 0, fuzz_gpa(r) & ~63ul);
	}
}

/* The banks of a distributor, a redistributor and both frames of the latter. */
static u64 any_register(struct rng *r)
{
	static const u32 banks[] = {
		0, 0x40, 0x70, 0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0x400, 0x600, 0x800,
		0xc00, 0xc80, 0xf00, 0x6000, 0x6100, 0xffd0,
	};
	u64 offset = banks[fuzz_below(r, ARRAY_SIZE(banks))] + (fuzz_below(r, 0x80) & ~3ul);

	return fuzz_one_in(r, 3) ? offset + GICR_SGI : offset;
}

static u64 any_address(struct rng *r)
{
	static const u64 right[] = { GICD, GICR_BASE, GITS, GITS2, MMIO_BASE + 0x10000 };
	u64 base = fuzz_one_in(r, 2) ? right[fuzz_below(r, ARRAY_SIZE(right))] : fuzz_gpa(r) & ~0xfffful;

	/* a region: count, flags, index */
	return fuzz_one_in(r, 3) ? base | fuzz_below(r, 8) << 52 | fuzz_below(r, 4) : base;
}

void fuzz_attr_gic(struct rng *r, struct fuzz_args *a)
{
	u64 cpu = fuzz_below(r, 4) << 32;

	switch (fuzz_below(r, 12)) {
	case 0:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_ADDR, fuzz_below(r, 7), any_address(r));
		break;
	case 1:
	case 2:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, cpu | any_register(r), fuzz_value(r));
		break;
	case 3:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_CPU_REGS, cpu | (fuzz_below(r, 0x110) & ~3ul), fuzz_value(r));
		break;
	case 4:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, fuzz_below(r, 34) * 32);
		break;
	case 5:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_CTRL, fuzz_below(r, 6), 0);
		break;
	case 6:
	case 7:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, cpu | any_register(r), fuzz_value(r));
		break;
	case 8:
	case 9:
		/* S3_0_C4_C6_0, S3_0_C12_Cm_op2 */
		set(r, a, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS,
		    cpu | (fuzz_one_in(r, 6) ? 0xc230 : 0xc600 | fuzz_below(r, 0x80)), fuzz_value(r));
		break;
	case 10:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, cpu | fuzz_below(r, 8) * 32, fuzz_value(r));
		break;
	default:
		set(r, a, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, 16 + fuzz_below(r, 20));
	}
}

void fuzz_attr_its(struct rng *r, struct fuzz_args *a)
{
	static const u32 registers[] = {
		GITS_CTLR, GITS_IIDR, GITS_TYPER, GITS_CBASER, GITS_CWRITER, GITS_CREADR,
		GITS_BASER(0), GITS_BASER(1), GITS_BASER(2), 0xffd0,
	};
	u64 val = fuzz_value(r);

	if (fuzz_one_in(r, 2))
		val = VALID | fuzz_below(r, 2) << 62 | (DATA_BASE + fuzz_below(r, 24) * K64) | fuzz_below(r, 16);
	if (fuzz_one_in(r, 4))
		val = fuzz_below(r, K64 / 32) * 32;
	if (fuzz_one_in(r, 5))
		set(r, a, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, any_address(r));
	else
		set(r, a, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, registers[fuzz_below(r, ARRAY_SIZE(registers))], val);
}

/* To save and restore its tables, above all. */
void fuzz_attr_its_control(struct rng *r, struct fuzz_args *a)
{
	set(r, a, KVM_DEV_ARM_VGIC_GRP_CTRL, fuzz_below(r, 6), 0);
}

void fuzz_attr_vfio(struct rng *r, struct fuzz_args *a)
{
	set(r, a, KVM_DEV_VFIO_FILE, fuzz_below(r, 3), (u32)fuzz_any_fd(r));
}
