// SPDX-License-Identifier: GPL-2.0-only
/*
 * ID registers that user space changes, and the level of the ABI. Proves:
 *  - a feature that the guest's ID registers deny is undefined in it where the CPU
 *    can trap it, and is there where they do not
 *  - registers of features without a state are there as they should be: LORegions,
 *    error records of FEAT_RASv1p1; identification that is not there is reported
 *    as FEAT_IDST has it
 *  - WFIT ends at its count, and at once when that has passed
 *  - MIDR, REVIDR and AIDR as user space wants them, if it has asked in time
 *  - what can be written when, and its errors
 *  - a VM is of the level that the parameter "abi" had: PSCI's version, lists, masks
 *  - PSCI SYSTEM_OFF2, and the second bitmap of the vendor's calls
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/vm.h"

#define ENC(op0, op1, crn, crm, op2) \
	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define MRS(op0, op1, crn, crm, op2)	(0xd5200000 | ENC(op0, op1, crn, crm, op2))
#define SYS(op1, crn, crm, op2)		(0xd5000000 | ENC(1, op1, crn, crm, op2))
#define ID(crm, op2)	REG_SYS(3, 0, 0, crm, op2)

#define PFR0	ID(4, 0)
#define ISAR0	ID(6, 0)
#define ISAR1	ID(6, 1)
#define ISAR2	ID(6, 2)
#define MMFR0	ID(7, 0)
#define MMFR1	ID(7, 1)
#define MMFR2	ID(7, 2)
#define MIDR	REG_SYS(3, 0, 0, 0, 0)
#define REVIDR	REG_SYS(3, 0, 0, 0, 6)
#define AIDR	REG_SYS(3, 1, 0, 0, 7)
#define TCR2	REG_SYS(3, 0, 2, 0, 3)
#define BMAP_2	KVM_REG_ARM_VENDOR_HYP_BMAP_2

/*
 * What traps an instruction of a hidden feature: nothing of the CPU's own, fine-grained traps,
 * others.
 */
enum { ALWAYS, FGT, FGT_OR_EVT, HCX };

static const struct probe {
	const char *name;
	u32 insn;
	u64 reg;
	u8 shift, min, trap;
	bool maybe;		/* need not be there without error records */
} probes[] = {
	{ "TLBI VAE1OS", SYS(0, 8, 1, 1), ISAR0, 56, 1, FGT_OR_EVT },
	{ "TLBI RVAE1IS", SYS(0, 8, 2, 1), ISAR0, 56, 2, FGT },
	{ "TLBI RVAE1", SYS(0, 8, 6, 1), ISAR0, 56, 2, FGT },
	{ "TLBI RVAE1OS", SYS(0, 8, 5, 1), ISAR0, 56, 2, FGT },
	{ "DC CVAP", SYS(3, 7, 12, 1), ISAR1, 0, 1, FGT },
	{ "DC CVADP", SYS(3, 7, 13, 1), ISAR1, 0, 2, FGT },
	{ "CFP RCTX", SYS(3, 7, 3, 4), ISAR1, 40, 1, FGT },
	{ "DVP RCTX", SYS(3, 7, 3, 5), ISAR1, 40, 1, FGT },
	{ "CPP RCTX", SYS(3, 7, 3, 7), ISAR1, 40, 1, FGT },
	{ "AT S1E1RP", SYS(0, 7, 9, 0), MMFR1, 20, 2, FGT },
	{ "AT S1E1WP", SYS(0, 7, 9, 1), MMFR1, 20, 2, FGT },
	{ "SETP", 0x19c20420, ISAR2, 16, 1, HCX },
	{ "LORSA_EL1", MRS(3, 0, 10, 4, 0), MMFR1, 16, 1, ALWAYS },
	{ "LORID_EL1", MRS(3, 0, 10, 4, 7), MMFR1, 16, 1, ALWAYS },
	{ "ERRIDR_EL1", MRS(3, 0, 5, 3, 0), PFR0, 28, 1, ALWAYS },
	{ "ERXPFGF_EL1", MRS(3, 0, 5, 4, 4), PFR0, 28, 2, ALWAYS, true },
	{ "ERXMISC2_EL1", MRS(3, 0, 5, 5, 2), PFR0, 28, 2, ALWAYS, true },
};

