// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that changes the instruction, or where it is, while another vCPU of it does
 * loads and stores that the CPU does not describe (KEEL_CAP_ARM_DECODE_NISV). Proves:
 * what user space sees is always an access of one of the instructions, and the vCPU goes on.
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "lib/lab.h"

#define DEV2	(MMIO_BASE + 0x1010)
#define DEV3	(MMIO_BASE + 0x3020)
#define VA	(5ul << 30)		/* of the page that changes */
#define TABLE(p)	((u64)(p) | 3)
/* normal memory, inner shareable, AF */
#define PAGE_DESC(p)	((u64)(p) | 3 | 3 << 8 | 1 << 10)
#define RET	0xd65f03c0

static u32 changing[2] __attribute__((aligned(64))) = { 0xd503201f, RET };
static u32 pages[2][1024] __attribute__((aligned(4096))) = {
	{ 0x29400440, RET },	/* ldp w0, w1, [x2] */
	{ 0x29000460, RET },	/* stp w0, w1, [x3] */
};
static u64 l2[512] __attribute__((aligned(4096))), l3[512] __attribute__((aligned(4096)));
static u64 stop;
static u64 changes;	/* made until now */

static const u32 words[] = {
	0x29400440, 0x29000440,	/* ldp, stp w0, w1, [x2] */
	0x29400460, 0x29000460,	/* ldp, stp w0, w1, [x3] */
	0xd503201f,
};

static void guest_retry(struct guest_regs *regs)
{
}

static void guest_calls(u64 where)
{
	guest_on(VEC_SYNC, guest_retry);
	while (!READ_ONCE(stop)) {
		register u64 r0 asm("x0") = 0x11111111;
		register u64 r1 asm("x1") = 0x22222222;
		register u64 r2 asm("x2") = DEV2;
		register u64 r3 asm("x3") = DEV3;

		asm volatile("isb\n\tblr %4" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r3), "r"(where) : "x30", "memory");
	}
}

static void guest_changes_code(u64 arg)
{
	for (u32 i = 0; !READ_ONCE(stop); i++) {
		WRITE_ONCE(changes, i);
		WRITE_ONCE(changing[0], words[i % ARRAY_SIZE(words)]);
		asm volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish" :: "r"(changing) : "memory");
		for (u32 n = i * 7 % 200; n; n--)
			asm volatile("nop");
	}
}

static void guest_changes_map(u64 arg)
{
	for (u32 i = 0; !READ_ONCE(stop); i++) {
		WRITE_ONCE(changes, i);
		WRITE_ONCE(l3[0], 0);
		asm volatile("dsb ishst\n\ttlbi vaae1is, %0\n\tdsb ish" :: "r"(VA >> 12) : "memory");
		WRITE_ONCE(l3[0], PAGE_DESC(pages[i & 1]));
		dsb(ishst);
		for (u32 n = i * 7 % 400; n; n--)
			asm volatile("nop");
	}
}

static void *run_other(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static unsigned int seen[8];

/* Either of the two devices, a word of theirs, with what was stored by register. */
static bool is_sensible(struct kvm_run *run)
{
	u64 at = run->mmio.phys_addr;
	bool second = at == DEV2 + 4 || at == DEV3 + 4;
	u32 val = second ? 0x22222222 : 0x11111111;

	if (run->mmio.len != 4 || (!second && at != DEV2 && at != DEV3))
		return false;
	seen[run->mmio.is_write << 2 | (at >= DEV3) << 1 | second]++;
	return !run->mmio.is_write || !memcmp(run->mmio.data, &val, 4);
}

/* Does the vCPU that makes changes get nowhere? */
static bool stands_still(struct vm *vm)
{
	const u64 *made = vm_shared(vm, changes);
	u64 then = READ_ONCE(*made);

	for (unsigned int i = 0; i < 50000; i++)
		if (READ_ONCE(*made) != then)
			return false;
	return true;
}

/*
 * One run. The instruction in memory stays another than the CPU's as long as the vCPU that
 * changes it stands still in between; a call is refused then, once it has been tried
 * often enough. That is rare: without these tries every other access would be.
 */
static int run_patiently(struct vcpu *v, unsigned int *refused)
{
	int ret = vcpu_run(v);

	/* one that stands still makes many of them */
	*refused += ret == -ENOSYS && !stands_still(v->vm);
	while (ret == -ENOSYS) {
		usleep(1000);
		ret = vcpu_run(v);
	}
	return ret;
}

static void race(void (*other)(u64), u64 where, unsigned int times)
{
	struct vm *vm = vm_new(2, guest_calls, where);
	struct vcpu *v = &vm->vcpu[0];
	unsigned int i, refused = 0;
	struct ucall uc;
	pthread_t thread;

	if (!kvm_cap(KEEL_CAP_ARM_DECODE_NISV))
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	REQUIRE_EQ(vm_decode(vm->fd, 1), 0);
	vcpu_start(&vm->vcpu[1], other, 0);
	vm_shared(vm, guest_l1)[0][VA >> 30] = TABLE(l2);
	vm_shared(vm, l2)[0][0] = TABLE(l3);
	vm_shared(vm, l3)[0][0] = PAGE_DESC(pages[0]);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_other, &vm->vcpu[1]), 0);
	for (i = 0; i < times; i++) {
		int ret = run_patiently(v, &refused);

		if (!CHECK(ret == 0 && v->run->exit_reason == KVM_EXIT_MMIO && is_sensible(v->run),
			   "%u: %d exit %u at %#llx len %u", i, ret, v->run->exit_reason, v->run->mmio.phys_addr,
			   v->run->mmio.len))
			break;
	}
	WRITE_ONCE(*vm_shared(vm, stop), 1);
	CHECK(refused <= times / 50 + 10, "%u of %u", refused, times);
	/* the rest of the instruction that is on its way */
	while (i == times && !run_patiently(v, &refused) && v->run->exit_reason == KVM_EXIT_MMIO &&
	       !vcpu_is_ucall(v, &uc))
		;
	pthread_join(thread, NULL);
	ktap_note("loads %u %u %u %u, stores %u %u %u %u", seen[0], seen[1], seen[2], seen[3],
		  seen[4], seen[5], seen[6], seen[7]);
}

static void instruction_changes(void)	{ race(guest_changes_code, (u64)changing, ktap_times(6000)); }
static void mapping_changes(void)	{ race(guest_changes_map, VA, ktap_times(800)); }

static const struct ktap_case cases[] = {
	{ "the instruction changes", instruction_changes, 120 },
	{ "the mapping changes", mapping_changes, 120 },
};

KTAP_MAIN(cases)
