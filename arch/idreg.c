// SPDX-License-Identifier: GPL-2.0-only
/*
 * ID registers of a VM. The limits themselves and what traps by them are in idfields.def.
 */
#include <linux/bitfield.h>
#include <linux/cache.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include "../core/cpu_models.h"
#include "../core/errata.h"
#include "../core/objects.h"
#include "../hyp/context.h"
#include "../nested/idview.h"
#include "../vgic/vgic.h"
#include "arch.h"
#include "cache.h"
#include "idfields.h"
#include "idreg.h"
#include "mitigation.h"
#include "sve.h"

static_assert(KEEL_IDLIMITS_NR == KEEL_NR_IDREGS);

#define A32ISAR6_BF16	GENMASK_ULL(23, 20)
#define ISAR1_ADDR	(KEEL_IDMASK(AA64ISAR1, APA) | KEEL_IDMASK(AA64ISAR1, API))
#define ISAR1_GENERIC	(KEEL_IDMASK(AA64ISAR1, GPA) | KEEL_IDMASK(AA64ISAR1, GPI))
#define PFR0_CSV2	KEEL_IDMASK(AA64PFR0, CSV2)
#define PFR0_CSV3	KEEL_IDMASK(AA64PFR0, CSV3)

#define HOST_FIELD(reg, field)	KEEL_IDFIELD_OF(host(KEEL_IDX_##reg), reg, field)

static u64 host(unsigned int idx)
{
	return read_sanitised_ftr_reg(sys_reg(3, 0, 0, idx / 8 + 1, idx % 8));
}

bool keel_idreg_host_aa32(void)
{
	return HOST_FIELD(AA64PFR0, EL0) == 2;
}

bool keel_idreg_host_aa32_el1(void)
{
	return HOST_FIELD(AA64PFR0, EL1) == 2;
}

bool keel_idreg_host_pauth(void)
{
	u64 isar1 = host(KEEL_IDX_AA64ISAR1), isar2 = host(KEEL_IDX_AA64ISAR2);

	return ((isar1 & ISAR1_ADDR) || KEEL_IDFIELD_OF(isar2, AA64ISAR2, APA3)) &&
	       ((isar1 & ISAR1_GENERIC) || KEEL_IDFIELD_OF(isar2, AA64ISAR2, GPA3));
}

bool keel_idreg_host_fwb(void)
{
	return HOST_FIELD(AA64MMFR2, FWB);
}

bool keel_idreg_host_evt(void)
{
	return HOST_FIELD(AA64MMFR2, EVT);
}

bool keel_idreg_host_ras(void)
{
	return HOST_FIELD(AA64PFR0, RAS);
}

static bool vm_has_sve(const struct keel_vm *vm)
{
	return vm->arch.features & BIT(KVM_ARM_VCPU_SVE);
}

static bool vm_has_pmu(const struct keel_vm *vm)
{
	return vm->arch.features & BIT(KVM_ARM_VCPU_PMU_V3);
}

static bool vm_has_pauth(const struct keel_vm *vm)
{
	return vm->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS);
}

/* What promises the ICC registers. */
static u64 gic_fields(unsigned int idx)
{
	switch (idx) {
	case KEEL_IDX_PFR1:
		return KEEL_IDMASK(PFR1, GIC);
	case KEEL_IDX_AA64PFR0:
		return KEEL_IDMASK(AA64PFR0, GIC);
	}
	return 0;
}

/* What promises SVE. */
static u64 sve_fields(unsigned int idx)
{
	switch (idx) {
	case KEEL_IDX_AA64PFR0:
		return KEEL_IDMASK(AA64PFR0, SVE);
	case KEEL_IDX_AA64ZFR0:
		return ~0ULL;
	}
	return 0;
}

/*
 * What a CPU has and does wrong. A guest need not know by its MIDR_EL1, which is
 * another CPU's where CPUs differ.
 */
