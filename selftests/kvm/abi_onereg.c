// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers by KVM_{GET,SET}_ONE_REG and their list. Proves:
 *  - GET_REG_LIST: E2BIG writes the count back; no duplicates; the registers
 *    every VMM needs are there
 *  - every listed register can be read and set to what it was, also after
 *    the vCPU has run
 *  - the errors for unknown ids, bad sizes, bad pointers
 *  - core, FP and EL1 registers hold what is written; PSTATE refuses modes a
 *    guest cannot be in
 *  - the timer's counter and compare value have each other's encodings
 *  - ID registers that cannot change refuse to
 *  - CCSIDR_EL1 has the lines that CTR_EL0 tells of, of instructions and of data
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/vm.h"

#define REG_CTR		REG_SYS(3, 3, 0, 0, 1)
#define REG_CCSIDR(n)	(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | (n))

static struct vm *vm;
static struct vcpu *vcpu;

static void guest_once(u64 arg)
{
}

static void setup(void)
{
	vm = vm_new(1, guest_once, 0);
	vcpu = &vm->vcpu[0];
}

static bool listed(const struct kvm_reg_list *list, u64 id)
{
	for (u64 i = 0; i < list->n; i++)
		if (list->reg[i] == id)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void list_calls(void)
{
	struct { struct kvm_reg_list list; u64 reg[4]; } small = { { .n = 4 }, { 1, 2, 3, 4 } };
	struct kvm_reg_list *list;

	setup();
	list = vcpu_reg_list(vcpu->fd);
	CHECK(list->n > 100, "%llu", list->n);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_REG_LIST, &small), -E2BIG);
	CHECK_EQ(small.list.n, list->n);
	CHECK_EQ(small.reg[0], 1);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_REG_LIST, 0), -EFAULT);
	qsort(list->reg, list->n, sizeof(list->reg[0]), compare);
	for (u64 i = 1; i < list->n; i++)
		CHECK(list->reg[i] != list->reg[i - 1], "%#llx twice", list->reg[i]);
	for (u64 i = 0; i < list->n; i++)
		CHECK((list->reg[i] & KVM_REG_ARCH_MASK) == KVM_REG_ARM64, "%#llx", list->reg[i]);
}

static const u64 needed[] = {
	REG_SP, REG_PC, REG_PSTATE, REG_SP_EL1, REG_ELR_EL1, REG_SPSR_EL1,
	REG_CORE(spsr[1], U64), REG_CORE(spsr[2], U64), REG_CORE(spsr[3], U64),
	REG_CORE(spsr[4], U64), REG_FPSR, REG_FPCR,
	KVM_REG_ARM_PSCI_VERSION,
	KVM_REG_ARM_TIMER_CTL, KVM_REG_ARM_TIMER_CNT, KVM_REG_ARM_TIMER_CVAL,
	REG_MPIDR, REG_SCTLR,
	REG_SYS(3, 0, 0, 0, 0),		/* MIDR_EL1 */
	REG_SYS(3, 0, 1, 0, 2),		/* CPACR_EL1 */
	REG_SYS(3, 0, 2, 0, 0),		/* TTBR0_EL1 */
	REG_SYS(3, 0, 2, 0, 1),		/* TTBR1_EL1 */
	REG_SYS(3, 0, 2, 0, 2),		/* TCR_EL1 */
	REG_SYS(3, 0, 5, 1, 0),		/* AFSR0_EL1 */
	REG_SYS(3, 0, 5, 1, 1),		/* AFSR1_EL1 */
	REG_SYS(3, 0, 5, 2, 0),		/* ESR_EL1 */
	REG_SYS(3, 0, 6, 0, 0),		/* FAR_EL1 */
	REG_SYS(3, 0, 7, 4, 0),		/* PAR_EL1 */
	REG_SYS(3, 0, 10, 2, 0),	/* MAIR_EL1 */
	REG_SYS(3, 0, 10, 3, 0),	/* AMAIR_EL1 */
	REG_SYS(3, 0, 12, 0, 0),	/* VBAR_EL1 */
	REG_SYS(3, 0, 12, 1, 1),	/* DISR_EL1 */
	REG_SYS(3, 0, 13, 0, 1),	/* CONTEXTIDR_EL1 */
	REG_SYS(3, 0, 13, 0, 4),	/* TPIDR_EL1 */
	REG_SYS(3, 0, 14, 1, 0),	/* CNTKCTL_EL1 */
	REG_SYS(3, 2, 0, 0, 0),		/* CSSELR_EL1 */
	REG_SYS(3, 3, 0, 0, 1),		/* CTR_EL0 */
	REG_SYS(3, 1, 0, 0, 1),		/* CLIDR_EL1 */
	REG_SYS(3, 3, 13, 0, 2),	/* TPIDR_EL0 */
	REG_SYS(3, 3, 13, 0, 3),	/* TPIDRRO_EL0 */
	REG_SYS(2, 0, 0, 2, 2),		/* MDSCR_EL1 */
	REG_SYS(2, 0, 0, 2, 0),		/* MDCCINT_EL1 */
};

