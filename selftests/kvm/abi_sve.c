// SPDX-License-Identifier: GPL-2.0-only
/*
 * SVE for guests, as user space has it. Proves:
 *  - each error of VCPU_INIT, FINALIZE, ONE_REG, GET_REG_LIST and KVM_RUN around it
 *  - lengths can be cut off at the top and not otherwise; the guest finds those
 *  - registers go from user space to the guest and back, at their full length also
 *    when the guest has a shorter one for the moment; a reset makes them zero
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "lib/sve.h"

#define REG_Z(n)	KVM_REG_ARM64_SVE_ZREG(n, 0)
#define REG_P(n)	KVM_REG_ARM64_SVE_PREG(n, 0)
#define REG_FFR		KVM_REG_ARM64_SVE_FFR(0)
#define REG_VLS		KVM_REG_ARM64_SVE_VLS
#define REG_ZCR		REG_SYS(3, 0, 1, 2, 0)
#define REG_PFR0	REG_SYS(3, 0, 0, 4, 0)
#define REG_ZFR0	REG_SYS(3, 0, 0, 4, 4)

/* --- the guest --- */

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

/*
 * What the host has put in comes out; then all other values, the length cut to 16 bytes at the
 * exit.
 */
static void guest_exchange(u64 vl)
{
	s64 at;

	GUEST_EQ(mrs(cpacr_el1) >> 20 & 3, 3);
	msr(cpacr_el1, 3 << 20 | 3 << 16);
	isb();
	GUEST_EQ(mrs(s3_0_c1_c2_0), 15);
	GUEST_EQ(sve_vl(), vl);
	sve_store(&sve_out[0]);
	sve_image_fill(&sve_in[0], vl, 77);
	at = sve_image_differs(&sve_in[0], &sve_out[0], vl);
	if (at >= 0)
		guest_ucall(UCALL_FAIL, (u64) "a byte from the host", at, sve_out[0].b[at],
			    sve_in[0].b[at]);

	sve_image_fill(&sve_in[0], vl, 78);
	sve_load(&sve_in[0]);
	GUEST_SYNC(1, 0);
	set_zcr(0);
	GUEST_SYNC(2, 0);
	/* the low 16 bytes outlive it all, what was above is the old value or zero */
	sve_store(&sve_out[0]);
	sve_image_fill(&sve_in[1], vl, 78);
	for (u64 z = 0; z < 32; z++)
		for (u64 i = 0; i < 16; i++)
			GUEST_EQ(sve_out[0].b[z * 16 + i], sve_in[1].b[z * vl + i]);
	set_zcr(15);
	sve_store(&sve_out[0]);
	for (u64 i = 0; i < 32 * vl; i++)
		if (i % vl < 16 || sve_out[0].b[i])
			GUEST_EQ(sve_out[0].b[i], sve_in[1].b[i]);
}

static void guest_zero(u64 vl)
{
	sve_on();
	sve_store(&sve_out[0]);
	for (u64 i = 0; i < BYTES(vl); i++)
		GUEST_EQ(sve_out[0].b[i], 0);
	sve_image_fill(&sve_in[0], vl, 5);
	sve_load(&sve_in[0]);
}

/* --- the host --- */

static void vcpu_errors(void)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0), other = KVM_ARM_VCPU_PMU_V3;
	struct kvm_reg_list list = { .n = 0 };

	need_sve();
	vcpu_map(vcpu);
	CHECK_EQ(sve_finalize(vcpu), -ENOEXEC);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(kvm(vcpu, KVM_ARM_VCPU_FINALIZE, &other), -EINVAL);
	CHECK_EQ(kvm(vcpu, KVM_ARM_VCPU_FINALIZE, 8), -EFAULT);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -EPERM);
	CHECK_EQ(kvm(vcpu, KVM_GET_REG_LIST, &list), -EPERM);
	CHECK_EQ(sve_finalize(vcpu), 0);
	CHECK_EQ(sve_finalize(vcpu), -EPERM);
	CHECK_EQ(kvm(vcpu, KVM_GET_REG_LIST, &list), -E2BIG);

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(sve_finalize(vcpu), -EINVAL);
	CHECK_EQ(vcpu_init_fd(vm, vcpu_fd(vm, 1), SVE), -EINVAL);
}