/* An instruction and a return, written by the host before the guest starts. */
static u32 stub[ARRAY_SIZE(probes) + 4][2] __attribute__((aligned(64)));
static u64 value[ARRAY_SIZE(stub)], faults[ARRAY_SIZE(stub)], syndrome[ARRAY_SIZE(stub)];

static void guest_stubs(u64 n)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	for (u64 i = 0; i < n; i++) {
		u64 before = guest_nr_sync;

		/* an address, and nothing to set there */
		value[i] = ((u64 (*)(u64, u64, u64))stub[i])((u64)value, 0, 0);
		faults[i] = guest_nr_sync - before;
		syndrome[i] = guest_last_esr;
	}
}

static void put_stub(unsigned int i, u32 insn)
{
	stub[i][0] = insn;
	stub[i][1] = 0xd65f03c0;	/* ret */
}

static struct vm *probe_vm(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++)
		put_stub(i, probes[i].insn);
	return vm_new(1, guest_stubs, ARRAY_SIZE(probes));
}

static unsigned int nibble(u64 v, unsigned int shift)
{
	return v >> shift & 0xf;
}

static unsigned int field(struct vm *vm, u64 reg, unsigned int shift)
{
	return nibble(reg_read(&vm->vcpu[0], reg), shift);
}

static void offered(void)
{
	struct vm *vm = probe_vm();

	vcpu_finish(&vm->vcpu[0]);
	for (unsigned int i = 0; i < ARRAY_SIZE(probes); i++) {
		const struct probe *p = &probes[i];
		bool has = !p->maybe && field(vm, p->reg, p->shift) >= p->min;
		u64 n = (*vm_shared(vm, faults))[i];

		CHECK(!has || n == 0, "%s: %lu exceptions, ESR %#lx", p->name, n, (*vm_shared(vm, syndrome))[i]);
		if (has && (p->insn & 0xfff00000) == 0xd5300000)
			CHECK((*vm_shared(vm, value))[i] == 0, "%s", p->name);
	}
}

static bool traps(struct vm *vm, const struct probe *p)
{
	bool fgt = field(vm, MMFR0, 56);

	switch (p->trap) {
	case FGT:
		return fgt;
	case FGT_OR_EVT:
		return fgt || field(vm, MMFR2, 56) >= 2;
	case HCX:
		return field(vm, MMFR1, 40);
	}
	return true;
}

/*
 * Each register once with what a probe needs taken away: those of the same field follow each other.
 */
static void deny(const struct probe *p)
{
	struct vm *vm = probe_vm();
	u64 v = reg_read(&vm->vcpu[0], p->reg);

	if (nibble(v, p->shift) < p->min || !traps(vm, p)) {
		vm_free(vm);
		return;
	}
	v = (v & ~(0xful << p->shift)) | (u64)(p->min - 1) << p->shift;
	reg_write(&vm->vcpu[0], p->reg, v);
	vcpu_finish(&vm->vcpu[0]);
	for (const struct probe *q = probes; q < probes + ARRAY_SIZE(probes); q++) {
		u64 n = (*vm_shared(vm, faults))[q - probes],
		    esr = (*vm_shared(vm, syndrome))[q - probes];

		if (q->reg != p->reg || q->shift != p->shift || q->min < p->min || !traps(vm, q))
			continue;
		CHECK(n == 1 && esr >> 26 == 0, "%s: %lu exceptions, ESR %#lx", q->name, n, esr);
	}
	vm_free(vm);
}

static void denied(void)
{
	for (const struct probe *p = probes; p < probes + ARRAY_SIZE(probes); p++)
		if (p == probes || p->reg != p[-1].reg || p->shift != p[-1].shift ||
		    p->min != p[-1].min)
			deny(p);
}

static void idst(void)
{
	static const u32 insn[] = {
		MRS(3, 1, 0, 0, 2),	/* CCSIDR2_EL1 */
		MRS(3, 1, 0, 0, 4),	/* GMID_EL1 */
		MRS(3, 1, 0, 0, 6),	/* SMIDR_EL1 */
		0xd5000000 | ENC(3, 0, 0, 4, 0),	/* ID_AA64PFR0_EL1 written */
	};
	struct vm *vm = vm_new(0, NULL, 0);

	vm_free(vm);
	for (unsigned int i = 0; i < ARRAY_SIZE(insn); i++)
		put_stub(i, insn[i]);
	vm = vm_new(1, guest_stubs, ARRAY_SIZE(insn));
	vcpu_finish(&vm->vcpu[0]);
	for (unsigned int i = 0; i < ARRAY_SIZE(insn); i++) {
		u64 n = (*vm_shared(vm, faults))[i], ec = (*vm_shared(vm, syndrome))[i] >> 26;

		CHECK(n == 1, "%u: %lu", i, n);
		CHECK_EQ(ec, i < 3 && field(vm, MMFR2, 36) ? 0x18 : 0);
	}
}

