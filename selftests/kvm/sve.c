// SPDX-License-Identifier: GPL-2.0-only
/*
 * SVE for guests. Proves:
 *  - each error of VCPU_INIT, FINALIZE, ONE_REG, GET_REG_LIST and KVM_RUN around it
 *  - lengths can be cut off at the top and not otherwise; the guest finds those
 *  - registers go from user space to the guest and back, at their full length also
 *    when the guest has a shorter one for the moment; a reset makes them zero
 *  - they are kept over every kind of exit, by vCPUs of different lengths in turn on one
 *    CPU, and by more threads than CPUs
 *  - the host's threads keep theirs, and see nothing of a guest's, also when
 *    a signal ends KVM_RUN
 *  - all of it again on a CPU that was offline
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "lib/regs.h"
#include "lib/vm.h"

#define SVE		(1u << KVM_ARM_VCPU_SVE)
#define MAX_VL		256
#define BYTES(vl)	(32 * (vl) + 17 * (vl) / 8)
#define MMIO		(MMIO_BASE + 0x2000)
#define FRESH		DATA_BASE	/* memory of its own, first touched by an event */
#define FRESH_PAGES	512

#define REG_Z(n)	KVM_REG_ARM64_SVE_ZREG(n, 0)
#define REG_P(n)	KVM_REG_ARM64_SVE_PREG(n, 0)
#define REG_FFR		KVM_REG_ARM64_SVE_FFR(0)
#define REG_VLS		KVM_REG_ARM64_SVE_VLS
#define REG_ZCR		REG_SYS(3, 0, 1, 2, 0)
#define REG_PFR0	REG_SYS(3, 0, 0, 4, 0)
#define REG_ZFR0	REG_SYS(3, 0, 0, 4, 4)

#define zcr_el1		s3_0_c1_c2_0
#define set_zcr(v)	do { msr(s3_0_c1_c2_0, v); isb(); } while (0)

/* As sve_load() takes it. FFR holds ones from the bottom, then zeroes. */
struct image {
	u8 b[BYTES(MAX_VL)] __attribute__((aligned(16)));
};

static void image_fill(struct image *m, u64 vl, u64 seed)
{
	u8 *ffr = m->b + 32 * vl + 2 * vl;
	u64 ones = seed % (vl + 1);

	for (u64 i = 0; i < 34 * vl; i++)
		m->b[i] = (i * 7 + seed * 31) ^ i >> 8;
	for (u64 i = 0; i < vl / 8; i++)
		ffr[i] = ones >= 8 * i + 8 ? 0xff : ones > 8 * i ? (1 << (ones - 8 * i)) - 1 : 0;
}

/* The first byte that differs, or -1. */
static s64 image_differs(const struct image *a, const struct image *b, u64 vl)
{
	for (u64 i = 0; i < BYTES(vl); i++)
		if (a->b[i] != b->b[i])
			return i;
	return -1;
}

/* --- the guest --- */

/* By vCPU. */
static struct image in[4], out[4];

static void sve_on(void)
{
	msr(cpacr_el1, 3 << 20 | 3 << 16);
	isb();
	set_zcr(15);
}

static void one_event(u64 event, u64 turn)
{
	u64 fresh = FRESH + (guest_cpu() * FRESH_PAGES / 4 + turn % (FRESH_PAGES / 4)) * PAGE;

	switch (event) {
	case 0:
		break;
	case 1:
		guest_hvc(0x80000000, 0, 0, 0);
		break;
	case 2:
		mmio_read64(MMIO);
		break;
	case 3:
		mmio_read64(fresh);
		break;
	case 4:
		mmio_write64(fresh, turn);
		break;
	case 5:
		for (u64 from = mrs(cntvct_el0); mrs(cntvct_el0) - from < mrs(cntfrq_el0) / 100;)
			;
		break;
	case 6:
		(void)mrs(s3_0_c0_c4_4);
		break;
	case 7:
		wfi();	/* the host has raised its line */
		break;
	}
}