static void onereg_errors(void)
{
	u8 buf[256] = {};
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);
	u64 size = KVM_REG_SIZE_U2048 ^ KVM_REG_SIZE_U1024, value;
	char *end;

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
		REQUIRE_EQ(i ? 0 : sve_finalize(vcpu), 0);
	}
	CHECK_EQ(reg_get(vcpu, REG_Z(31), NULL), -EFAULT);
	CHECK_EQ(reg_set(vcpu, REG_Z(31), NULL), -EFAULT);
	/* of what is longer than the guest's vectors nothing is read */
	end = vm_alloc(2 * PAGE, PAGE) + PAGE;
	REQUIRE_EQ(mprotect(end, PAGE, PROT_NONE), 0);
	CHECK_EQ(reg_set(vcpu, REG_Z(31), end - sve_max_vl()), 0);
	CHECK_EQ(reg_set(vcpu, REG_P(15), end - sve_max_vl() / 8), 0);
	CHECK_EQ(reg_set(vcpu, REG_Z(31), end - sve_max_vl() + 1), -EFAULT);
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
	u64 kind = KVM_REG_ARCH_MASK | KVM_REG_ARM_COPROC_MASK,
	    core = KVM_REG_ARM64 | KVM_REG_ARM_CORE;
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
	all = sve_offered();
	max = sve_longest(all);
	ktap_note("lengths %#lx", all);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(sve_set_lengths(vcpu, 0, 0), -EINVAL);
	CHECK_EQ(sve_set_lengths(vcpu, all, 1), -EINVAL);
	CHECK_EQ(sve_set_lengths(vcpu, all | 1ul << 63, 0), -EINVAL);
	CHECK_EQ(sve_set_lengths(vcpu, all | 1ul << max, 0), -EINVAL);
	if (max > 1)
		CHECK_EQ(sve_set_lengths(vcpu, all & ~1ul, 0), -EINVAL);
	for (u64 vq = max; vq; vq--)
		CHECK_EQ(sve_set_lengths(vcpu, (all & ((1ul << vq) - 1)) | 1ul << (vq - 1), 0),
			 all >> (vq - 1) & 1 ? 0 : -EINVAL);
	/* the last one holds until INIT, and FINALIZE makes it so for good */
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], 1);
	CHECK_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], all);
	CHECK_EQ(sve_finalize(vcpu), 0);
	CHECK_EQ(sve_set_lengths(vcpu, all, 0), -EPERM);
	CHECK_EQ(reg_set(vcpu, REG_VLS, NULL), -EPERM);
	CHECK_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	CHECK_EQ(sve_finalize(vcpu), -EPERM);
	CHECK_EQ(reg_get(vcpu, REG_VLS, words), 0);
	CHECK_EQ(words[0], all);
	for (int i = 1; i < 8; i++)
		CHECK_EQ(words[i], 0);
}

static void guest_finds_lengths(void)
{
	u64 all;

	need_sve();
	all = sve_offered();
	for (unsigned int vq = 1; vq <= sve_longest(all); vq++) {
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
static void put_image(struct vcpu *vcpu, const struct sve_image *m, u64 vl)
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

static void get_image(struct vcpu *vcpu, struct sve_image *m, u64 vl)
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
	static struct sve_image got, want;
	struct vm *vm = sve_vm(1, &vq, guest_exchange, 16 * vq);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 vl = 16 * vq;

	sve_image_fill(&want, vl, 77);
	put_image(vcpu, &want, vl);
	reg_write(vcpu, REG_ZCR, 15);
	get_image(vcpu, &got, vl);
	CHECK_EQ(sve_image_differs(&got, &want, vl), -1);

	vcpu_sync(vcpu, 1);
	sve_image_fill(&want, vl, 78);
	get_image(vcpu, &got, vl);
	CHECK_EQ(sve_image_differs(&got, &want, vl), -1);
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
	all = sve_offered();
	for (unsigned int vq = 1; vq <= sve_longest(all); vq++)
		if (all >> (vq - 1) & 1)
			exchange_at(vq);
}

static void reset(void)
{
	static struct sve_image got, zero;
	struct vcpu *vcpu;
	struct vm *vm;
	u64 vl;

	need_sve();
	vl = sve_max_vl();
	vm = sve_vm(1, NULL, guest_zero, vl);
	vcpu = &vm->vcpu[0];
	for (int i = 0; i < 2; i++) {
		vcpu_finish(vcpu);
		get_image(vcpu, &got, vl);
		CHECK(sve_image_differs(&got, &zero, vl) >= 0);
		CHECK_EQ(reg_read(vcpu, REG_ZCR), 15);
		REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, SVE), 0);
		get_image(vcpu, &got, vl);
		CHECK_EQ(sve_image_differs(&got, &zero, vl), -1);
		CHECK_EQ(reg_read(vcpu, REG_ZCR), 0);
		vcpu_start(vcpu, guest_zero, vl);
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
};

KTAP_MAIN(cases)