static void list_contents(void)
{
	struct kvm_reg_list *list;

	setup();
	list = vcpu_reg_list(vcpu->fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++)
		CHECK(listed(list, needed[i]), "%#lx", needed[i]);
	for (unsigned int i = 0; i < 31; i++)
		CHECK(listed(list, REG_X(i)), "x%u", i);
	for (unsigned int i = 0; i < 32; i++)
		CHECK(listed(list, REG_V(i)), "v%u", i);
	for (unsigned int i = 0; i < 16 * 8; i++)	/* debug registers */
		if ((i & 7) >= 4)
			CHECK(listed(list, REG_SYS(2, 0, 0, i >> 3, i & 7)), "%u", i);
	for (unsigned int i = 8; i < 64; i++)		/* the whole ID space */
		CHECK(listed(list, REG_SYS(3, 0, 0, i >> 3, i & 7)), "c%u,%u", i >> 3, i & 7);
}

static void set_all(int fd)
{
	struct kvm_reg_list *list = vcpu_reg_list(fd);

	for (u64 i = 0; i < list->n; i++) {
		char before[256], after[256];
		u64 id = list->reg[i];
		int ret = reg_get(fd, id, before);

		if (!CHECK(ret == 0, "get %#lx: %d", id, ret))
			continue;
		ret = reg_set(fd, id, before);
		CHECK(ret == 0, "set %#lx: %d", id, ret);
		if (id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT)
			continue;
		memset(after, 0x55, sizeof(after));
		CHECK(reg_get(fd, id, after) == 0);
		CHECK(memcmp(before, after, REG_SIZE(id)) == 0, "%#lx changed", id);
	}
	free(list);
}

static void set_to_same(void)
{
	setup();
	set_all(vcpu->fd);
}

static void set_to_same_later(void)
{
	setup();
	vcpu_finish(vcpu);
	set_all(vcpu->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, 0), 0);
	set_all(vcpu->fd);
}

static void copy_to_other_vm(void)
{
	struct kvm_reg_list *list;
	struct vm *other;

	setup();
	vcpu_finish(vcpu);
	list = vcpu_reg_list(vcpu->fd);
	other = vm_new(1, guest_once, 0);
	for (u64 i = 0; i < list->n; i++) {
		char value[256];
		int ret;

		REQUIRE_EQ(reg_get(vcpu->fd, list->reg[i], value), 0);
		ret = reg_set(other->vcpu[0].fd, list->reg[i], value);
		CHECK(ret == 0, "set %#llx: %d", list->reg[i], ret);
	}
	CHECK_EQ(reg_read(&other->vcpu[0], REG_PC), reg_read(vcpu, REG_PC));
	memcpy(other->ram, vm->ram, RAM_SIZE);
	vcpu_finish(&other->vcpu[0]);
}

static int get(u64 id)
{
	char value[2048];

	return reg_get(vcpu->fd, id, value);
}

static int set(u64 id, u64 v)
{
	u64 value[4] = { v };

	return reg_set(vcpu->fd, id, value);
}

static u64 resize(u64 id, u64 size)
{
	return (id & ~KVM_REG_SIZE_MASK) | size;
}