/* Now and then the first use after the event is not one of SVE's own. */
static void keep(u64 event, u64 turn, u64 vl)
{
	unsigned int cpu = guest_cpu();
	u64 fpsr = 0x08000000 | (turn & 0xf);
	s64 at;

	image_fill(&in[cpu], vl, turn * 8 + event + cpu * 100);
	sve_load(&in[cpu]);
	msr(fpsr, fpsr);
	one_event(event, turn);
	if (turn % 2)
		GUEST_EQ(mrs(fpsr), fpsr);
	sve_store(&out[cpu]);
	GUEST_EQ(mrs(fpsr), fpsr);
	at = image_differs(&in[cpu], &out[cpu], vl);
	if (at >= 0)
		guest_ucall(UCALL_FAIL, (u64)"a byte of Z, P or FFR", event << 32 | at,
			    out[cpu].b[at], in[cpu].b[at]);
}

/* arg: the length it should find in bytes; turns << 32 */
static void guest_keep(u64 arg)
{
	u64 vl = arg & 0xffffffff, turns = arg >> 32;

	sve_on();
	GUEST_EQ(sve_vl(), vl);
	for (u64 turn = 0; turn < turns; turn++) {
		for (u64 event = 0; event < 8; event++)
			keep(event, turn, vl);
		GUEST_SYNC(turn, 0);
		GUEST_EQ(sve_vl(), vl);
		GUEST_EQ(mrs(s3_0_c1_c2_0), 15);
	}
}

/* Which lengths there are, as bits of vq - 1. */
static void guest_lengths(u64 arg)
{
	u64 set = 0;

	sve_on();
	for (unsigned int vq = 1; vq <= 16; vq++) {
		set_zcr(vq - 1);
		set |= 1ul << (sve_vl() / 16 - 1);
	}
	GUEST_SYNC(set, mrs(id_aa64pfr0_el1) >> 32 & 0xf);
}

/* What the host has put in comes out; then all other values, the length cut to 16 bytes at the exit. */
static void guest_exchange(u64 vl)
{
	s64 at;

	GUEST_EQ(mrs(cpacr_el1) >> 20 & 3, 3);
	msr(cpacr_el1, 3 << 20 | 3 << 16);
	isb();
	GUEST_EQ(mrs(s3_0_c1_c2_0), 15);
	GUEST_EQ(sve_vl(), vl);
	sve_store(&out[0]);
	image_fill(&in[0], vl, 77);
	at = image_differs(&in[0], &out[0], vl);
	if (at >= 0)
		guest_ucall(UCALL_FAIL, (u64)"a byte from the host", at, out[0].b[at], in[0].b[at]);

	image_fill(&in[0], vl, 78);
	sve_load(&in[0]);
	GUEST_SYNC(1, 0);
	set_zcr(0);
	GUEST_SYNC(2, 0);
	/* the low 16 bytes outlive it all, what was above is the old value or zero */
	sve_store(&out[0]);
	image_fill(&in[1], vl, 78);
	for (u64 z = 0; z < 32; z++)
		for (u64 i = 0; i < 16; i++)
			GUEST_EQ(out[0].b[z * 16 + i], in[1].b[z * vl + i]);
	set_zcr(15);
	sve_store(&out[0]);
	for (u64 i = 0; i < 32 * vl; i++)
		if (i % vl < 16 || out[0].b[i])
			GUEST_EQ(out[0].b[i], in[1].b[i]);
}

static void guest_zero(u64 vl)
{
	sve_on();
	sve_store(&out[0]);
	for (u64 i = 0; i < BYTES(vl); i++)
		GUEST_EQ(out[0].b[i], 0);
	image_fill(&in[0], vl, 5);
	sve_load(&in[0]);
}

