// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same as nisv.c for AArch32: loads and stores to no memory that the CPU does not
 * describe, decoded. Proves:
 *  - registers and bytes come out as by the CPU itself from memory, for A32 and T32 at EL0:
 *    pairs, lists, write-back, the stack, registers of floating point, in both byte orders
 *  - at EL1 the registers are those of the mode, and the instruction is found with the MMU
 *    off, and by the short and the long format of tables
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/lab.h"

static u32 pick(u32 n)
{
	return lab_random() % n;
}

static struct lab_trial trial(u32 insn, u32 base, u32 bytes, u32 part, s64 off)
{
	return (struct lab_trial) {
		.insn = insn, .base = base, .bytes = bytes, .part = part, .align = 4, .off = off, .index = 31,
	};
}

/* Four of r0 to r12, the first with the next even one behind it. */
static void registers(u32 r[4])
{
	do {
		r[0] = pick(6) * 2;
		for (u32 i = 1; i < 4; i++)
			r[i] = pick(13);
	} while (r[0] / 2 == r[1] / 2 || r[0] / 2 == r[2] / 2 || r[0] / 2 == r[3] / 2 ||
		 r[1] == r[2] || r[1] == r[3] || r[2] == r[3]);
}

/* Offset, pre-indexed or post-indexed, as P and W of A32. */
static u32 indexing(bool *pre)
{
	u32 how = pick(3);

	*pre = how;
	return how == 0 ? 0 : how == 1 ? 1 << 24 : 1 << 24 | 1 << 21;
}

static s64 with_sign(u32 up, s64 off)
{
	return up ? off : -off;
}

static u32 shifted(u32 v, u32 type, u32 by)
{
	switch (type) {
	case 0:
		return v << by;
	case 1:
		return by ? v >> by : 0;
	case 2:
		return (int)v >> (by ?: 31);
	}
	return by ? v >> by | v << (32 - by) : v >> 1;	/* the carry is clear */
}

/* LDR, STR, LDRB, STRB with write-back */
static struct lab_trial a_word(void)
{
	u32 pre = pick(2), up = pick(2), byte = pick(2), load = pick(2), by_reg = pick(2),
	    imm = pick(4096), r[4];
	u32 type = pick(4), by = pick(32), val = lab_random(), pw = pre ? 1 << 24 | 1 << 21 : 0;
	struct lab_trial t;

	registers(r);
	t = trial(0xe4000000 | pw | up << 23 | byte << 22 | load << 20 | r[1] << 16 | r[0] << 12,
		  r[1], byte ? 1 : 4, byte ? 1 : 4, 0);
	t.align = 1;
	t.insn |= by_reg ? 1 << 25 | by << 7 | type << 5 | r[2] : imm;
	if (pre)
		t.off = with_sign(up, by_reg ? shifted(val, type, by) : imm);
	if (by_reg) {
		t.index = r[2];
		t.index_val = val;
	}
	return t;
}

/* LDRH, STRH, LDRSB, LDRSH with write-back */
static struct lab_trial a_half(void)
{
	static const struct { u32 bits, size; } ops[] = {
		{ 0xb0, 2 }, { 1 << 20 | 0xb0, 2 }, { 1 << 20 | 0xd0, 1 }, { 1 << 20 | 0xf0, 2 },
	};
	u32 pre = pick(2), up = pick(2), imm = pick(256), op = pick(4), r[4];
	struct lab_trial t;

	registers(r);
	t = trial(0xe0400000 | (pre ? 1 << 24 | 1 << 21 : 0) | up << 23 | ops[op].bits |
			  r[1] << 16 | r[0] << 12 | (imm & 0xf0) << 4 | (imm & 0xf),
		  r[1], ops[op].size, ops[op].size, pre ? with_sign(up, imm) : 0);
	t.align = 1;
	return t;
}

static struct lab_trial a_dual(void)
{
	bool pre;
	u32 pw = indexing(&pre), up = pick(2), store = pick(2), by_reg = pick(2), imm = pick(256),
	    val = lab_random(), r[4];
	struct lab_trial t;

	registers(r);
	t = trial(0xe00000d0 | pw | up << 23 | store << 5 | r[1] << 16 | r[0] << 12, r[1], 8, 4, 0);
	t.insn |= by_reg ? r[2] : 1 << 22 | (imm & 0xf0) << 4 | (imm & 0xf);
	if (pre)
		t.off = with_sign(up, by_reg ? val : imm);
	if (by_reg) {
		t.index = r[2];
		t.index_val = val;
	}
	return t;
}

/* Lists without the base; 0x7fff: r0 to r14 */
static u32 list(u32 mask, u32 base)
{
	u32 l;

	do
		l = lab_random() & mask & ~(1u << base);
	while (__builtin_popcount(l) < 2);
	return l;
}

static struct lab_trial a_list(void)
{
	u32 p = pick(2), u = pick(2), w = pick(2), load = pick(2), base = pick(15),
	    l = list(0x7fff, base);
	s64 bytes = 4 * __builtin_popcount(l);

