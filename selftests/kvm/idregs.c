// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identification and hidden features. Proves:
 *  - the guest reads in every register of the ID space (3, 0, 0, 1..7, 0..7),
 *    MIDR, MPIDR, REVIDR, CTR, CLIDR what ONE_REG says it holds
 *  - what the ID registers deny is undefined in the guest, with exactly one
 *    exception: SVE, PMU, GIC CPU interface, MTE, SPE, trace, activity
 *    monitors, RAS error records and random encodings
 *  - writes to read-only registers are undefined; EL2 and EL3 registers too
 *  - MPIDR follows the vCPU id
 */
#include <string.h>
#include "lib/vm.h"

/* An instruction and a return, written by the host before the guest starts. */
static u32 stub[512][2] __attribute__((aligned(64)));
static unsigned int nr_stubs;
static u64 value[512], faults[512], syndrome[512];

#define ENC(op0, op1, crn, crm, op2) \
	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

static unsigned int add(u32 insn)
{
	stub[nr_stubs][0] = insn;
	stub[nr_stubs][1] = 0xd65f03c0;		/* ret */
	return nr_stubs++;
}

static unsigned int add_mrs(u32 enc)
{
	return add(0xd5200000 | enc);		/* mrs x0, ... */
}

static void guest_stubs(u64 n)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	msr(cpacr_el1, 0x03330000);	/* nothing that the guest itself traps */
	isb();
	for (u64 i = 0; i < n; i++) {
		u64 before = guest_nr_sync;

		value[i] = ((u64 (*)(u64))stub[i])(0xdead);
		faults[i] = guest_nr_sync - before;
		syndrome[i] = guest_last_esr;
	}
}

static struct vm *run_stubs(void)
{
	struct vm *vm = vm_new(1, guest_stubs, nr_stubs);

	vcpu_finish(&vm->vcpu[0]);
	return vm;
}

static void check_same(struct vm *vm, unsigned int i, u64 reg)
{
	u64 want = reg_read(&vm->vcpu[0], reg), got = (*vm_shared(vm, value))[i];

	CHECK((*vm_shared(vm, faults))[i] == 0, "%#lx is undefined", reg);
	CHECK(got == want, "%#lx: guest reads %#lx, ONE_REG %#lx", reg, got, want);
}

static void id_space(void)
{
	struct vm *vm;

	for (unsigned int i = 8; i < 64; i++)
		add_mrs(ENC(3, 0, 0, i >> 3, i & 7));
	vm = run_stubs();
	for (unsigned int i = 8; i < 64; i++)
		check_same(vm, i - 8, REG_SYS(3, 0, 0, i >> 3, i & 7));
}

static void others(void)
{
	struct vm *vm;

	add_mrs(ENC(3, 0, 0, 0, 0));	/* MIDR_EL1 */
	add_mrs(ENC(3, 0, 0, 0, 5));	/* MPIDR_EL1 */
	add_mrs(ENC(3, 0, 0, 0, 6));	/* REVIDR_EL1 */
	add_mrs(ENC(3, 1, 0, 0, 1));	/* CLIDR_EL1 */
	add_mrs(ENC(3, 3, 0, 0, 1));	/* CTR_EL0 */
	vm = run_stubs();
	check_same(vm, 0, REG_SYS(3, 0, 0, 0, 0));
	check_same(vm, 1, REG_MPIDR);
	check_same(vm, 2, REG_SYS(3, 0, 0, 0, 6));
	check_same(vm, 3, REG_SYS(3, 1, 0, 0, 1));
	check_same(vm, 4, REG_SYS(3, 3, 0, 0, 1));
}

static void guest_mpidr(u64 arg)
{
	GUEST_SYNC(mrs(mpidr_el1), 0);
}

static void mpidr(void)
{
	struct vm *vm = vm_new(4, guest_mpidr, 0);

	for (unsigned int i = 0; i < 4; i++) {
		u64 got;

		vcpu_start(&vm->vcpu[i], guest_mpidr, 0);
		got = vcpu_ucall(&vm->vcpu[i]).a;
		CHECK_EQ(got & 0xff00ffffff, i);
		CHECK_EQ(got, reg_read(&vm->vcpu[i], REG_MPIDR));
	}
}

/* Ids beyond 15 spill into the next affinity level. */
static void mpidr_far(void)
{
	struct vm *vm = vm_new(0, NULL, 0);
	struct vcpu far = { .vm = vm, .id = 0x123 };

	if (kvm_cap(KVM_CAP_MAX_VCPU_ID) <= 0x123)
		ktap_skip("no such id");
	far.fd = vcpu_fd(vm->fd, far.id);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, far.fd, 0), 0);
	CHECK_EQ(reg_read(&far, REG_MPIDR) & 0xff00ffffff, 0x1203);
}

