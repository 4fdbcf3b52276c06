// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that passes rubbish to EL2 while keel holds it: every call must be
 * answered by an error, on every CPU, and the host must not feel it. For the
 * check only. Loading succeeds if all is well; the log says what is not.
 */
#include <linux/arm-smccc.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include "nvhe/el2.h"

#define ROUNDS	20000

#define FIFTH_CALL	4	/* HVC_GET_ICH_VTR_EL2 */

static int wrong;
static u64 page[512] __aligned(4096);

static long hvc(u64 id, u64 a1, u64 a2, u64 a3, u64 a4)
{
	register u64 x0 asm("x0") = id;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;
	register u64 x4 asm("x4") = a4;

	asm volatile("hvc #0" : "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3), "+r" (x4) :
		     : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
		       "x16", "x17", "cc", "memory");
	return x0;
}

/* One that hands a value back in x1. */
static long hvc_value(u64 id, u64 *value)
{
	register u64 x0 asm("x0") = id;
	register u64 x1 asm("x1") = *value;

	asm volatile("hvc #0" : "+r" (x0), "+r" (x1) :
		     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "cc", "memory");
	*value = x1;
	return x0;
}

static u64 ich_vtr(void)
{
	u64 vtr = 0;

	return hvc_value(KEEL_CALL(KEEL_CALL_GIC_PROBE), &vtr) ? 0 : vtr;
}

static void expect(const char *what, long got, long want)
{
	if (got == want)
		return;
	pr_err("el2_calls: CPU %d: %s: %ld, not %ld\n", smp_processor_id(), what, got, want);
	wrong = 1;
}

/* What later kernels' stubs have more than four calls for. EL2 is keel's still. */
static void later_stub_calls(void)
{
	u64 id, vtr;

	for (id = HVC_FINALISE_EL2 + 1; id < HVC_STUB_HCALL_NR; id++) {
		vtr = 0;
		expect("the stub's fifth call or a later one",
		       hvc_value(id, &vtr), id == FIFTH_CALL ? 0 : HVC_STUB_ERR);
		if (id == FIFTH_CALL)
			expect("ICH_VTR_EL2", vtr, ich_vtr());
		expect("version after it", hvc(KEEL_CALL(KEEL_CALL_VERSION), 0, 0, 0, 0), 0);
	}
}

static void numbers(void)
{
	expect("version", hvc(KEEL_CALL(KEEL_CALL_VERSION), 0, 0, 0, 0), 0);
	expect("number beyond the last", hvc(KEEL_CALL(KEEL_NR_CALLS), 0, 0, 0, 0),
	       SMCCC_RET_NOT_SUPPORTED);
	expect("number before the first", hvc(KEEL_CALL(-1), 0, 0, 0, 0), SMCCC_RET_NOT_SUPPORTED);
	expect("number with high bits", hvc(KEEL_CALL(0) | 1ULL << 32, 0, 0, 0, 0),
	       SMCCC_RET_NOT_SUPPORTED);
	expect("first number not the stub's", hvc(HVC_STUB_HCALL_NR, 0, 0, 0, 0),
	       SMCCC_RET_NOT_SUPPORTED);
	expect("all ones", hvc(~0ULL, 0, 0, 0, 0), SMCCC_RET_NOT_SUPPORTED);
	expect("HVC_FINALISE_EL2", hvc(HVC_FINALISE_EL2, 0, 0, 0, 0), HVC_STUB_ERR);
	later_stub_calls();
}

static void contexts(void)
{
	u64 pa = page_to_phys(vmalloc_to_page(page));
	const u64 bad[] = {
		0, 1, 8, 4095, 4096, pa, pa + 8, (u64)page, 1ULL << 47, 1ULL << 48, 1ULL << 52,
		1ULL << 63, ~0ULL, ~0ULL << 12,
	};
	unsigned int i;

	page[0] = pa;	/* as a context has it, but EL2 has no such page */
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect("RUN of rubbish", hvc(KEEL_CALL(KEEL_CALL_RUN), bad[i], 0, 0, 0), -EINVAL);
}

static void invalidations(void)
{
	expect("TLB_VMID of VMID 0", hvc(KEEL_CALL(KEEL_CALL_TLB_VMID), 0, 0, 0, 0), -EINVAL);
	expect("TLB_IPA of VMID 0", hvc(KEEL_CALL(KEEL_CALL_TLB_IPA), 0xffff, ~0ULL, ~0ULL, 0),
	       -EINVAL);
	expect("TLB_LOCAL of VMID 0", hvc(KEEL_CALL(KEEL_CALL_TLB_LOCAL), 0, 0, 0, 0), -EINVAL);
	expect("TLB_RANGE without end",
	       hvc(KEEL_CALL(KEEL_CALL_TLB_RANGE), 1ULL << 48, 0, 0, ~0ULL), -EINVAL);
}

/* What the host may be about to read: the result of an address translation. */
static void result_kept(void)
{
	u64 before, after;

	asm volatile("at s1e1r, %0" :: "r" (page));
	isb();
	before = read_sysreg(par_el1);
	hvc(KEEL_CALL(KEEL_CALL_RUN), 4096, 0, 0, 0);
	after = read_sysreg(par_el1);
	expect("PAR_EL1", after, before);
}

/* Nothing of this may be fatal; what it answers depends on the numbers. */
static void random_calls(void)
{
	struct rnd_state rnd;
	u64 a[4];
	int i, nr;

	prandom_seed_state(&rnd, 4711 + smp_processor_id());
	for (i = 0; i < ROUNDS; i++) {
		prandom_bytes_state(&rnd, a, sizeof(a));
		nr = prandom_u32_state(&rnd) % (KEEL_NR_CALLS + 4);
		if (nr == KEEL_CALL_TLB_RANGE)
			a[3] &= 0xff;
		hvc(KEEL_CALL(nr), a[0], a[1], a[2], a[3]);
	}
}

static void all(void *unused)
{
	numbers();
	contexts();
	invalidations();
	result_kept();
	random_calls();
	numbers();
}

static int __init el2_calls_init(void)
{
	on_each_cpu(all, NULL, 1);
	return wrong ? -EINVAL : 0;
}

static void __exit el2_calls_exit(void)
{
}

module_init(el2_calls_init);
module_exit(el2_calls_exit);
MODULE_DESCRIPTION("Rubbish for keel's EL2 calls, in checks");
MODULE_LICENSE("GPL");