static void errors(void)
{
	struct kvm_one_reg reg = { REG_PC, 0 };

	setup();
	CHECK_EQ(get(0), -EINVAL);
	CHECK_EQ(get(KVM_REG_X86 | KVM_REG_SIZE_U64), -EINVAL);
	CHECK_EQ(get(resize(REG_PC, KVM_REG_SIZE_U32)), -EINVAL);
	CHECK_EQ(get(resize(REG_PC, KVM_REG_SIZE_U128)), -EINVAL);
	CHECK_EQ(get(resize(REG_V(0), KVM_REG_SIZE_U64)), -EINVAL);
	CHECK_EQ(get(resize(REG_FPSR, KVM_REG_SIZE_U64)), -EINVAL);
	CHECK_EQ(get(REG_X(0) + 1), -EINVAL);		/* not at its start */
	CHECK_EQ(get(REG_V(0) + 2), -EINVAL);
	CHECK_EQ(get(REG_FPCR + 1), -EINVAL);		/* padding */
	CHECK_EQ(get(REG_FPCR + 1000), -ENOENT);	/* beyond the last */
	CHECK_EQ(get(resize(REG_SCTLR, KVM_REG_SIZE_U32)), -ENOENT);
	CHECK_EQ(get(REG_SYS(3, 7, 15, 15, 7)), -ENOENT);
	CHECK_EQ(set(REG_SYS(3, 7, 15, 15, 7), 0), -ENOENT);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_ONE_REG, &reg), -EFAULT);
	CHECK_EQ(kvm(vcpu->fd, KVM_SET_ONE_REG, &reg), -EFAULT);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_ONE_REG, 0), -EFAULT);
}

/* Any id with the guest's architecture: an answer or an error, nothing else. */
static void random_ids(void)
{
	u64 seed = 1;

	setup();
	for (unsigned int i = 0; i < 20000; i++) {
		u64 id;
		int ret;

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		id = KVM_REG_ARM64 | (seed >> 60 & 7) << KVM_REG_SIZE_SHIFT |
		     (seed >> 48 & 0x1f) << KVM_REG_ARM_COPROC_SHIFT | (seed >> 24 & 0xffff);
		ret = get(id);
		CHECK(ret == 0 || ret == -ENOENT || ret == -EINVAL || ret == -EBUSY ||
		      ret == -EPERM, "%#lx: %d", id, ret);
	}
}

static void round_trip(u64 id, u64 v)
{
	u64 got[2] = { 0 };

	CHECK(set(id, v) == 0, "%#lx", id);
	CHECK(reg_get(vcpu->fd, id, got) == 0, "%#lx", id);
	CHECK(got[0] == v, "%#lx is %#lx, want %#lx", id, got[0], v);
}

static void core(void)
{
	setup();
	for (unsigned int i = 0; i < 31; i++)
		round_trip(REG_X(i), 0x1111111111111111ul * (i & 15) + i);
	round_trip(REG_SP, 0xfedcba9876543210);
	round_trip(REG_PC, 0xffff800012345678);
	round_trip(REG_SP_EL1, 0x0123456789abcdef);
	round_trip(REG_ELR_EL1, 0xaaaa5555aaaa5555);
	round_trip(REG_SPSR_EL1, 0x3c5);
	round_trip(REG_FPSR, 0x0800009f);
	round_trip(REG_FPCR, 0x07000000);
	for (unsigned int i = 0; i < 31; i++)
		CHECK_EQ(reg_read(vcpu, REG_X(i)), 0x1111111111111111ul * (i & 15) + i);
	for (unsigned int i = 0; i < 32; i++) {
		u64 v[2] = { i * 0x0101010101010101ul, ~(u64)i }, got[2];

		CHECK_EQ(reg_set(vcpu->fd, REG_V(i), v), 0);
		CHECK_EQ(reg_get(vcpu->fd, REG_V(i), got), 0);
		CHECK(memcmp(v, got, 16) == 0, "v%u", i);
	}
}