static void guest_wfit(u64 cycles)
{
	for (unsigned int i = 0; i < 8; i++) {
		register u64 until asm("x1") = mrs(cntvct_el0) + cycles * (i & 1);

		asm volatile(".inst 0xd5031021" :: "r"(until) : "memory");	/* wfit x1 */
		isb();
		GUEST_ASSERT(mrs(cntvct_el0) >= until);
	}
	asm volatile(".inst 0xd503103f" ::: "memory");				/* wfit xzr */
	GUEST_SYNC(0, 0);
}

/* Nothing else can wake it: no interrupt is on. QEMU's "max" reports it as WFI. */
static void wfit(void)
{
	struct vm *vm = vm_new(1, guest_wfit, 300000);

	if (!field(vm, ISAR2, 0) || !(reg_read(&vm->vcpu[0], MIDR) >> 24))
		ktap_skip("no FEAT_WFxT");
	vcpu_finish(&vm->vcpu[0]);
}

static void guest_who(u64 arg)
{
	GUEST_SYNC(mrs(midr_el1), mrs(revidr_el1));
	GUEST_SYNC(mrs(s3_1_c0_c0_7), 0);
}

static int set(struct vm *vm, u64 reg, u64 v)
{
	return reg_set(vm->vcpu[0].fd, reg, &v);
}

static int enable_imp_id(int vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_WRITABLE_IMP_ID_REGS };

	return kvm(vm, KVM_ENABLE_CAP, &cap);
}

static void needs_imp_id(void)
{
	if (!kvm_cap(KVM_CAP_ARM_WRITABLE_IMP_ID_REGS))
		ktap_skip("no KVM_CAP_ARM_WRITABLE_IMP_ID_REGS");
}

static void start_late(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];

	*vcpu = (struct vcpu) { .vm = vm, .fd = vcpu_fd(vm->fd, 0) };
	vcpu->run = vcpu_map(vcpu->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, 0), 0);
	vcpu_start(vcpu, guest_who, 0);
}

static void implementation(void)
{
	struct ucall uc;
	struct vm *vm;

	needs_imp_id();
	vm = vm_new(0, NULL, 0);
	REQUIRE_EQ(enable_imp_id(vm->fd), 0);
	start_late(vm);
	CHECK_EQ(set(vm, MIDR, 0x1410fd0c1), -EINVAL);
	CHECK_EQ(set(vm, MIDR, 0x410fd0c1), 0);
	CHECK_EQ(set(vm, REVIDR, 0x123456789abcdef0), 0);
	CHECK_EQ(set(vm, AIDR, 0xfedcba9876543210), 0);
	uc = vcpu_ucall(&vm->vcpu[0]);
	CHECK_EQ(uc.a, 0x410fd0c1);
	CHECK_EQ(uc.b, 0x123456789abcdef0);
	CHECK_EQ(vcpu_ucall(&vm->vcpu[0]).a, 0xfedcba9876543210);
	CHECK_EQ(set(vm, MIDR, 0x410fd0c1), 0);
	CHECK_EQ(set(vm, MIDR, 0x410fd0c2), -EBUSY);
	CHECK_EQ(set(vm, AIDR, 0), -EBUSY);
}