/* For ever: all its registers full of ones. */
static void guest_ones(u64 vl)
{
	sve_on();
	for (u64 i = 0; i < BYTES(vl); i++)
		in[0].b[i] = 0xff;
	for (;;) {
		sve_load(&in[0]);
		one_event(1, 0);
		sve_store(&out[0]);
		GUEST_EQ(image_differs(&in[0], &out[0], vl), -1);
	}
}

/* --- the host --- */

static void need_sve(void)
{
	if (kvm_cap(KVM_CAP_ARM_SVE) != 1)
		ktap_skip("no SVE for guests");
}

static int finalize(int vcpu)
{
	int what = KVM_ARM_VCPU_SVE;

	return kvm(vcpu, KVM_ARM_VCPU_FINALIZE, &what);
}

/* What is offered, as bits of vq - 1. */
static u64 offered(void)
{
	u64 words[8];
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);

	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	REQUIRE_EQ(reg_get(vcpu, REG_VLS, words), 0);
	close(vcpu);
	close(vm);
	return words[0];
}

static unsigned int longest(u64 set)
{
	return 64 - __builtin_clzl(set);
}

static u64 max_vl(void)
{
	return 16 * longest(offered());
}

static int set_lengths(int vcpu, u64 set, u64 beyond)
{
	u64 words[8] = { set, 0, 0, 0, 0, 0, 0, beyond };

	return reg_set(vcpu, REG_VLS, words);
}

/* n vCPUs, finalised, the i-th with the longest of the lengths that are at most vq[i] (NULL: all). */
static struct vm *sve_vm(unsigned int n, const unsigned int *vq, void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_new_features(n, SVE, fn, arg);
	u64 size = FRESH_PAGES * PAGE;

	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, FRESH, size, vm_alloc(size, PAGE)), 0);
	for (unsigned int i = 0; i < n; i++) {
		if (vq)
			REQUIRE_EQ(set_lengths(vm->vcpu[i].fd, offered() & ((1ul << vq[i]) - 1), 0), 0);
		REQUIRE_EQ(finalize(vm->vcpu[i].fd), 0);
		REQUIRE_EQ(vcpu_irq(&vm->vcpu[i], KVM_ARM_IRQ_CPU_IRQ, true), 0);
	}
	return vm;
}

/* One exit; false when the guest is done. */
static bool step(struct vcpu *vcpu)
{
	struct ucall uc;
	int ret = vcpu_run(vcpu);

	if (ret == -EINTR)
		return true;
	REQUIRE_EQ(ret, 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	if (!vcpu_is_ucall(vcpu, &uc))
		return true;
	REQUIRE(uc.cmd != UCALL_FAIL, "vCPU %u: %s (%#lx) is %#lx, want %#lx", vcpu->id, (char *)uc.a, uc.b, uc.c, uc.d);
	REQUIRE(uc.cmd != UCALL_EXCEPTION, "ESR %#lx PC %#lx", uc.b, uc.c);
	return uc.cmd == UCALL_SYNC;
}

static void vcpu_errors(void)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0), other = KVM_ARM_VCPU_PMU_V3;
	struct kvm_reg_list list = { .n = 0 };

	need_sve();
	vcpu_map(vcpu);
	CHECK_EQ(finalize(vcpu), -ENOEXEC);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(kvm(vcpu, KVM_ARM_VCPU_FINALIZE, &other), -EINVAL);
	CHECK_EQ(kvm(vcpu, KVM_ARM_VCPU_FINALIZE, 8), -EFAULT);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -EPERM);
	CHECK_EQ(kvm(vcpu, KVM_GET_REG_LIST, &list), -EPERM);
	CHECK_EQ(finalize(vcpu), 0);
	CHECK_EQ(finalize(vcpu), -EPERM);
	CHECK_EQ(kvm(vcpu, KVM_GET_REG_LIST, &list), -E2BIG);

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(finalize(vcpu), -EINVAL);
	CHECK_EQ(vcpu_init_fd(vm, vcpu_fd(vm, 1), SVE), -EINVAL);
}