static void pstate(void)
{
	static const u8 bad[] = {	/* EL2, EL3, reserved, 32-bit modes */
		0x8, 0x9, 0xc, 0xd, 0x1, 0x2, 0x3, 0x6, 0x7, 0xf, 0x16, 0x1a, 0x1c,
	};

	setup();
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0x3c5);	/* EL1h, all masked */
	round_trip(REG_PSTATE, 0x3c4);
	round_trip(REG_PSTATE, 0x0);
	round_trip(REG_PSTATE, 0xf00003c5);
	for (unsigned int i = 0; i < sizeof(bad); i++)
		CHECK(set(REG_PSTATE, 0x3c0 | bad[i]) == -EINVAL, "mode %#x", bad[i]);
	if (!kvm_cap(KVM_CAP_ARM_EL1_32BIT))
		CHECK_EQ(set(REG_PSTATE, 0x1d3), -EINVAL);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0xf00003c5);
	/* what a VMM leaves above the 32 bits that it knows */
	CHECK_EQ(set(REG_PSTATE, 0xdeadbeef600003c4), 0);
	if (on_keel())
		CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0x600003c4);
}

/* What is written while PSTATE says so has 32 bits, whichever comes first. */
static void aarch32_el0(void)
{
	setup();
	if (set(REG_PSTATE, 0x10))
		ktap_skip("no AArch32 at EL0");
	CHECK_EQ(set(REG_PC, 1ul << 40 | 0x1000), 0);
	CHECK_EQ(set(REG_X(3), 1ul << 40 | 0x1234), 0);
	CHECK_EQ(reg_read(vcpu, REG_PC), 0x1000);
	CHECK_EQ(reg_read(vcpu, REG_X(3)), 0x1234);
}

static void el1(void)
{
	setup();
	round_trip(REG_SYS(3, 0, 2, 0, 0), 0x0007000012345000);	/* TTBR0_EL1 */
	round_trip(REG_SYS(3, 0, 2, 0, 1), 0x0009000087654000);	/* TTBR1_EL1 */
	round_trip(REG_SYS(3, 0, 2, 0, 2), 0x00000005b5193519);	/* TCR_EL1 */
	round_trip(REG_SYS(3, 0, 1, 0, 2), 0x300000);		/* CPACR_EL1 */
	round_trip(REG_SYS(3, 0, 5, 2, 0), 0x96000045);		/* ESR_EL1 */
	round_trip(REG_SYS(3, 0, 6, 0, 0), 0xffff0000deadbeef);	/* FAR_EL1 */
	round_trip(REG_SYS(3, 0, 10, 2, 0), 0x00440c0400ff4404);	/* MAIR_EL1 */
	round_trip(REG_SYS(3, 0, 12, 0, 0), 0xffff800010000800);	/* VBAR_EL1 */
	round_trip(REG_SYS(3, 0, 13, 0, 1), 0x12345678);		/* CONTEXTIDR_EL1 */
	round_trip(REG_SYS(3, 0, 13, 0, 4), 0xa5a5a5a55a5a5a5a);	/* TPIDR_EL1 */
	round_trip(REG_SYS(3, 3, 13, 0, 2), 0x1122334455667788);	/* TPIDR_EL0 */
	round_trip(REG_SYS(3, 3, 13, 0, 3), 0x8877665544332211);	/* TPIDRRO_EL0 */
	round_trip(REG_SYS(3, 0, 14, 1, 0), 0x3);		/* CNTKCTL_EL1 */
}

static void timer(void)
{
	u64 a, b, cvals[] = { 0, 1, 0x123456789abcdef0, ~0ul };

	setup();
	/* The document's constants: CNT is 3,3,14,3,2 and CVAL 3,3,14,0,2. */
	CHECK_EQ(KVM_REG_ARM_TIMER_CNT, REG_SYS(3, 3, 14, 3, 2));
	CHECK_EQ(KVM_REG_ARM_TIMER_CVAL, REG_SYS(3, 3, 14, 0, 2));
	for (unsigned int i = 0; i < ARRAY_SIZE(cvals); i++)
		round_trip(KVM_REG_ARM_TIMER_CVAL, cvals[i]);
	a = reg_read(vcpu, KVM_REG_ARM_TIMER_CNT);
	usleep(2000);
	b = reg_read(vcpu, KVM_REG_ARM_TIMER_CNT);
	CHECK(b > a, "%#lx then %#lx", a, b);
	reg_write(vcpu, KVM_REG_ARM_TIMER_CNT, 1ul << 50);
	b = reg_read(vcpu, KVM_REG_ARM_TIMER_CNT);
	CHECK(b >= 1ul << 50 && b < (1ul << 50) + (1ul << 40), "%#lx", b);
	reg_write(vcpu, KVM_REG_ARM_TIMER_CTL, 3);
	CHECK_EQ(reg_read(vcpu, KVM_REG_ARM_TIMER_CTL) & 3, 3);
}