/* Who has not asked, or only after the first vCPU, has the host's. */
static void implementation_fixed(void)
{
	struct vm *vm = vm_new(1, guest_who, 0);
	u64 midr = reg_read(&vm->vcpu[0], MIDR), revidr = reg_read(&vm->vcpu[0], REVIDR);
	struct ucall uc;

	CHECK_EQ(enable_imp_id(vm->fd), -EINVAL);
	CHECK_EQ(set(vm, MIDR, midr), 0);
	CHECK_EQ(set(vm, MIDR, midr ^ 1), -EINVAL);
	CHECK_EQ(set(vm, REVIDR, revidr ^ 1), -EINVAL);
	uc = vcpu_ucall(&vm->vcpu[0]);
	CHECK_EQ(uc.a, midr);
	CHECK_EQ(uc.b, revidr);
	CHECK_EQ(vcpu_ucall(&vm->vcpu[0]).a, reg_read(&vm->vcpu[0], AIDR));
	CHECK_EQ(set(vm, MIDR, midr ^ 1), -EINVAL);
}

static void guest_once(u64 arg)
{
}

static void errors(void)
{
	struct vm *vm = vm_new(1, guest_once, 0);
	u64 pfr0 = reg_read(&vm->vcpu[0], PFR0), mmfr1 = reg_read(&vm->vcpu[0], MMFR1);
	u64 ctr = reg_read(&vm->vcpu[0], REG_SYS(3, 3, 0, 0, 1));

	CHECK_EQ(set(vm, PFR0, pfr0 & ~0xful), -EINVAL);		/* no EL0 */
	CHECK_EQ(set(vm, PFR0, pfr0 & ~0xf0ul), -EINVAL);		/* no EL1 */
	/* no FP, no AdvSIMD */
	CHECK_EQ(set(vm, PFR0, (pfr0 & ~0xff0000ul) | 0xff0000), -EINVAL);
	CHECK_EQ(set(vm, MMFR1, mmfr1 ^ 0x300), -EINVAL);		/* VH */
	/* L1Ip is reserved */
	CHECK_EQ(set(vm, REG_SYS(3, 3, 0, 0, 1), ctr & ~0xc000ul), -EINVAL);
	CHECK_EQ(set(vm, PFR0, pfr0 & ~0xff00ul), 0);			/* neither EL2 nor EL3 */
	vcpu_finish(&vm->vcpu[0]);
	/* without the GIC that did not come */
	pfr0 = reg_read(&vm->vcpu[0], PFR0);
	CHECK_EQ(pfr0 & 0xff00, 0);
	CHECK_EQ(set(vm, PFR0, pfr0), 0);
	CHECK_EQ(set(vm, PFR0, pfr0 ^ 1ul << 48), -EBUSY);
	CHECK_EQ(set(vm, MMFR1, mmfr1), 0);
}

/* What KVM 6.12 wrote of the host's NV field, which later ones hide. */
static void deprecated_nv(void)
{
	struct vm *vm = vm_new(1, guest_once, 0);
	u64 mmfr2 = reg_read(&vm->vcpu[0], MMFR2);

	CHECK_EQ(set(vm, MMFR2, mmfr2 | 0xful << 24), -EINVAL);
	if (set(vm, MMFR2, mmfr2 | 2ul << 24))
		ktap_skip("not on this host");
	CHECK_EQ(reg_read(&vm->vcpu[0], MMFR2), mmfr2);
}

static bool choose(const char *level)
{
	int fd = open("/sys/module/keel/parameters/abi", O_WRONLY);
	bool done = fd >= 0 && write(fd, level, strlen(level)) > 0;

	close(fd);
	return done;
}

static bool listed(struct vm *vm, u64 id)
{
	struct kvm_reg_list *list = vcpu_reg_list(vm->vcpu[0].fd);
	bool found = false;

	for (u64 i = 0; i < list->n; i++)
		found |= list->reg[i] == id;
	free(list);
	return found;
}

static u64 mask(struct vm *vm, unsigned int crm, unsigned int op2)
{
	static u64 masks[KVM_ARM_FEATURE_ID_RANGE_SIZE];
	struct reg_mask_range range = { .addr = (u64)masks };

	REQUIRE_EQ(kvm(vm->fd, KVM_ARM_GET_REG_WRITABLE_MASKS, &range), 0);
	return masks[crm << 3 | op2];
}

/* Of a vCPU before KVM_ARM_VCPU_INIT. */
static void check_events(struct vm *vm, bool old)
{
	struct kvm_vcpu_events ev = {};
	int fd = vcpu_fd(vm->fd, 1);

	CHECK_EQ(kvm(fd, KVM_GET_VCPU_EVENTS, &ev), old ? 0 : -ENOEXEC);
	CHECK_EQ(kvm(fd, KVM_SET_VCPU_EVENTS, &ev), old ? 0 : -ENOEXEC);
	close(fd);
}

