// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of changes of the EL1&0 translation regime. When an exception from
 * it reaches EL2, walks of its tables may still be under way, and only a DSB
 * that waits for loads ends them (Arm ARM D8.2.3, rule R_LFHQG). Until then
 * EL2 must not change what they use:
 *	walk	TTBRx, TCR, SCTLR, MAIR (under E2H by their _EL12 names), VTTBR_EL2,
 *		VTCR_EL2, and what of HCR_EL2 concerns stage 2
 * Under E2H the host's own regime is EL2&0, which this is not about, and to set
 * or clear TGE takes EL1&0 as a whole out of use or back: HCR_EL2 is judged only
 * where TGE stays 0. A write of the value that is there changes nothing.
 *
 * Further rules:
 *	mmu-off	an ISB right before EL2 clears SCTLR_EL2.M (Falkor erratum E1041;
 *		no CPU minds one too many)
 *	hcr	a DSB right before each write to HCR_EL2 and an ISB before the next
 *		ERET or write to it (AmpereOne AC04_CPU_23): argument hcr=on
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "insn.h"
#include "judge.h"

const char judge_name[] = "regime";

/* A barrier that belongs to a write stands so near before it. */
#define NEAR		16

#define HCR_STAGE2	(HCR_VM | HCR_PTW | HCR_DC | HCR_FWB)

enum when { ALWAYS, WITHOUT_E2H, WITH_E2H };

static struct watched {
	uint32_t sysreg;
	struct judge_reg reg;
	enum when when;
} watched[] = {
	{ TTBR0_EL1, { "TTBR0_EL1" }, WITHOUT_E2H },	{ TTBR0_EL12, { "TTBR0_EL1" }, WITH_E2H },
	{ TTBR1_EL1, { "TTBR1_EL1" }, WITHOUT_E2H },	{ TTBR1_EL12, { "TTBR1_EL1" }, WITH_E2H },
	{ TCR_EL1, { "TCR_EL1" }, WITHOUT_E2H },	{ TCR_EL12, { "TCR_EL1" }, WITH_E2H },
	{ SCTLR_EL1, { "SCTLR" }, WITHOUT_E2H },	{ SCTLR_EL12, { "SCTLR" }, WITH_E2H },
	{ MAIR_EL1, { "MAIR_EL1" }, WITHOUT_E2H },	{ MAIR_EL12, { "MAIR_EL1" }, WITH_E2H },
	{ VTTBR_EL2, { "VTTBR_EL2" } },			{ VTCR_EL2, { "VTCR_EL2" } },
	{ HCR_EL2, { "HCR_EL2" } },			{ SCTLR_EL2, { "SCTLR_EL2" } },
};
#define NR_WATCHED (sizeof(watched) / sizeof(watched[0]))

static struct {
	bool walks;		/* may be under way */
	uint64_t dsb, isb;	/* where the last one was */
	uint64_t hcr;		/* a write that no ISB has followed yet */
} cpus[MAX_CPUS];

static struct judge_reg sctlr_el1 = { "SCTLR" };
static bool hcr_rule;
static uint64_t kernel_first, kernel_end;	/* physical: argument kernel */

/* Where an instruction is, and what: both live as long as QEMU does. */
struct site {
	uint64_t addr;
	const struct watched *w;
	unsigned int rt;
	bool loads;
};

static bool is_near(uint64_t barrier, uint64_t addr)
{
	return barrier < addr && addr - barrier <= NEAR;
}

/*
 * Has what ran below EL2 a stage that walks tables? The host's EL0 under E2H is not of this regime.
 */
static bool regime_walks(void)
{
	uint64_t hcr = judge_hcr();

	if ((hcr & (HCR_E2H | HCR_TGE)) == (HCR_E2H | HCR_TGE))
		return false;
	return (hcr & HCR_VM) || (judge_read(&sctlr_el1) & SCTLR_M);
}

static void at_vector(unsigned int unused, void *addr)
{
	unsigned int cpu = judge_cpu();

	if (!judge_at_vector((uint64_t)addr) || !regime_walks())
		return;
	judge_seen("exceptions");
	cpus[cpu].walks = cpu != 0;
}

static void at_dsb(unsigned int unused, void *data)
{
	const struct site *s = data;
	unsigned int cpu = judge_cpu();

	cpus[cpu].dsb = s->addr;
	if (s->loads && cpus[cpu].walks && judge_el() == 2) {
		judge_seen("synchronised");
		cpus[cpu].walks = false;
	}
}