static void psci_version(void)
{
	u64 version;

	setup();
	version = reg_read(vcpu, KVM_REG_ARM_PSCI_VERSION);
	CHECK(version >= 0x10000 && version <= 0x10003, "%#lx", version);
	CHECK_EQ(set(KVM_REG_ARM_PSCI_VERSION, 2), 0);		/* 0.2 */
	CHECK_EQ(reg_read(vcpu, KVM_REG_ARM_PSCI_VERSION), 2);
	CHECK_EQ(set(KVM_REG_ARM_PSCI_VERSION, 0x10000), 0);
	CHECK_EQ(set(KVM_REG_ARM_PSCI_VERSION, version), 0);
	CHECK_EQ(set(KVM_REG_ARM_PSCI_VERSION, 0), -EINVAL);	/* 0.1 is a feature's absence */
	CHECK_EQ(set(KVM_REG_ARM_PSCI_VERSION, 0x20000), -EINVAL);
}

static void id_registers(void)
{
	setup();
	CHECK_EQ(reg_read(vcpu, REG_MPIDR) & 0xff00fffffful, 0);
	CHECK(reg_read(vcpu, REG_MPIDR) & 1ul << 31);
	/* Bits no guest may claim. */
	CHECK_EQ(set(REG_SYS(3, 0, 0, 4, 0), reg_read(vcpu, REG_SYS(3, 0, 0, 4, 0)) | 0xf00), -EINVAL);
	CHECK_EQ(set(REG_SYS(3, 0, 0, 7, 0), reg_read(vcpu, REG_SYS(3, 0, 0, 7, 0)) ^ 0xf), -EINVAL);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 0, 4, 3)), 0);	/* unallocated: zero */
	CHECK_EQ(set(REG_SYS(3, 0, 0, 4, 3), 1), -EINVAL);
}

static int set_ccsidr(u32 csselr, u32 val)
{
	return reg_set(vcpu->fd, REG_CCSIDR(csselr), &val);
}

static u32 ccsidr(u32 csselr)
{
	u32 val = 0;

	CHECK_EQ(reg_get(vcpu->fd, REG_CCSIDR(csselr), &val), 0);
	return val;
}

/* A cache's lines are as long as CTR_EL0 says, of instructions or of data, and no shorter. */
static void cache_lines(void)
{
	u64 ctr;

	setup();
	ctr = reg_read(vcpu, REG_CTR);
	/* lines of 64 and 32 bytes; log2 of words there, log2 of bytes less 4 here */
	for (unsigned int ind = 0; ind < 2; ind++) {
		u64 val = (ctr & ~(0xful << 16 | 0xful)) | (ind ? 4 : 3) << 16 | (ind ? 3 : 4);

		if (set(REG_CTR, val))
			ktap_skip("CTR_EL0 takes no other lines");
		CHECK_EQ(ccsidr(ind) & 7, 1);
		CHECK_EQ(ccsidr(!ind) & 7, 2);
		CHECK_EQ(set_ccsidr(ind, ccsidr(ind) & ~7u), -EINVAL);
		CHECK_EQ(set_ccsidr(!ind, (ccsidr(!ind) & ~7u) | 1), -EINVAL);
	}
	CHECK_EQ(set_ccsidr(0, (ccsidr(0) & ~7u) | 2), 0);
	CHECK_EQ(ccsidr(0) & 7, 2);
}

static const struct ktap_case cases[] = {
	{ "GET_REG_LIST: calls", list_calls },
	{ "GET_REG_LIST: contents", list_contents },
	{ "every register set to what it was", set_to_same },
	{ "the same after a run and a reset", set_to_same_later },
	{ "every register copied to another VM", copy_to_other_vm },
	{ "errors", errors },
	{ "random ids", random_ids },
	{ "core and FP registers", core },
	{ "PSTATE", pstate },
	{ "registers of AArch32 at EL0", aarch32_el0 },
	{ "EL1 registers", el1 },
	{ "timer registers", timer },
	{ "PSCI version", psci_version },
	{ "ID registers", id_registers },
	{ "lines of caches", cache_lines },
};
KTAP_MAIN(cases)