static u64 broken_fields(unsigned int idx)
{
	switch (idx) {
	case KEEL_IDLIMITS_IDX(2, 7):
		return keel_errata_has(BF16) ? A32ISAR6_BF16 : 0;
	case KEEL_IDX_AA64ZFR0:
		return keel_errata_has(BF16) ? KEEL_IDMASK(AA64ZFR0, BF16) : 0;
	case KEEL_IDX_AA64ISAR1:
		return keel_errata_has(BF16) ? KEEL_IDMASK(AA64ISAR1, BF16) : 0;
	case KEEL_IDX_AA64MMFR2:
		return keel_errata_has(CNP) ? KEEL_IDMASK(AA64MMFR2, CnP) : 0;
	}
	return 0;
}

/* What the CPUs resist by construction, where their registers do not say so yet. */
static u64 resisted(unsigned int idx, u64 val)
{
	if (idx != KEEL_IDX_AA64PFR0)
		return val;
	if (keel_mitigation_level(KEEL_MITIGATION_BP) == KEEL_MITIGATION_UNAFFECTED)
		val = (val & ~PFR0_CSV2) | FIELD_PREP(PFR0_CSV2, 1);
	if (keel_mitigation_no_meltdown())
		val = (val & ~PFR0_CSV3) | FIELD_PREP(PFR0_CSV3, 1);
	return val;
}

/*
 * The host's; a register without a say of the host's counts as 0 and is not read: there may be
 * none.
 */
static u64 host_idx(unsigned int idx)
{
	return keel_idlimits_needs_host(idx) ? host(idx) : 0;
}

/*
 * What a guest had better not use, but may have been given elsewhere: QEMU's CPU
 * "max" reports a trapped WFIT as WFI, which would wait for something else than its limit.
 */
static u64 unwise_fields(unsigned int idx)
{
	if (idx == KEEL_IDX_AA64ISAR2 && keel_midr_model(read_cpuid_id()) == KEEL_CPU_QEMU_MAX)
		return KEEL_IDMASK(AA64ISAR2, WFxT);
	return 0;
}

static u64 compute_offer(unsigned int idx, enum keel_abi abi)
{
	unsigned int flags = KEEL_IDOFFER_PAUTH | KEEL_IDOFFER_PMU;
	u64 val;

	if (keel_idreg_host_aa32())
		flags |= KEEL_IDOFFER_AA32;
	val = keel_idlimits_offer(idx, abi, resisted(idx, host_idx(idx)), flags) &
	      ~broken_fields(idx);
	if (!keel_vgic_has_sysregs())
		val &= ~gic_fields(idx);
	if (!keel_sve_offer())
		val &= ~sve_fields(idx);
	return val;
}

/* The same for every VM, so that making one does not go through every field. */
static struct {
	u64 offer[KEEL_NR_ABIS];	/* the most that any guest can see */
	u64 pauth, pmu;			/* what promises these */
} of[KEEL_NR_IDREGS] __ro_after_init;
static bool is_offered __ro_after_init;

bool keel_idreg_cpu_suffices(void)
{
	unsigned int i, abi;

	for (i = 0; is_offered && i < KEEL_NR_IDREGS; i++)
		for (abi = 0; abi < KEEL_NR_ABIS; abi++)
			if (compute_offer(i, abi) != of[i].offer[abi])
				return false;
	return true;
}

void __init keel_idreg_module_init(void)
{
	unsigned int i, abi;

	for (i = 0; i < KEEL_NR_IDREGS; i++) {
		for (abi = 0; abi < KEEL_NR_ABIS; abi++)
			of[i].offer[abi] = compute_offer(i, abi);
		of[i].pauth = keel_idlimits_pauth(i);
		of[i].pmu = keel_idlimits_pmu(i);
	}
	is_offered = true;
}

static bool vm_has_el2(const struct keel_vm *vm)
{
	return vm->arch.features & BIT(KVM_ARM_VCPU_HAS_EL2);
}

static u64 offer(const struct keel_vm *vm, unsigned int idx)
{
	u64 val = of[idx].offer[vm->arch.abi];

	return vm_has_el2(vm) ? keel_idview(idx, val, PAGE_SHIFT) : val;
}

/* What a VM's guests do not have, whatever their registers could say. */
struct lack {
	bool pauth, sve, pmu, gic;
};

static struct lack lack_of(const struct keel_vm *vm)
{
	return (struct lack) {
		.pauth = !vm_has_pauth(vm), .sve = !vm_has_sve(vm), .pmu = !vm_has_pmu(vm),
		.gic = keel_vgic_lacks_sysregs(vm),
	};
}