static void onereg_errors(void)
{
	u8 buf[256] = {};
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);
	u64 size = KVM_REG_SIZE_U2048 ^ KVM_REG_SIZE_U1024, value;

	need_sve();
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(reg_get(vcpu, REG_Z(0), buf), -EPERM);
	CHECK_EQ(reg_set(vcpu, REG_P(0), buf), -EPERM);
	CHECK_EQ(reg_get(vcpu, REG_FFR, NULL), -EPERM);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(reg_get(vcpu, REG_Z(3) + 1, buf), -ENOENT);
		CHECK_EQ(reg_set(vcpu, REG_P(15) + 31, buf), -ENOENT);
		CHECK_EQ(reg_set(vcpu, REG_FFR + 1, buf), -ENOENT);
		CHECK_EQ(reg_get(vcpu, REG_FFR + 32, buf), -EINVAL);
		CHECK_EQ(reg_get(vcpu, REG_Z(0) ^ size, buf), -EINVAL);
		CHECK_EQ(reg_set(vcpu, REG_P(0) ^ size, buf), -EINVAL);
		CHECK_EQ(reg_set(vcpu, REG_VLS ^ size, buf), -EINVAL);
		CHECK_EQ(reg_get(vcpu, REG_V(0), buf), -EINVAL);
		CHECK_EQ(reg_set(vcpu, REG_V(31), buf), -EINVAL);
		CHECK_EQ(reg_get(vcpu, REG_FPSR, buf), 0);
		CHECK_EQ(reg_set(vcpu, REG_ZCR, buf), 0);
		CHECK_EQ(reg_get(vcpu, REG_VLS, NULL), -EFAULT);
		REQUIRE_EQ(i ? 0 : finalize(vcpu), 0);
	}
	CHECK_EQ(reg_get(vcpu, REG_Z(31), NULL), -EFAULT);
	CHECK_EQ(reg_set(vcpu, REG_Z(31), NULL), -EFAULT);
	CHECK_EQ(reg_get(vcpu, REG_PFR0, &value), 0);
	CHECK_EQ(value >> 32 & 0xf, 1);
	value ^= 1ul << 32;
	CHECK_EQ(reg_set(vcpu, REG_PFR0, &value), -EINVAL);

	/* without the feature */
	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(reg_get(vcpu, REG_Z(0), buf), -ENOENT);
	CHECK_EQ(reg_set(vcpu, REG_P(0), buf), -ENOENT);
	CHECK_EQ(reg_get(vcpu, REG_VLS, buf), -ENOENT);
	CHECK_EQ(reg_set(vcpu, REG_VLS, NULL), -ENOENT);
	CHECK_EQ(reg_get(vcpu, REG_Z(0) ^ size, buf), -EINVAL);
	CHECK_EQ(reg_get(vcpu, REG_ZCR, buf), -ENOENT);
	CHECK_EQ(reg_get(vcpu, REG_V(0), buf), 0);
	CHECK_EQ(reg_get(vcpu, REG_ZFR0, &value), 0);
	CHECK_EQ(value, 0);
}

static unsigned int listed(const struct kvm_reg_list *list, u64 mask, u64 want)
{
	unsigned int n = 0;

	for (u64 i = 0; i < list->n; i++)
		n += (list->reg[i] & mask) == want;
	return n;
}

