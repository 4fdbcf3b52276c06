// SPDX-License-Identifier: GPL-2.0-only
/* See lab.h. */
#include <stdlib.h>
#include <string.h>
#include "lab.h"

#define REG_TTBR0	REG_SYS(3, 0, 2, 0, 0)
#define REG_CPACR	REG_SYS(3, 0, 1, 0, 2)
#define SCTLR_BIG	(3ul << 24)
#define SCTLR_UCI_DZE	(1ul << 26 | 1ul << 14)
#define AP_EL0		(1ul << 6)

static u64 state = 88172645463325252ul;

u64 lab_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void lab_fill(void *to, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		((u8 *)to)[i] = lab_random() >> 24;
}

int vm_decode(int vm, u64 on)
{
	struct kvm_enable_cap cap = { .cap = KEEL_CAP_ARM_DECODE_NISV, .args = { on } };

	return kvm(vm, KVM_ENABLE_CAP, &cap);
}

static void guest_mmu_on(u64 arg)
{
	GUEST_SYNC(1, 0);
}

/* The guest's map, for EL0 or EL1 alone, in the byte order of its tables. */
static void make_table(u64 *table, bool el0, bool big)
{
	for (unsigned int i = 0; i < 512; i++) {
		u64 desc = guest_l1[i] | (el0 ? AP_EL0 : 0);

		table[i] = big ? __builtin_bswap64(desc) : desc;
	}
}

static void *slot(struct lab *lab, u32 id, u64 gpa)
{
	void *p = vm_alloc(PAGE, PAGE);

	REQUIRE_EQ(vm_slot(lab->vm->fd, id, 0, gpa, PAGE, p), 0);
	return p;
}

static void complete(struct vcpu *v)
{
	v->run->immediate_exit = 1;
	REQUIRE_EQ(vcpu_run(v), -EINTR);
	v->run->immediate_exit = 0;
}

struct lab *lab_new(u32 pstate, bool big)
{
	struct kvm_guest_debug dbg = { .control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP };
	struct lab *lab = calloc(1, sizeof(*lab));
	u64 sctlr;

	if (kvm_cap(KEEL_CAP_ARM_DECODE_NISV) != 1)
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	/* other instructions for others */
	state ^= pstate * 0x9e3779b97f4a7c15ul + big;
	lab->vm = vm_new(1, guest_mmu_on, 0);
	lab->v = &lab->vm->vcpu[0];
	lab->pstate = pstate;
	lab->big = big;
	vcpu_sync(lab->v, 1);
	complete(lab->v);
	REQUIRE_EQ(vm_decode(lab->vm->fd, 1), 0);
	lab->code = slot(lab, 1, LAB_CODE);
	make_table(slot(lab, 2, LAB_TABLE), (pstate & 0xf) == 0, big);
	lab->ram = slot(lab, 3, LAB_RAM);
	sctlr = reg_read(lab->v, REG_SCTLR) | SCTLR_UCI_DZE;
	reg_write(lab->v, REG_SCTLR, big ? sctlr | SCTLR_BIG : sctlr);
	reg_write(lab->v, REG_TTBR0, LAB_TABLE);
	reg_write(lab->v, REG_CPACR, 3 << 20);
	REQUIRE_EQ(kvm(lab->v->fd, KVM_SET_GUEST_DEBUG, &dbg), 0);
	return lab;
}

void lab_free(struct lab *lab)
{
	vm_free(lab->vm);
	free(lab);
}

/* The breakpoint behind the instruction. */
static void write_code(struct lab *lab, u32 insn)
{
	u16 *half = (u16 *)lab->code;

	memset(lab->code, 0, 16);
	if ((lab->pstate & ~LAB_E32) == LAB_T32) {
		if (insn >> 16)
			*half++ = insn >> 16;
		*half++ = insn;
		*half++ = 0xbe00;
	} else {
		lab->code[0] = insn;
		lab->code[1] = lab->pstate & 0x10 ? 0xe1200070 : 0xd4200000;
	}
	__builtin___clear_cache((char *)lab->code, (char *)lab->code + 16);
}

void lab_put(struct lab *lab, u32 insn, const struct lab_state *s)
{
	write_code(lab, insn);
	for (unsigned int i = 0; i < 31; i++)
		reg_write(lab->v, REG_X(i), s->x[i]);
	for (unsigned int i = 0; i < 32; i++)
		REQUIRE_EQ(reg_set(lab->v->fd, REG_V(i), s->v[i]), 0);
	reg_write(lab->v, lab->pstate == LAB_EL1 ? REG_SP_EL1 : REG_SP, s->sp);
	reg_write(lab->v, REG_PC, LAB_CODE);
	reg_write(lab->v, REG_PSTATE, lab->pstate);
}