static void check_level(struct vm *vm, bool old)
{
	check_events(vm, old);
	CHECK_EQ(reg_read(&vm->vcpu[0], KVM_REG_ARM_PSCI_VERSION), old ? 0x10001 : 0x10003);
	CHECK_EQ(listed(vm, BMAP_2), !old);
	CHECK_EQ(listed(vm, TCR2), old);
	CHECK_EQ(set(vm, BMAP_2, 0), old ? -ENOENT : 0);
	CHECK_EQ(set(vm, TCR2, 0x1234), old ? 0 : -ENOENT);
	CHECK_EQ(kvm(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS), !old);
	CHECK_EQ(mask(vm, 0, 0), old ? 0 : 0xffffffff);
	CHECK_EQ(mask(vm, 7, 1) >> 40 & 0xf, old ? 0 : 0xf);	/* HCX */
	if (old)
		CHECK_EQ(reg_read(&vm->vcpu[0], TCR2), 0x1234);
}

static void level(void)
{
	struct vm *old, *new;

	if (access("/sys/module/keel/parameters/abi", W_OK))
		ktap_skip("no parameter abi");
	CHECK(!choose("6.13"));
	REQUIRE(choose("6.12\n"));
	CHECK_EQ(kvm_cap(KVM_CAP_ARM_WRITABLE_IMP_ID_REGS), 0);
	old = vm_new(1, guest_once, 0);
	REQUIRE(choose("7.3"));
	new = vm_new(1, guest_once, 0);
	check_level(old, true);
	check_level(new, false);
	CHECK_EQ(enable_imp_id(old->fd), -EINVAL);
	vcpu_finish(&old->vcpu[0]);
	vcpu_finish(&new->vcpu[0]);
}

static void guest_features(u64 arg)
{
	struct smccc r = guest_hvc(0x86000000, 0, 0, 0);

	GUEST_SYNC(r.a0, r.a2);
}

static void second_bitmap(void)
{
	struct vm *vm = vm_new(1, guest_features, 0);
	struct ucall uc;

	if (!listed(vm, BMAP_2))
		ktap_skip("no such bitmap");
	CHECK_EQ(reg_read(&vm->vcpu[0], BMAP_2), 0);
	CHECK_EQ(set(vm, BMAP_2, 4), -EINVAL);
	CHECK_EQ(set(vm, BMAP_2, 3), 0);
	uc = vcpu_ucall(&vm->vcpu[0]);
	CHECK_EQ(uc.a, 3);
	CHECK_EQ(uc.b, 3);
	CHECK_EQ(set(vm, BMAP_2, 3), 0);
	CHECK_EQ(set(vm, BMAP_2, 0), -EBUSY);
}

static void guest_off2(u64 arg)
{
	GUEST_EQ(guest_hvc(0xc4000015, 2, 0, 0).a0, -2);
	GUEST_EQ(guest_hvc(0xc4000015, 1, 0, 0).a0, -6);	/* user space goes on */
}

static void off2(void)
{
	struct vm *vm = vm_new(1, guest_off2, 0);
	struct kvm_mp_state on = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct vcpu *vcpu = &vm->vcpu[0];

	if (reg_read(vcpu, KVM_REG_ARM_PSCI_VERSION) < 0x10003)
		ktap_skip("PSCI 1.3");
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
	CHECK_EQ(vcpu->run->system_event.type, KVM_SYSTEM_EVENT_SHUTDOWN);
	CHECK_EQ(vcpu->run->system_event.ndata, 1);
	CHECK_EQ(vcpu->run->system_event.data[0], KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_MP_STATE, &on), 0);
	vcpu_finish(vcpu);
}

static const struct ktap_case cases[] = {
	{ "features that are offered are there", offered },
	{ "features that are denied are undefined", denied },
	{ "identification that is not there", idst },
	{ "WFIT", wfit },
	{ "implementation of user space's choice", implementation },
	{ "implementation of the host's", implementation_fixed },
	{ "errors", errors },
	{ "a field that once was shown", deprecated_nv },
	{ "levels", level },
	{ "second bitmap of the vendor's calls", second_bitmap },
	{ "SYSTEM_OFF2", off2 },
};
KTAP_MAIN(cases)
