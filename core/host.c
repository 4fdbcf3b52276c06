// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host kernel: may keel run on it, and the services that need care
 * because kernels differ.
 */
#include <linux/bitfield.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/task_work.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#ifndef KEEL_HAVE_GUEST_WORK_VOID
#include <linux/kvm_host.h>
#endif
#include "compat.h"
#include "errata_table.h"
#include "host.h"
#include "host_id.h"
#include "log.h"

/* ID_AA64PFR2_EL1, which 6.1 does not name. RAZ where the CPU does not have it. */
#define SYS_ID_AA64PFR2		sys_reg(3, 0, 0, 4, 2)

/* What must not differ between CPUs, as one CPU reads it. */
struct cpu_facts {
	u64 cntfrq;
	bool el2;
};

static void read_facts(void *info)
{
	struct cpu_facts *f = info;

	f->cntfrq = read_sysreg(cntfrq_el0);
	f->el2 = is_kernel_in_hyp_mode();
}

static int check_cpus(void)
{
	struct cpu_facts first, f;
	int cpu, err = 0;

	cpus_read_lock();
	smp_call_function_single(cpumask_first(cpu_online_mask), read_facts, &first, 1);
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, read_facts, &f, 1);
		if (f.cntfrq == first.cntfrq && f.el2 == first.el2)
			continue;
		keel_err("CPU %d differs from the first in counter frequency or exception level",
			 cpu);
		err = -ENODEV;
		break;
	}
	cpus_read_unlock();
	return err;
}

int keel_host_check(void)
{
	if (!keel_host_id_has_el2(read_sysreg_s(SYS_ID_AA64PFR0_EL1))) {
		keel_err(
			"the kernel was not entered at EL2: no virtualization here (a guest without nested virtualization, or firmware that keeps EL2)");
		return -ENODEV;
	}
	if (keel_host_id_has_gicv5(read_sysreg_s(SYS_ID_AA64PFR2))) {
		keel_err("the host has a GICv5, from which guests could not be kept away");
		return -EOPNOTSUPP;
	}
	return check_cpus();
}

bool keel_host_has_gicv3(void)
{
	return cpus_have_cap(KEEL_CAP_GICV3);
}

bool keel_host_counts_guests(void)
{
	return is_kernel_in_hyp_mode() || IS_ENABLED(CONFIG_KVM);
}

#ifdef ARM64_MPAM	/* since 6.13 */
/* Version 0.1 is in MPAM_frac alone, which kernels look at since 7.2. */
static bool has_mpam_0_1(void)
{
	return IS_ENABLED(KEEL_HAVE_MPAM_FRAC) &&
	       FIELD_GET(GENMASK_ULL(19, 16), read_sanitised_ftr_reg(SYS_ID_AA64PFR1_EL1));
}

/*
 * The kernel writes MPAM2_EL2 at boot wherever the CPU has MPAM, and opens all of it to
 * EL1. The capability says less: that firmware has switched it on as well.
 */
bool keel_host_has_mpam(void)
{
	return FIELD_GET(GENMASK_ULL(43, 40), read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1)) ||
	       has_mpam_0_1();
}

bool keel_host_has_mpam_hcr(void)
{
	return cpus_have_cap(ARM64_MPAM_HCR);
}
#else
bool keel_host_has_mpam(void)
{
	return false;
}

bool keel_host_has_mpam_hcr(void)
{
	return false;
}
#endif

/* A kernel has the names of what it knows; some came to stable series later than to others. */
static const struct {
	u16 number;
	u8 kcap;
} kcaps[] = {
	{ ARM64_WORKAROUND_SPECULATIVE_AT, KEEL_KCAP_SPECULATIVE_AT },
	{ ARM64_WORKAROUND_1508412, KEEL_KCAP_1508412 },
	{ ARM64_WORKAROUND_DEVICE_LOAD_ACQUIRE, KEEL_KCAP_832075 },
	{ ARM64_WORKAROUND_834220, KEEL_KCAP_834220 },
	{ ARM64_WORKAROUND_2077057, KEEL_KCAP_2077057 },
	{ ARM64_WORKAROUND_2658417, KEEL_KCAP_2658417 },
	{ ARM64_WORKAROUND_TSB_FLUSH_FAILURE, KEEL_KCAP_TSB },
	{ ARM64_WORKAROUND_CAVIUM_TX2_219_TVM, KEEL_KCAP_TX2_TVM },
	{ ARM64_WORKAROUND_CAVIUM_30115, KEEL_KCAP_30115 },
	{ KEEL_CAP_REPEAT_TLBI, KEEL_KCAP_REPEAT_TLBI },
#ifdef ARM64_WORKAROUND_NVIDIA_CARMEL_CNP
	{ ARM64_WORKAROUND_NVIDIA_CARMEL_CNP, KEEL_KCAP_CNP },
#endif
#ifdef ARM64_WORKAROUND_DISABLE_CNP		/* its name now, with HiSilicon's */
	{ ARM64_WORKAROUND_DISABLE_CNP, KEEL_KCAP_CNP },
#endif
#ifdef ARM64_WORKAROUND_AMPERE_AC03_CPU_38	/* since 6.5 */
	{ ARM64_WORKAROUND_AMPERE_AC03_CPU_38, KEEL_KCAP_AC03_CPU_38 },
#endif
#ifdef ARM64_WORKAROUND_AMPERE_AC04_CPU_23	/* since 6.16 */
	{ ARM64_WORKAROUND_AMPERE_AC04_CPU_23, KEEL_KCAP_AC04_CPU_23 },
#endif
#ifdef ARM64_WORKAROUND_QCOM_ORYON_CNTVOFF	/* since 6.14 */
	{ ARM64_WORKAROUND_QCOM_ORYON_CNTVOFF, KEEL_KCAP_CNTVOFF },
#endif
#ifdef ARM64_WORKAROUND_GICv3_BROKEN_SEIS	/* since 6.19 */
	{ ARM64_WORKAROUND_GICv3_BROKEN_SEIS, KEEL_KCAP_SEIS },
#endif
};

u32 keel_host_kcaps(void)
{
	unsigned int i;
	u32 bits = 0;

	for (i = 0; i < ARRAY_SIZE(kcaps); i++)
		if (cpus_have_cap(kcaps[i].number))
			bits |= BIT(kcaps[i].kcap);
	return bits;
}

#if defined(KEEL_HOST_HAS_GUEST_WORK) && defined(KEEL_HAVE_GUEST_WORK_VOID)
int keel_host_do_work(void)
{
	return xfer_to_guest_mode_handle_work();
}
#elif defined(KEEL_HOST_HAS_GUEST_WORK)
/*
 * The kernel's function notes a signal in a vCPU of in-tree KVM: give it one that nobody looks at.
 */
static struct kvm_run unused_run;
static struct kvm_vcpu unused_vcpu = { .run = &unused_run };

int keel_host_do_work(void)
{
	return xfer_to_guest_mode_handle_work(&unused_vcpu);
}
#else
/*
 * A kernel built without KVM keeps it to itself: whatever is pending sends the thread to user space
 * and back.
 */
bool keel_host_work_pending(void)
{
	return signal_pending(current) || task_work_pending(current) || need_resched();
}

int keel_host_do_work(void)
{
	cond_resched();
	return signal_pending(current) || task_work_pending(current) ? -EINTR : 0;
}
#endif