/* The list names what is there, and each of it can be read. */
static void reg_list(void)
{
	u64 kind = KVM_REG_ARCH_MASK | KVM_REG_ARM_COPROC_MASK, core = KVM_REG_ARM64 | KVM_REG_ARM_CORE;
	struct kvm_reg_list *list;
	struct vm *vm;
	u8 buf[256];

	need_sve();
	vm = sve_vm(1, NULL, guest_zero, 0);
	list = vcpu_reg_list(vm->vcpu[0].fd);
	CHECK_EQ(listed(list, kind, KVM_REG_ARM64 | KVM_REG_ARM64_SVE), 50);
	CHECK_EQ(listed(list, ~0ul, REG_VLS), 1);
	CHECK_EQ(listed(list, ~0ul, REG_ZCR), 1);
	CHECK_EQ(listed(list, kind | KVM_REG_SIZE_MASK, core | KVM_REG_SIZE_U128), 0);
	CHECK_EQ(listed(list, ~0ul, REG_FPSR), 1);
	CHECK_EQ(listed(list, ~0ul, REG_FPCR), 1);
	for (u64 i = 0; i < list->n; i++)
		CHECK(reg_get(vm->vcpu[0].fd, list->reg[i], buf) == 0, "%#llx", list->reg[i]);
	free(list);

	vm = vm_new(1, guest_zero, 0);
	list = vcpu_reg_list(vm->vcpu[0].fd);
	CHECK_EQ(listed(list, kind, KVM_REG_ARM64 | KVM_REG_ARM64_SVE), 0);
	CHECK_EQ(listed(list, ~0ul, REG_ZCR), 0);
	CHECK_EQ(listed(list, kind | KVM_REG_SIZE_MASK, core | KVM_REG_SIZE_U128), 32);
}

static void lengths(void)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);
	u64 all, words[8], max;

	need_sve();
	all = offered();
	max = longest(all);
	ktap_note("lengths %#lx", all);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(set_lengths(vcpu, 0, 0), -EINVAL);
	CHECK_EQ(set_lengths(vcpu, all, 1), -EINVAL);
	CHECK_EQ(set_lengths(vcpu, all | 1ul << 63, 0), -EINVAL);
	CHECK_EQ(set_lengths(vcpu, all | 1ul << max, 0), -EINVAL);
	if (max > 1)
		CHECK_EQ(set_lengths(vcpu, all & ~1ul, 0), -EINVAL);
	for (u64 vq = max; vq; vq--)
		CHECK_EQ(set_lengths(vcpu, (all & ((1ul << vq) - 1)) | 1ul << (vq - 1), 0),
			 all >> (vq - 1) & 1 ? 0 : -EINVAL);
	/* the last one holds until INIT, and FINALIZE makes it so for good */
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], 1);
	CHECK_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], all);
	CHECK_EQ(finalize(vcpu), 0);
	CHECK_EQ(set_lengths(vcpu, all, 0), -EPERM);
	CHECK_EQ(reg_set(vcpu, REG_VLS, NULL), -EPERM);
	CHECK_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(finalize(vcpu), -EPERM);
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], all);
	for (int i = 1; i < 8; i++)
		CHECK_EQ(words[i], 0);
}

static void guest_finds_lengths(void)
{
	u64 all;

	need_sve();
	all = offered();
	for (unsigned int vq = 1; vq <= longest(all); vq++) {
		struct ucall uc;
		struct vm *vm;

		if (!(all >> (vq - 1) & 1))
			continue;
		vm = sve_vm(1, &vq, guest_lengths, 0);
		uc = vcpu_ucall(&vm->vcpu[0]);
		CHECK_EQ(uc.cmd, UCALL_SYNC);
		CHECK_EQ(uc.a, all & ((1ul << vq) - 1));
		CHECK_EQ(uc.b, 1);
		vm_free(vm);
	}
}

/* Between the image of sve_load() and ONE_REG. */
static void put_image(struct vcpu *vcpu, const struct image *m, u64 vl)
{
	u8 buf[256];

	for (int i = 0; i < 49; i++) {
		u64 n = i < 32 ? vl : vl / 8, at = i < 32 ? i * vl : 32 * vl + (i - 32) * vl / 8;

		/* what is too long is not looked at */
		memset(buf, 0x5a, sizeof(buf));
		memcpy(buf, m->b + at, n);
		REQUIRE_EQ(reg_set(vcpu->fd, i < 32 ? REG_Z(i) : i < 48 ? REG_P(i - 32) : REG_FFR, buf), 0);
	}
}

