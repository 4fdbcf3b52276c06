// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boundary of the secure world: what a guest calls and reaches of it. Proves:
 *  - SMC and HVC with functions of every owner (FF-A, SDEI, OP-TEE, SiP and OEM calls
 *    among them) are answered by the hypervisor: those of nobody by NOT_SUPPORTED
 *  - a VMM that has them by a filter answers FF-A's calls; one that denies them is obeyed
 *  - the same of SMC in AArch32
 *  - registers of EL3 and of the secure EL2, the secure physical timer and maintenance for
 *    EL3 are undefined, with one exception each
 *
 * Firmware that counts what comes to EL3 sees the same from below (selftests/run/el3/firmware.S).
 * It answers a guest with FIRMWARE.
 */
#include <string.h>
#include "lib/aarch32.h"

#define FIRMWARE	0x5ec5ec0u
#define NOT_SUPPORTED	(-1)
#define FFA_FIRST	0x84000060u
#define FFA_ERROR	0x84000060u
#define FFA_VERSION	0x84000063u
#define FFA_ID_GET	0x84000069u
#define SIP_FIRST	0x82000000u

/* ---- calls ---- */

static const u32 numbers[] = {
	0,    1,    2,	   0x20,   0x3f,   0x60,   0x63,   0x69,
	0x84, 0xff, 0x100, 0x7fff, 0x8000, 0xfeff, 0xff00, 0xffff,
};

/* Yielding and fast calls, 32 and 64 bits wide. */
static const u32 kinds[] = { 0, 0x40000000, 0x80000000, 0xc0000000 };

/*
 * Arm architecture, standard hypervisor and vendor hypervisor services are answered for the guest;
 * PSCI and TRNG.
 */
static bool is_served(u32 owner, u32 number)
{
	if (owner == 4)
		return number < 0x20 || (number >= 0x50 && number < 0x60);
	return owner == 0 || owner == 5 || owner == 6;
}

static void check_answer(u32 fn, u64 answer)
{
	u32 owner = fn >> 24 & 0x3f;

	GUEST_ASSERT((u32)answer != FIRMWARE);
	if (!is_served(owner, fn & 0xffff) && (int)answer != NOT_SUPPORTED)
		guest_ucall(UCALL_FAIL, (u64)"answer", __LINE__, answer, fn);
}

/* PSCI's own calls would stop the CPU. */
static bool may_call(u32 owner, u32 number)
{
	return owner != 4 || number >= 0x20;
}

static void guest_calls(u64 arg)
{
	for (u32 owner = 0; owner < 64; owner++) {
		for (u32 i = 0; i < ARRAY_SIZE(numbers) * ARRAY_SIZE(kinds); i++) {
			u32 number = numbers[i / ARRAY_SIZE(kinds)];
			u32 fn = kinds[i % ARRAY_SIZE(kinds)] | owner << 24 | number;

			if (!may_call(owner, number))
				continue;
			check_answer(fn, guest_smc(fn, 0, 0, 0).a0);
			check_answer(fn, guest_hvc(fn, 0, 0, 0).a0);
		}
	}
}

static void calls(void)
{
	vcpu_finish(&vm_new(1, guest_calls, 0)->vcpu[0]);
}

/* ---- a VMM that stands for the secure world ---- */

static void guest_ffa(u64 arg)
{
	struct smccc r = guest_smc(FFA_VERSION, 0x10000, 0, 0);

	GUEST_EQ(r.a0, 0x10001);
	r = guest_smc(FFA_ID_GET, 0, 0, 0);
	GUEST_EQ(r.a0, FFA_ERROR);
	GUEST_EQ(r.a2, (u32)NOT_SUPPORTED);
	GUEST_EQ(guest_hvc(FFA_VERSION, 0x10000, 0, 0).a0, 0x10001);
	GUEST_EQ((int)guest_smc(SIP_FIRST, 0, 0, 0).a0, NOT_SUPPORTED);
	GUEST_EQ((int)guest_smc(0x83000000, 0, 0, 0).a0, NOT_SUPPORTED);
}

static void filter(struct vm *vm, u32 base, u32 count, u8 action)
{
	struct kvm_smccc_filter f = { .base = base, .nr_functions = count, .action = action };
	int ret = device_attr(vm->fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VM_SMCCC_CTRL,
			      KVM_ARM_VM_SMCCC_FILTER, &f);

	if (ret == -ENXIO)
		ktap_skip("no filter");
	REQUIRE_EQ(ret, 0);
}

static void await_call(struct vcpu *vcpu, u32 fn, u32 flags)
{
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_HYPERCALL);
	CHECK_EQ(vcpu->run->hypercall.nr, fn);
	/* older headers call the lower half of the flags so */
	CHECK_EQ(vcpu->run->hypercall.longmode, flags);
}