	return trial(0xe8000000 | p << 24 | u << 23 | w << 21 | load << 20 | base << 16 | l, base,
		     bytes, 4,
		     u	 ? p ? 4 : 0
		     : p ? -bytes
			 : 4 - bytes);
}

static struct lab_trial a_float(void)
{
	u32 up = pick(2), load = pick(2), dbl = pick(2), imm = pick(256), base = pick(15);

	return trial(0xed000a00 | up << 23 | pick(2) << 22 | load << 20 | base << 16 |
			     pick(16) << 12 | dbl << 8 | imm,
		     base, dbl ? 8 : 4, dbl ? 8 : 4, with_sign(up, 4 * imm));
}

static struct lab_trial floats(void)
{
	u32 down = pick(2), w = down | pick(2), load = pick(2), dbl = pick(2), d = pick(2),
	    vd = pick(16), base = pick(15);
	u32 first = dbl ? d << 4 | vd : vd << 1 | d, max = dbl && 32 - first > 16 ? 16 : 32 - first, n = 1 + pick(max);
	s64 bytes = n * (dbl ? 8 : 4);

	return trial(0xec000a00 | down << 24 | !down << 23 | d << 22 | w << 21 | load << 20 |
			     base << 16 | vd << 12 | dbl << 8 | bytes / 4,
		     base, bytes, dbl ? 8 : 4, down ? -bytes : 0);
}

static struct lab_trial t_dual(void)
{
	bool pre;
	u32 pw = indexing(&pre), up = pick(2), load = pick(2), imm = pick(256), r[4];

	pw |= pre ? 0 : 1 << 21;
	registers(r);
	return trial(0xe8400000 | pw | up << 23 | load << 20 | r[1] << 16 | r[0] << 12 | r[2] << 8 |
			     imm,
		     r[1], 8, 4, pre ? with_sign(up, 4 * imm) : 0);
}

/* Bytes, halves and words, signed too, with write-back */
static struct lab_trial t_single(void)
{
	u32 pre = pick(2), up = pick(2), log2 = pick(3), sign = log2 < 2 ? pick(2) : 0,
	    load = sign | pick(2);
	u32 imm = pick(256), r[4];
	struct lab_trial t;

	registers(r);
	t = trial(0xf8000900 | sign << 24 | log2 << 21 | load << 20 | r[1] << 16 | r[0] << 12 |
			  pre << 10 | up << 9 | imm,
		  r[1], 1 << log2, 1 << log2, pre ? with_sign(up, imm) : 0);
	t.align = 1;
	return t;
}

static struct lab_trial t_list(void)
{
	u32 down = pick(2), w = pick(2), load = pick(2), base = pick(13), l = list(0x5fff, base);
	s64 bytes = 4 * __builtin_popcount(l);

	return trial(0xe8000000 | down << 24 | !down << 23 | w << 21 | load << 20 | base << 16 | l,
		     base, bytes, 4, down ? -bytes : 0);
}

static struct lab_trial t_short_list(void)
{
	u32 load = pick(2), base = pick(8), l = list(0xff, base);

	return trial(0xc000 | load << 11 | base << 8 | l, base, 4 * __builtin_popcount(l), 4, 0);
}

static struct lab_trial t_stack(void)
{
	u32 load = pick(2), l = list(0xff, 15), lr = load ? 0 : pick(2);
	s64 bytes = 4 * (__builtin_popcount(l) + lr);

	return trial(0xb400 | load << 11 | lr << 8 | l, 13, bytes, 4, load ? 0 : -bytes);
}

typedef struct lab_trial (*kind_fn)(void);

static void compare(u32 pstate, const kind_fn *kinds, unsigned int n)
{
	struct lab *lab;

	if (!(reg_read(&vm_new(1, NULL, 0)->vcpu[0], REG_SYS(3, 0, 0, 4, 0)) & 2))
		ktap_skip("no AArch32 at EL0");
	lab = lab_new(pstate, false);
	for (unsigned int i = 0; i < ktap_times(12) * n; i++) {
		struct lab_trial t = kinds[i % n]();

		lab_compare(lab, &t);
	}
}

static const kind_fn in_a32[] = { a_word, a_word, a_half, a_dual, a_list, a_list, a_float, floats };
static const kind_fn in_t32[] = { t_dual, t_single, t_list, t_short_list, t_stack, a_float, floats };

static void a32(void)		{ compare(LAB_A32, in_a32, ARRAY_SIZE(in_a32)); }
static void a32_big(void)	{ compare(LAB_A32 | LAB_E32, in_a32, ARRAY_SIZE(in_a32)); }
static void t32(void)		{ compare(LAB_T32, in_t32, ARRAY_SIZE(in_t32)); }
static void t32_big(void)	{ compare(LAB_T32 | LAB_E32, in_t32, ARRAY_SIZE(in_t32)); }

/* --- EL1 --- */