/* What no ID register offers to a VM with no feature asked for. */
static const struct hidden { const char *name; u32 insn; } hidden[] = {
	{ "ZCR_EL1", 0xd5200000 | ENC(3, 0, 1, 2, 0) },
	{ "rdvl x0, #1", 0x04bf5020 },
	{ "ptrue p0.b", 0x2518e3e0 },
	{ "PMCR_EL0", 0xd5200000 | ENC(3, 3, 9, 12, 0) },
	{ "PMCCNTR_EL0", 0xd5200000 | ENC(3, 3, 9, 13, 0) },
	{ "PMUSERENR_EL0", 0xd5200000 | ENC(3, 3, 9, 14, 0) },
	{ "PMEVCNTR0_EL0", 0xd5200000 | ENC(3, 3, 14, 8, 0) },
	{ "PMCCFILTR_EL0", 0xd5200000 | ENC(3, 3, 14, 15, 7) },
	{ "GCR_EL1", 0xd5200000 | ENC(3, 0, 1, 0, 6) },
	{ "RGSR_EL1", 0xd5200000 | ENC(3, 0, 1, 0, 5) },
	{ "TFSR_EL1", 0xd5200000 | ENC(3, 0, 5, 6, 0) },
	{ "PMSCR_EL1", 0xd5200000 | ENC(3, 0, 9, 9, 0) },
	{ "PMSIDR_EL1", 0xd5200000 | ENC(3, 0, 9, 9, 7) },
	{ "PMBLIMITR_EL1", 0xd5200000 | ENC(3, 0, 9, 10, 0) },
	{ "TRBLIMITR_EL1", 0xd5200000 | ENC(3, 0, 9, 11, 0) },
	{ "TRFCR_EL1", 0xd5200000 | ENC(3, 0, 1, 2, 1) },
	{ "AMCR_EL0", 0xd5200000 | ENC(3, 3, 13, 2, 0) },
	{ "AMEVCNTR00_EL0", 0xd5200000 | ENC(3, 3, 13, 4, 0) },
	{ "ICC_IAR1_EL1", 0xd5200000 | ENC(3, 0, 12, 12, 0) },
	{ "ICC_PMR_EL1", 0xd5200000 | ENC(3, 0, 4, 6, 0) },
	{ "ICC_CTLR_EL1", 0xd5200000 | ENC(3, 0, 12, 12, 4) },
	{ "ICC_SGI1R_EL1", 0xd5000000 | ENC(3, 0, 12, 11, 5) },
	{ "ICC_IGRPEN1_EL1", 0xd5200000 | ENC(3, 0, 12, 12, 7) },
	{ "SMCR_EL1", 0xd5200000 | ENC(3, 0, 1, 2, 6) },
	{ "TPIDR2_EL0", 0xd5200000 | ENC(3, 3, 13, 0, 5) },
	{ "smstart", 0xd503477f },
	{ "HCR_EL2", 0xd5200000 | ENC(3, 4, 1, 1, 0) },
	{ "VBAR_EL2", 0xd5200000 | ENC(3, 4, 12, 0, 0) },
	{ "SCTLR_EL12", 0xd5200000 | ENC(3, 5, 1, 0, 0) },
	{ "SCR_EL3", 0xd5200000 | ENC(3, 6, 1, 1, 0) },
	{ "ID_AA64PFR0_EL1 written", 0xd5000000 | ENC(3, 0, 0, 4, 0) },
	{ "MIDR_EL1 written", 0xd5000000 | ENC(3, 0, 0, 0, 0) },
	{ "CNTVCT_EL0 written", 0xd5000000 | ENC(3, 3, 14, 0, 2) },
	{ "an unallocated word", 0x00000000 },
};

static void hidden_features(void)
{
	struct vm *vm;

	for (unsigned int i = 0; i < ARRAY_SIZE(hidden); i++)
		add(hidden[i].insn);
	vm = run_stubs();
	for (unsigned int i = 0; i < ARRAY_SIZE(hidden); i++) {
		u64 n = (*vm_shared(vm, faults))[i], esr = (*vm_shared(vm, syndrome))[i];

		CHECK(n == 1, "%s: %lu exceptions", hidden[i].name, n);
		CHECK(n != 1 || esr >> 26 == 0, "%s: ESR %#lx", hidden[i].name, esr);
	}
}