static void get_image(struct vcpu *vcpu, struct image *m, u64 vl)
{
	u8 buf[256 + 16];

	for (int i = 0; i < 49; i++) {
		u64 n = i < 32 ? vl : vl / 8, at = i < 32 ? i * vl : 32 * vl + (i - 32) * vl / 8;
		u64 size = i < 32 ? 256 : 32;

		memset(buf, 0xa5, sizeof(buf));
		REQUIRE_EQ(reg_get(vcpu->fd, i < 32 ? REG_Z(i) : i < 48 ? REG_P(i - 32) : REG_FFR, buf), 0);
		memcpy(m->b + at, buf, n);
		for (u64 k = n; k < size; k++)
			REQUIRE_EQ(buf[k], 0);
		for (u64 k = size; k < sizeof(buf); k++)
			REQUIRE_EQ(buf[k], 0xa5);
	}
}

static void exchange_at(unsigned int vq)
{
	static struct image got, want;
	struct vm *vm = sve_vm(1, &vq, guest_exchange, 16 * vq);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 vl = 16 * vq;

	image_fill(&want, vl, 77);
	put_image(vcpu, &want, vl);
	reg_write(vcpu, REG_ZCR, 15);
	get_image(vcpu, &got, vl);
	CHECK_EQ(image_differs(&got, &want, vl), -1);

	vcpu_sync(vcpu, 1);
	image_fill(&want, vl, 78);
	get_image(vcpu, &got, vl);
	CHECK_EQ(image_differs(&got, &want, vl), -1);
	CHECK_EQ(reg_read(vcpu, REG_ZCR), 15);

	vcpu_sync(vcpu, 2);
	CHECK_EQ(reg_read(vcpu, REG_ZCR), 0);
	get_image(vcpu, &got, vl);
	for (u64 i = 0; i < 32 * vl; i++)
		if (i % vl < 16 || got.b[i])
			REQUIRE(got.b[i] == want.b[i], "vq %u: z%lu byte %lu", vq, i / vl, i % vl);
	CHECK_EQ(vcpu_ucall(vcpu).cmd, UCALL_DONE);
	vm_free(vm);
}

static void exchange(void)
{
	u64 all;

	need_sve();
	all = offered();
	for (unsigned int vq = 1; vq <= longest(all); vq++)
		if (all >> (vq - 1) & 1)
			exchange_at(vq);
}

static void reset(void)
{
	static struct image got, zero;
	struct vcpu *vcpu;
	struct vm *vm;
	u64 vl;

	need_sve();
	vl = max_vl();
	vm = sve_vm(1, NULL, guest_zero, vl);
	vcpu = &vm->vcpu[0];
	for (int i = 0; i < 2; i++) {
		vcpu_finish(vcpu);
		get_image(vcpu, &got, vl);
		CHECK(image_differs(&got, &zero, vl) >= 0);
		CHECK_EQ(reg_read(vcpu, REG_ZCR), 15);
		REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, SVE), 0);
		get_image(vcpu, &got, vl);
		CHECK_EQ(image_differs(&got, &zero, vl), -1);
		CHECK_EQ(reg_read(vcpu, REG_ZCR), 0);
		vcpu_start(vcpu, guest_zero, vl);
	}
}

static u64 keep_arg(u64 vl, unsigned int turns)
{
	return vl | (u64)turns << 32;
}

static void kept(void)
{
	struct vm *vm;

	need_sve();
	vm = sve_vm(1, NULL, guest_keep, keep_arg(max_vl(), ktap_times(40)));
	while (step(&vm->vcpu[0]))
		;
}

