// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking and giving back EL2 of one CPU on an nVHE host, from and to the stub
 * that Linux left there (Documentation/virt/kvm/arm/hyp-abi.rst).
 */
#include <linux/arm-smccc.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <asm/virt.h>
#include "../../core/log.h"
#include "../../hyp/bhb.h"
#include "../../hyp/features.h"
#include "../../hyp/hyp.h"
#include "call.h"
#include "map.h"

/* All [o] after load. */
static DEFINE_PER_CPU(struct keel_el2_cpu *, data);
static DEFINE_PER_CPU(void *, stack);
static DEFINE_PER_CPU(bool, taken);

#define DATA_SIZE	PAGE_ALIGN(sizeof(struct keel_el2_cpu))
#define STACK_ORDER	get_order(2 * KEEL_EL2_STACK_SIZE)

struct keel_el2_cpu *keel_nvhe_cpu_data(int cpu)
{
	return per_cpu(data, cpu);
}

bool keel_nvhe_taken(void)
{
	return __this_cpu_read(taken);
}

static void free_cpu(int cpu)
{
	if (per_cpu(data, cpu))
		free_pages_exact(per_cpu(data, cpu), DATA_SIZE);
	free_pages((unsigned long)per_cpu(stack, cpu), STACK_ORDER);
	per_cpu(data, cpu) = NULL;
	per_cpu(stack, cpu) = NULL;
}

/* The stack's block is aligned to its size, so that one bit tells its half from the guard's. */
static int prepare_cpu(int cpu)
{
	struct keel_el2_cpu *c = alloc_pages_exact(DATA_SIZE, GFP_KERNEL | __GFP_ZERO);
	void *block = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, STACK_ORDER);

	per_cpu(data, cpu) = c;
	per_cpu(stack, cpu) = block;
	if (!c || !block)
		return -ENOMEM;
	keel_map_parameters(c);
	c->features = keel_hyp_features;
	c->stack = virt_to_phys(block) + 2 * KEEL_EL2_STACK_SIZE - 16;
	return keel_map_share(c, DATA_SIZE) ?: keel_map_share(block + KEEL_EL2_STACK_SIZE, KEEL_EL2_STACK_SIZE);
}

/*
 * Nobody but the stub answers a number it does not know like that; under a
 * hypervisor EL2 is not Linux's. To be asked only of a kernel that was entered at
 * EL2 (timer/irq.h): elsewhere HVC may be undefined, or somebody else's call.
 */
static int find_stub(void)
{
	if (arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_HVC &&
	    (u32)keel_call_raw(KEEL_CALL(KEEL_CALL_VERSION), 0, 0, 0, 0).ret == HVC_STUB_ERR)
		return 0;
	keel_err("the kernel was not entered at EL2, or a hypervisor is there already");
	return -ENODEV;
}

int keel_nvhe_module_init(void)
{
	int cpu, err = find_stub();

	if (err)
		return err;
	keel_features_probe();
	err = keel_map_init();
	if (err)
		return err;
	for_each_possible_cpu(cpu) {
		err = prepare_cpu(cpu);
		if (err) {
			keel_nvhe_module_exit();
			return err;
		}
	}
	return 0;
}

void keel_nvhe_module_exit(void)
{
	int cpu;

	keel_map_exit();
	for_each_possible_cpu(cpu)
		free_cpu(cpu);
}

int keel_nvhe_enable_cpu(void)
{
	struct keel_el2_cpu *c = __this_cpu_read(data);
	unsigned int loops, kind = keel_bhb_choose(&loops);
	struct keel_call_result r;

	if (__this_cpu_read(taken))
		return 0;
	c->guest_vectors = keel_map_guest_vectors(kind);
	c->bhb_loops = loops;
	c->host_frame = 0;
	memset(&c->world, 0, sizeof(c->world));
	keel_map_clean(c, sizeof(*c));
	keel_map_clean_start();
	r = keel_call_raw(HVC_SOFT_RESTART, keel_map_entry(), virt_to_phys(c), 0, 0);
	if (r.ret || r.value != KEEL_EL2_VERSION)
		return -ENODEV;
	__this_cpu_write(taken, true);
	return 0;
}

void keel_nvhe_disable_cpu(void)
{
	if (!__this_cpu_read(taken))
		return;
	__this_cpu_write(taken, false);
	keel_call_raw(HVC_RESET_VECTORS, 0, 0, 0, 0);
}