#define BASE	0x80000000ul	/* RAM */
#define IO	0x10000000ul
#define TABLES	0x4000		/* in RAM */
#define SVC	0x1d3
#define SP_SVC	19
#define LR_SVC	18
#define REG_TTBR0	REG_SYS(3, 0, 2, 0, 0)
#define REG_TCR	REG_SYS(3, 0, 2, 0, 2)
#define REG_MAIR	REG_SYS(3, 0, 10, 2, 0)
#define REG_DACR	REG_SYS(3, 4, 3, 0, 0)

struct machine {
	struct vm vm;
	struct vcpu v;
	u32 *ram;
};

static struct machine *boot(void)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (kvm_cap(KVM_CAP_ARM_EL1_32BIT) != 1 || kvm_cap(KEEL_CAP_ARM_DECODE_NISV) != 1)
		ktap_skip("no AArch32 at EL1, or no KEEL_CAP_ARM_DECODE_NISV");
	m->vm.fd = vm_fd(0);
	m->ram = vm_alloc(1 << 20, PAGE);
	REQUIRE_EQ(vm_slot(m->vm.fd, 0, 0, BASE, 1 << 20, m->ram), 0);
	REQUIRE_EQ(vm_decode(m->vm.fd, 1), 0);
	m->v.vm = &m->vm;
	m->v.fd = vcpu_fd(m->vm.fd, 0);
	m->v.run = vcpu_map(m->v.fd);
	REQUIRE_EQ(vcpu_init_fd(m->vm.fd, m->v.fd, 1u << KVM_ARM_VCPU_EL1_32BIT), 0);
	reg_write(&m->v, REG_PSTATE, SVC);
	return m;
}

static void stored(struct machine *m, u64 at, u32 val)
{
	struct kvm_run *run = m->v.run;
	int ret = vcpu_run(&m->v);

	REQUIRE(ret == 0 && run->exit_reason == KVM_EXIT_MMIO, "%d exit %u pc %#lx", ret, run->exit_reason,
		reg_read(&m->v, REG_PC));
	CHECK_EQ(run->mmio.phys_addr, at);
	CHECK_EQ(run->mmio.len, 4);
	CHECK(run->mmio.is_write && !memcmp(run->mmio.data, &val, 4), "%#lx", at);
}

/* The stack of Supervisor mode, with write-back; then an access that is described. */
static void push(struct machine *m)
{
	m->ram[0] = 0xe92d4010;	/* push {r4, lr} */
	m->ram[1] = 0xe58a4000;	/* str r4, [r10] */
	__builtin___clear_cache((char *)m->ram, (char *)&m->ram[2]);
	reg_write(&m->v, REG_PC, BASE);
	reg_write(&m->v, REG_X(4), 0x44444444);
	reg_write(&m->v, REG_X(10), IO + 0x20);
	reg_write(&m->v, REG_X(SP_SVC), IO + 0x108);
	reg_write(&m->v, REG_X(LR_SVC), 0xeeeeeeee);
	stored(m, IO + 0x100, 0x44444444);
	CHECK_EQ(reg_read(&m->v, REG_X(SP_SVC)), IO + 0x108);
	stored(m, IO + 0x104, 0xeeeeeeee);
	stored(m, IO + 0x20, 0x44444444);
	CHECK_EQ(reg_read(&m->v, REG_X(SP_SVC)), IO + 0x100);
}

static void mmu_off(void)
{
	push(boot());
}

static void mmu_on(struct machine *m, u64 ttbcr)
{
	reg_write(&m->v, REG_TTBR0, BASE + TABLES);
	reg_write(&m->v, REG_TCR, ttbcr);
	reg_write(&m->v, REG_MAIR, 0x00ff);
	reg_write(&m->v, REG_DACR, 1);
	reg_write(&m->v, REG_SCTLR, reg_read(&m->v, REG_SCTLR) | 1);
	push(m);
}

/* Sections: normal memory, strongly ordered memory */
static void short_format(void)
{
	struct machine *m = boot();
	u32 *table = m->ram + TABLES / 4;

	table[BASE >> 20] = BASE | 3 << 10 | 3 << 2 | 2;
	table[IO >> 20] = IO | 3 << 10 | 1 << 4 | 2;
	mmu_on(m, 0);
}

static void long_format(void)
{
	struct machine *m = boot();
	u64 *table = (u64 *)(m->ram + TABLES / 4);

	table[BASE >> 30] = BASE | 1 << 10 | 3 << 8 | 1;
	table[IO >> 30] = 1ul << 54 | 1 << 10 | 1 << 2 | 1;
	mmu_on(m, 1u << 31);
}

static const struct ktap_case cases[] = {
	{ "A32 as the CPU", a32, 120 },
	{ "A32 as the CPU, big-endian", a32_big, 120 },
	{ "T32 as the CPU", t32, 120 },
	{ "T32 as the CPU, big-endian", t32_big, 120 },
	{ "EL1, MMU off", mmu_off },
	{ "EL1, short format", short_format },
	{ "EL1, long format", long_format },
};

KTAP_MAIN(cases)