/* The longest and the shortest in turn, exit by exit. */
static void in_turn(bool migrate)
{
	unsigned int vq[2];
	struct vm *vm;
	bool more = true;
	u64 turns = ktap_times(24);

	need_sve();
	vq[0] = max_vl() / 16;
	vq[1] = 1;
	vm = sve_vm(2, vq, guest_keep, keep_arg(16 * vq[0], turns));
	vcpu_start(&vm->vcpu[1], guest_keep, keep_arg(16, turns));
	pin_to(0);
	for (unsigned int i = 0; more; i++) {
		if (migrate)
			pin_to(i % nr_cpus());
		more = step(&vm->vcpu[0]);
		if (migrate && i % 3)
			pin_to((i + 1) % nr_cpus());
		more |= step(&vm->vcpu[1]);
	}
}

static void two_on_one_cpu(void)
{
	in_turn(false);
}

static void two_migrating(void)
{
	in_turn(true);
}

static void *run_to_end(void *arg)
{
	while (step(arg))
		;
	return NULL;
}

static void threads(void)
{
	unsigned int vq[4] = { 16, 1, 16, 1 };
	pthread_t thread[4];
	struct vm *vm;
	u64 turns = ktap_times(16);

	need_sve();
	vq[0] = vq[2] = max_vl() / 16;
	vm = sve_vm(4, vq, guest_keep, keep_arg(16 * vq[0], turns));
	for (int i = 1; i < 4; i++)
		vcpu_start(&vm->vcpu[i], guest_keep, keep_arg(16 * vq[i], turns));
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, run_to_end, &vm->vcpu[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

/* --- the host's own registers --- */

static volatile bool guest_done;

static void *run_beside(void *arg)
{
	pin_to(0);
	while (step(arg))
		;
	guest_done = true;
	return NULL;
}

static bool host_has_sve(void)
{
	return getauxval(AT_HWCAP) & 1 << 22;
}

/* A thread of the host's on the same CPU, which makes no system call meanwhile. */
static void beside(void)
{
	static struct image mine, seen;
	unsigned int vq = 1;
	pthread_t thread;
	struct vm *vm;
	u64 vl, from;

	need_sve();
	REQUIRE(host_has_sve());
	/* a guest with other lengths than the host's thread */
	vm = sve_vm(1, &vq, guest_keep, keep_arg(16, ktap_times(60)));
	pin_to(0);
	vl = sve_vl();
	pthread_create(&thread, NULL, run_beside, &vm->vcpu[0]);
	for (unsigned int round = 0; !guest_done; round++) {
		image_fill(&mine, vl, round);
		sve_load(&mine);
		from = mrs(cntvct_el0);
		while (mrs(cntvct_el0) - from < mrs(cntfrq_el0) / 200)
			;
		sve_store(&seen);
		CHECK_EQ(sve_vl(), vl);
		REQUIRE_EQ(image_differs(&mine, &seen, vl), -1);
	}
	pthread_join(thread, NULL);
}

static void ignore(int sig)
{
}

static s64 run_bare(struct vcpu *vcpu)
{
	register u64 x8 asm("x8") = SYS_ioctl;
	register s64 x0 asm("x0") = vcpu->fd;
	register u64 x1 asm("x1") = KVM_RUN;
	register u64 x2 asm("x2") = 0;

	asm volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
	return x0;
}

/*
 * Over a system call a thread keeps V0 to V31; what else SVE has is kept or zero. The
 * guest's are ones, which the thread has none of. Signals end each of its runs.
 */
static void interrupted(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec often = { { 0, 3000000 }, { 0, 3000000 } };
	struct sigaction action = { .sa_handler = ignore };
	static struct image mine, seen;
	struct vcpu *vcpu;
	timer_t timer;
	struct vm *vm;
	u64 vl;
	s64 ret;

	need_sve();
	vm = sve_vm(1, NULL, guest_ones, max_vl());
	vcpu = &vm->vcpu[0];
	vl = sve_vl();
	sigaction(SIGALRM, &action, NULL);
	REQUIRE_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	REQUIRE_EQ(timer_settime(timer, 0, &often, NULL), 0);
	for (unsigned int round = 0; round < ktap_times(200); round++) {
		image_fill(&mine, vl, round);
		for (u64 i = 0; i < BYTES(vl); i++)
			mine.b[i] &= 0x7f;
		/* bytes of FFR that are still ones from the bottom */
		memset(mine.b + 34 * vl, 0, vl / 8);
		mine.b[34 * vl] = 0x0f;
		sve_load(&mine);
		ret = run_bare(vcpu);
		sve_store(&seen);
		REQUIRE(ret == -EINTR, "%ld, exit %u", ret, vcpu->run->exit_reason);
		CHECK_EQ(sve_vl(), vl);
		for (u64 i = 0; i < BYTES(vl); i++)
			if ((i < 32 * vl && i % vl < 16) || seen.b[i])
				REQUIRE(seen.b[i] == mine.b[i], "round %u byte %lu: %#x, not %#x",
					round, i, seen.b[i], mine.b[i]);
	}
}

/* A thread that has never used SVE finds zeroes in what it gets first. */
static void *first_use(void *arg)
{
	static struct image seen;

	pin_to(0);
	sve_store(&seen);
	for (u64 i = 0; i < 34 * sve_vl(); i++)
		if (i >= 32 * sve_vl() || i % sve_vl() >= 16)
			REQUIRE(!seen.b[i], "byte %lu: %#x", i, seen.b[i]);
	return NULL;
}

static void *run_ones(void *arg)
{
	pin_to(0);
	for (;;)
		vcpu_run(arg);
	return NULL;
}

static void newcomers(void)
{
	pthread_t guest, thread;
	struct vm *vm;

	need_sve();
	vm = sve_vm(1, NULL, guest_ones, max_vl());
	pin_to(0);
	pthread_create(&guest, NULL, run_ones, &vm->vcpu[0]);
	for (unsigned int i = 0; i < ktap_times(60); i++) {
		usleep(3000);
		pthread_create(&thread, NULL, first_use, NULL);
		pthread_join(thread, NULL);
	}
	/* the guest's thread ends with the case */
}

static void offline(void)
{
	struct vm *vm;

	need_sve();
	if (nr_cpus() < 2 || !set_cpu_online(1, false))
		ktap_skip("no CPU to take out");
	REQUIRE(set_cpu_online(1, true));
	pin_to(1);
	vm = sve_vm(1, NULL, guest_keep, keep_arg(max_vl(), ktap_times(12)));
	for (unsigned int i = 0; step(&vm->vcpu[0]); i++) {
		if (i % 40 != 20)
			continue;
		/* with registers of the guest's in it */
		REQUIRE(set_cpu_online(1, false));
		REQUIRE(set_cpu_online(1, true));
		pin_to(1);
	}
}

static const struct ktap_case cases[] = {
	{ "errors of vCPU calls", vcpu_errors },
	{ "errors of ONE_REG", onereg_errors },
	{ "the list of registers", reg_list },
	{ "lengths that can be set", lengths },
	{ "lengths that the guest finds", guest_finds_lengths, 60 },
	{ "registers from and to user space", exchange, 60 },
	{ "registers after a reset", reset },
	{ "over every kind of exit", kept, 60 },
	{ "two lengths in turn on one CPU", two_on_one_cpu, 60 },
	{ "two lengths, each run on another CPU", two_migrating, 60 },
	{ "more threads than CPUs", threads, 60 },
	{ "a host thread beside a guest", beside, 60 },
	{ "a run that a signal ends", interrupted, 60 },
	{ "threads that begin to use SVE", newcomers, 60 },
	{ "a CPU that goes and comes", offline, 60 },
};
KTAP_MAIN(cases)