static void answered_by_vmm(void)
{
	struct vm *vm = vm_new(1, guest_ffa, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	filter(vm, FFA_FIRST, 0xa0, KVM_SMCCC_FILTER_FWD_TO_USER);
	filter(vm, SIP_FIRST, 0x10000, KVM_SMCCC_FILTER_DENY);
	await_call(vcpu, FFA_VERSION, KVM_HYPERCALL_EXIT_SMC);
	reg_write(vcpu, REG_X(0), 0x10001);
	await_call(vcpu, FFA_ID_GET, KVM_HYPERCALL_EXIT_SMC);
	reg_write(vcpu, REG_X(0), FFA_ERROR);
	reg_write(vcpu, REG_X(2), (u32)NOT_SUPPORTED);
	await_call(vcpu, FFA_VERSION, 0);
	reg_write(vcpu, REG_X(0), 0x10001);
	vcpu_finish(vcpu);
}

/* ---- AArch32 ---- */

static const u32 calls32[] = {
	0x82000000, 0x83000000, 0x84000063, 0x84000069, 0xc4000020, 0x32000000,
	0xb2000001, 0x00000000, 0x02000100, 0x7f000000, 0xffffffff,
};

/* Call by SMC, show the answer. */
static u32 *put_call(u32 *code, u32 fn)
{
	*code++ = 0xe3000000 | (fn >> 12 & 0xf) << 16 | (fn & 0xfff);	/* movw r0, #fn & 0xffff */
	*code++ = 0xe3400000 | fn >> 28 << 16 | (fn >> 16 & 0xfff);	/* movt r0, #fn >> 16 */
	*code++ = 0xe1600070;						/* smc #0 */
	*code++ = 0xe58a0000;						/* str r0, [r10] */
	return code;
}

static void calls_aarch32(void)
{
	u32 code[ARRAY_SIZE(calls32) * 4], *end = code;
	struct a32_machine *m;

	for (u32 i = 0; i < ARRAY_SIZE(calls32); i++)
		end = put_call(end, calls32[i]);
	m = A32_BOOT(code);
	for (u32 i = 0; i < ARRAY_SIZE(calls32); i++) {
		u32 answer = a32_stored(&m->v, 0);

		CHECK(answer == (u32)NOT_SUPPORTED, "%#x: %#x", calls32[i], answer);
	}
}

/* ---- registers ---- */

#define ENC(op0, op1, crn, crm, op2) \
	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define READ	0xd5200000	/* to x0 */
#define WRITE	0xd5000000

static const struct secure { const char *name; u32 enc; } secure[] = {
	{ "CNTPS_TVAL_EL1", ENC(3, 7, 14, 2, 0) },
	{ "CNTPS_CTL_EL1", ENC(3, 7, 14, 2, 1) },
	{ "CNTPS_CVAL_EL1", ENC(3, 7, 14, 2, 2) },
	{ "CNTHVS_CTL_EL2", ENC(3, 4, 14, 4, 1) },
	{ "CNTHPS_CTL_EL2", ENC(3, 4, 14, 5, 1) },
	{ "VSTTBR_EL2", ENC(3, 4, 2, 6, 0) },
	{ "VSTCR_EL2", ENC(3, 4, 2, 6, 2) },
	{ "SDER32_EL2", ENC(3, 4, 1, 3, 1) },
	{ "SCR_EL3", ENC(3, 6, 1, 1, 0) },
	{ "SDER32_EL3", ENC(3, 6, 1, 1, 1) },
	{ "CPTR_EL3", ENC(3, 6, 1, 1, 2) },
	{ "MDCR_EL3", ENC(3, 6, 1, 3, 1) },
	{ "SCTLR_EL3", ENC(3, 6, 1, 0, 0) },
	{ "TTBR0_EL3", ENC(3, 6, 2, 0, 0) },
	{ "GPCCR_EL3", ENC(3, 6, 2, 1, 6) },
	{ "SPSR_EL3", ENC(3, 6, 4, 0, 0) },
	{ "VBAR_EL3", ENC(3, 6, 12, 0, 0) },
	{ "RMR_EL3", ENC(3, 6, 12, 0, 2) },
	{ "ICC_CTLR_EL3", ENC(3, 6, 12, 12, 4) },
	{ "ICC_SRE_EL3", ENC(3, 6, 12, 12, 5) },
	{ "ICC_IGRPEN1_EL3", ENC(3, 6, 12, 12, 7) },
	{ "TPIDR_EL3", ENC(3, 6, 13, 0, 2) },
};

/* TLBI ALLE3, TLBI VAE3, AT S1E3R. */
static const u32 maintenance[] = { ENC(1, 6, 8, 7, 0), ENC(1, 6, 8, 7, 1), ENC(1, 6, 7, 8, 0) };

#define NR_STUBS	(2 * ARRAY_SIZE(secure) + ARRAY_SIZE(maintenance))

/* An instruction and a return, written by the host before the guest starts. */
static u32 stub[NR_STUBS][2] __attribute__((aligned(64)));
static u64 faults[NR_STUBS], syndrome[NR_STUBS];

static void guest_registers(u64 arg)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	for (u32 i = 0; i < NR_STUBS; i++) {
		u64 before = guest_nr_sync;

		((void (*)(u64))stub[i])(0);
		faults[i] = guest_nr_sync - before;
		syndrome[i] = guest_last_esr;
	}
}

static u32 instruction(u32 i)
{
	if (i >= 2 * ARRAY_SIZE(secure))
		return WRITE | maintenance[i - 2 * ARRAY_SIZE(secure)];
	return (i & 1 ? WRITE : READ) | secure[i / 2].enc;
}

static void registers(void)
{
	struct vm *vm;

	for (u32 i = 0; i < NR_STUBS; i++) {
		stub[i][0] = instruction(i);
		stub[i][1] = 0xd65f03c0;	/* ret */
	}
	vm = vm_new(1, guest_registers, 0);
	vcpu_finish(&vm->vcpu[0]);
	for (u32 i = 0; i < NR_STUBS; i++) {
		const char *name = i < 2 * ARRAY_SIZE(secure) ? secure[i / 2].name : "maintenance";
		u64 n = (*vm_shared(vm, faults))[i], esr = (*vm_shared(vm, syndrome))[i];

		CHECK(n == 1, "%s: %#x: %lu exceptions", name, instruction(i), n);
		CHECK(n != 1 || esr >> 26 == 0, "%s: ESR %#lx", name, esr);
	}
}

static const struct ktap_case cases[] = {
	{ "calls of every owner", calls },
	{ "calls that the VMM answers", answered_by_vmm },
	{ "calls in AArch32", calls_aarch32 },
	{ "secure registers", registers },
};
KTAP_MAIN(cases)