static __always_inline u64 without(const struct lack *lack, unsigned int idx, u64 val)
{
	if (lack->pauth)
		val &= ~of[idx].pauth;
	if (lack->sve)
		val &= ~sve_fields(idx);
	if (lack->pmu)
		val &= ~of[idx].pmu;
	if (lack->gic)
		val &= ~gic_fields(idx);
	return val;
}

static u64 visible(struct keel_vm *vm, unsigned int idx, u64 val)
{
	struct lack lack = lack_of(vm);

	return without(&lack, idx, val);
}

u64 keel_idreg_read(struct keel_vm *vm, unsigned int idx)
{
	return visible(vm, idx, vm->arch.idregs[idx]);
}

/* AArch32 registers of a host without AArch32: zero, writes are ignored as a matter of ABI. */
static bool is_wi(unsigned int idx)
{
	return idx < KEEL_IDX_AA64PFR0 && keel_idlimits_needs_host(idx) && !keel_idreg_host_aa32();
}

u64 keel_idreg_writable(const struct keel_vm *vm, unsigned int idx)
{
	return is_wi(idx) ? 0 : keel_idlimits_writable(idx, vm->arch.abi);
}

/* The most that val can be: of what is unwise all that there is, or nothing. */
static u64 limit(struct keel_vm *vm, unsigned int idx, u64 val)
{
	u64 all = offer(vm, idx), unwise = unwise_fields(idx);

	return visible(vm, idx, (val ^ all) & unwise ? all & ~unwise : all);
}

/* With EL2 a granule that is not told of is no granule. */
static int check_el2(const struct keel_vm *vm, unsigned int idx, u64 val)
{
	return vm_has_el2(vm) && keel_idview(idx, val, PAGE_SHIFT) != val ? -EINVAL : 0;
}

int keel_idreg_write(struct keel_vcpu *vcpu, unsigned int idx, u64 val)
{
	struct keel_vm *vm = vcpu->vm;
	int err;

	if (is_wi(idx))
		return 0;
	val = keel_idlimits_forget(idx, vm->arch.abi, host_idx(idx), val);
	mutex_lock(&vm->config_lock);
	/* it may have been read before there was a GIC */
	if (keel_vgic_lacks_sysregs(vm))
		val &= ~gic_fields(idx);
	if (vm->has_run)
		err = val == keel_idreg_read(vm, idx) ? 0 : -EBUSY;
	else
		err = keel_idlimits_check(idx, vm->arch.abi, limit(vm, idx, val), val) ?: check_el2(vm, idx, val);
	if (!err && !vm->has_run)
		vm->arch.idregs[idx] = val;
	mutex_unlock(&vm->config_lock);
	return err;
}

/* One implementation on all vCPUs, wherever they run: that of the CPU where the VM is made. */
static void read_imp_id(struct keel_arch_vm *arch)
{
	preempt_disable();
	arch->midr = read_cpuid_id();
	arch->revidr = read_sysreg_s(SYS_REVIDR_EL1);
	arch->aidr = read_sysreg_s(SYS_AIDR_EL1);
	preempt_enable();
}

void keel_idreg_vm_init(struct keel_vm *vm)
{
	struct keel_arch_vm *arch = &vm->arch;
	unsigned int i;

	for (i = 0; i < KEEL_NR_IDREGS; i++)
		arch->idregs[i] = offer(vm, i) & ~unwise_fields(i);
	read_imp_id(arch);
	keel_cache_vm_init(vm);
}

void keel_idreg_claim_el2(struct keel_vm *vm)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_IDREGS; i++)
		vm->arch.idregs[i] = keel_idview(i, vm->arch.idregs[i], PAGE_SHIFT);
}

void keel_idreg_apply(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	struct keel_ctx *ctx = &vcpu->ctx;
	struct lack lack;
	unsigned int i;

	mutex_lock(&vm->config_lock);
	lack = lack_of(vm);
	for (i = 0; i < KEEL_NR_IDREGS; i++)
		ctx->idregs[i] = without(&lack, i, vm->arch.idregs[i]);
	ctx->ctr = vm->arch.ctr;
	ctx->vpidr = vm->arch.midr;
	mutex_unlock(&vm->config_lock);
}