/* The ID registers agree that these are hidden. */
static void denied(void)
{
	struct vm *vm = vm_new(1, guest_mpidr, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 pfr0 = reg_read(vcpu, REG_SYS(3, 0, 0, 4, 0));
	u64 pfr1 = reg_read(vcpu, REG_SYS(3, 0, 0, 4, 1));
	u64 dfr0 = reg_read(vcpu, REG_SYS(3, 0, 0, 5, 0));

	CHECK_EQ(pfr0 & 0xf, pfr0 & 0xf & 3);	/* EL0: 1 or 2 */
	CHECK_EQ(pfr0 >> 32 & 0xf, 0);		/* SVE */
	CHECK_EQ(pfr0 >> 44 & 0xf, 0);		/* AMU */
	CHECK_EQ(pfr1 >> 8 & 0xf, 0);		/* MTE */
	CHECK_EQ(pfr1 >> 24 & 0xf, 0);		/* SME */
	CHECK(((dfr0 >> 8 & 0xf) == 0) || ((dfr0 >> 8 & 0xf) == 0xf));	/* PMU */
	CHECK_EQ(dfr0 >> 32 & 0xf, 0);		/* SPE */
	CHECK_EQ(dfr0 >> 44 & 0xf, 0);		/* trace buffer */
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 0, 4, 4)), 0);	/* ZFR0 */
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 0, 4, 5)), 0);	/* SMFR0 */
	/* Pointer authentication was not asked for. */
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 0, 6, 1)) & 0xff000ff0, 0);
}

static void guest_pac(u64 arg)
{
	register u64 x asm("x0") = 0x12345678;
	register u64 y asm("x1") = 0x1;

	guest_on(VEC_SYNC, guest_skip_sync);
	msr(sctlr_el1, mrs(sctlr_el1) | 1ul << 31);	/* EnIA */
	isb();
	asm volatile(".inst 0xdac10020" : "+r"(x) : "r"(y));	/* pacia x0, x1 */
	GUEST_SYNC(guest_nr_sync, x != 0x12345678);
	GUEST_ASSERT(!guest_nr_sync || guest_last_esr >> 26 == 0);
	(void)mrs(s3_0_c2_c1_0);
	GUEST_SYNC(guest_nr_sync, 0);
}

static void pointer_auth(void)
{
	u32 keys = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	struct ucall uc;
	struct vm *vm;

	/* Without the feature: undefined. */
	vm = vm_new(1, guest_pac, 0);
	CHECK_EQ(vcpu_ucall(&vm->vcpu[0]).a, 1);
	CHECK_EQ(vcpu_ucall(&vm->vcpu[0]).a, 2);
	if (!kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS) || !kvm_cap(KVM_CAP_ARM_PTRAUTH_GENERIC))
		ktap_skip("pointer authentication is not offered");
	vm = vm_new_features(1, keys, guest_pac, 0);
	uc = vcpu_ucall(&vm->vcpu[0]);
	CHECK_EQ(uc.a, 0);
	CHECK_EQ(uc.b, 1);
	CHECK_EQ(vcpu_ucall(&vm->vcpu[0]).a, 0);
	CHECK(reg_read(&vm->vcpu[0], REG_SYS(3, 0, 0, 6, 1)) & 0xff0);
}

/* Any encoding: a value or one exception, and the guest goes on. */
static void random_encodings(void)
{
	u64 seed = 12345, undefined = 0;
	struct vm *vm;

	for (unsigned int turn = 0; turn < 6; turn++) {
		nr_stubs = 0;
		while (nr_stubs < ARRAY_SIZE(stub)) {
			seed = seed * 6364136223846793005ul + 1442695040888963407ul;
			/* Reads of the op0 2 and 3 spaces. */
			add_mrs((seed >> 40 & 0x0fffe0) | 2 << 19);
		}
		vm = run_stubs();
		for (unsigned int i = 0; i < nr_stubs; i++) {
			u64 n = (*vm_shared(vm, faults))[i], esr = (*vm_shared(vm, syndrome))[i];

			CHECK(n <= 1, "%#x: %lu", stub[i][0], n);
			/* 0x18: how FEAT_IDST has unallocated ID registers reported. */
			CHECK(n != 1 || esr >> 26 == 0 || esr >> 26 == 0x18, "%#x: ESR %#lx",
			      stub[i][0], esr);
			undefined += n;
		}
		vm_free(vm);
	}
	CHECK(undefined > 1000, "%lu", undefined);
}

static const struct ktap_case cases[] = {
	{ "the ID space", id_space },
	{ "other identification registers", others },
	{ "MPIDR", mpidr },
	{ "MPIDR of a high id", mpidr_far },
	{ "hidden features are undefined", hidden_features },
	{ "hidden features are denied", denied },
	{ "pointer authentication", pointer_auth },
	{ "random encodings", random_encodings },
};
KTAP_MAIN(cases)