static void at_isb(unsigned int unused, void *data)
{
	const struct site *s = data;
	unsigned int cpu = judge_cpu();

	cpus[cpu].isb = s->addr;
	cpus[cpu].hcr = 0;
}

static void forgot_isb(unsigned int cpu)
{
	if (hcr_rule && cpus[cpu].hcr)
		judge_violation("hcr", cpus[cpu].hcr, "no ISB after a write to HCR_EL2");
	cpus[cpu].hcr = 0;
}

static void at_eret(unsigned int unused, void *data)
{
	forgot_isb(judge_cpu());
}

static void judge_hcr_write(unsigned int cpu, const struct site *s)
{
	/* the kernel's own, at its start */
	if (s->addr >= kernel_first && s->addr < kernel_end)
		return;
	forgot_isb(cpu);
	if (hcr_rule && !is_near(cpus[cpu].dsb, s->addr))
		judge_violation("hcr", s->addr, "no DSB before a write to HCR_EL2");
	cpus[cpu].hcr = s->addr;
}

static void judge_mmu_off(unsigned int cpu, const struct site *s, uint64_t old, uint64_t new)
{
	if (!(old & ~new & SCTLR_M))
		return;
	judge_seen("mmu-off");
	if (!is_near(cpus[cpu].isb, s->addr))
		judge_violation("mmu-off", s->addr, "no ISB before the MMU goes off");
}

/* Does the write change the regime, if it was new where old was? */
static bool changes_regime(const struct watched *w, uint64_t hcr, uint64_t old, uint64_t new)
{
	bool e2h = hcr & HCR_E2H;

	if ((w->when == WITHOUT_E2H && e2h) || (w->when == WITH_E2H && !e2h))
		return false;
	if (w->sysreg != HCR_EL2)
		return old != new;
	if (e2h && ((old | new) & HCR_TGE))
		return false;
	return (old ^ new) & HCR_STAGE2;
}

static void at_write(unsigned int unused, void *data)
{
	const struct site *s = data;
	const struct watched *w = s->w;
	unsigned int cpu = judge_cpu();
	uint64_t old, new;

	if (judge_el() != 2)
		return;
	old = judge_read(&w->reg);
	new = judge_x(s->rt);
	if (w->sysreg == HCR_EL2)
		judge_hcr_write(cpu, s);
	if (w->sysreg == SCTLR_EL2) {
		judge_mmu_off(cpu, s, old, new);
		return;
	}
	if (!changes_regime(w, judge_hcr(), old, new))
		return;
	judge_seen("changes");
	if (cpus[cpu].walks)
		judge_violation("walk", s->addr, "%s changes while walks may be under way",
				w->reg.name);
}

static struct site *new_site(const struct qemu_plugin_insn *insn)
{
	struct site *s = calloc(1, sizeof(*s));

	s->addr = qemu_plugin_insn_vaddr(insn);
	return s;
}

static void watch(struct qemu_plugin_insn *insn, plugin_exec_cb cb, const struct watched *w,
		  uint32_t code)
{
	struct site *s = new_site(insn);

	s->w = w;
	s->rt = insn_rt(code);
	s->loads = dsb_covers_loads(code);
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, READ_REGS, s);
}

static void watch_msr(struct qemu_plugin_insn *insn, uint32_t code)
{
	for (const struct watched *w = watched; w < watched + NR_WATCHED; w++)
		if (w->sysreg == insn_sysreg(code))
			watch(insn, at_write, w, code);
}

void judge_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	if (judge_may_be_vector(tb))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_vector, READ_REGS,
						     (void *)qemu_plugin_tb_vaddr(tb));
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = judge_insn(insn);

		if (insn_is_dsb(code))
			watch(insn, at_dsb, NULL, code);
		else if (insn_is_isb(code))
			watch(insn, at_isb, NULL, code);
		else if (insn_is_eret(code))
			watch(insn, at_eret, NULL, code);
		else if (insn_is_msr(code))
			watch_msr(insn, code);
	}
}

void judge_new_cpu(void)
{
	for (struct watched *w = watched; w < watched + NR_WATCHED; w++)
		judge_find(&w->reg, 1);
	judge_find(&sctlr_el1, 1);
}

bool judge_argument(const char *arg)
{
	if (sscanf(arg, "kernel=%" SCNx64 "-%" SCNx64, &kernel_first, &kernel_end) == 2)
		return true;
	hcr_rule = !strcmp(arg, "hcr=on");
	return hcr_rule || !strcmp(arg, "hcr=off");
}

void judge_report(FILE *out)
{
}