void lab_get(struct lab *lab, struct lab_state *s)
{
	for (unsigned int i = 0; i < 31; i++)
		s->x[i] = reg_read(lab->v, REG_X(i));
	for (unsigned int i = 0; i < 32; i++)
		REQUIRE_EQ(reg_get(lab->v->fd, REG_V(i), s->v[i]), 0);
	s->sp = reg_read(lab->v, lab->pstate == LAB_EL1 ? REG_SP_EL1 : REG_SP);
	s->pc = reg_read(lab->v, REG_PC);
	s->pstate = reg_read(lab->v, REG_PSTATE);
}

void lab_serve(struct lab *lab)
{
	struct kvm_run *run = lab->v->run;
	u64 at = run->mmio.phys_addr - LAB_DEV;

	REQUIRE(at + run->mmio.len <= LAB_SIZE);
	if (run->mmio.is_write)
		memcpy(lab->dev + at, run->mmio.data, run->mmio.len);
	else
		memcpy(run->mmio.data, lab->dev + at, run->mmio.len);
}

bool lab_run(struct lab *lab, u32 insn, struct lab_state *s, u64 addr, unsigned int part)
{
	struct kvm_run *run = lab->v->run;
	int ret;

	lab_put(lab, insn, s);
	lab->odd = false;
	for (lab->exits = 0; !(ret = vcpu_run(lab->v)) && run->exit_reason == KVM_EXIT_MMIO;
	     lab->exits++) {
		lab->odd |= run->mmio.phys_addr != addr + (u64)lab->exits * part ||
			    run->mmio.len != part;
		lab_serve(lab);
	}
	lab_get(lab, s);
	return CHECK(ret == 0 && run->exit_reason == KVM_EXIT_DEBUG, "%08x: %d exit %u, pc %#lx",
		     insn, ret, run->exit_reason, s->pc);
}

/* ---- the same twice ---- */

static u64 target(const struct lab_trial *t)
{
	u64 at = lab_random() % (LAB_SIZE - t->bytes + 1);

	return at / t->align * t->align;
}

static u64 *base_of(struct lab_state *s, const struct lab_trial *t)
{
	return t->base == 31 ? &s->sp : &s->x[t->base];
}

static void aim(struct lab_state *s, struct lab_trial *t, u64 addr, bool narrow)
{
	if (t->base == LAB_LITERAL)
		t->insn = (t->insn & ~(0x7ffffu << 5)) | ((addr - LAB_CODE) / 4 & 0x7ffff) << 5;
	else
		*base_of(s, t) = narrow ? (u32)(addr - t->off) : addr - t->off;
}

static void check_same(const struct lab *lab, const struct lab_trial *t, const struct lab_state *a,
		       const struct lab_state *b)
{
	CHECK(!memcmp(a->x, b->x, sizeof(a->x)), "%08x: general registers", t->insn);
	CHECK(a->sp == b->sp && a->pc == b->pc && a->pstate == b->pstate, "%08x: sp, pc %#lx and %#lx, pstate",
	      t->insn, a->pc, b->pc);
	CHECK(!memcmp(a->v, b->v, sizeof(a->v)), "%08x: vector registers", t->insn);
	CHECK(!memcmp(lab->ram, lab->dev, LAB_SIZE), "%08x: memory", t->insn);
	CHECK(!lab->odd && lab->exits == t->bytes / t->part, "%08x: %u accesses, want %u", t->insn, lab->exits,
	      t->bytes / t->part);
}

void lab_compare(struct lab *lab, const struct lab_trial *trial)
{
	bool narrow = lab->pstate & 0x10;
	struct lab_trial in_ram = *trial, in_dev = *trial;
	u64 at = target(trial),
	    aimed = at + (trial->any_in_block ? lab_random() % trial->bytes : 0);
	struct lab_state a, b;

	lab_fill(&a, sizeof(a));
	for (unsigned int i = 0; i < 31 && narrow; i++)
		a.x[i] = (u32)a.x[i];
	if (trial->index < 31)
		a.x[trial->index] = trial->index_val;
	b = a;
	lab_fill(lab->ram, LAB_SIZE);
	memcpy(lab->dev, lab->ram, LAB_SIZE);
	aim(&a, &in_ram, LAB_RAM + aimed, narrow);
	aim(&b, &in_dev, LAB_DEV + aimed, narrow);
	if (!lab_run(lab, in_ram.insn, &a, 0, 1) ||
	    !lab_run(lab, in_dev.insn, &b, LAB_DEV + at, trial->part))
		return;
	if (trial->base != LAB_LITERAL)
		*base_of(&b, trial) -= LAB_DEV - LAB_RAM;
	check_same(lab, trial, &a, &b);
}
