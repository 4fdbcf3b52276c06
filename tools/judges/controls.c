// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of control registers: which value each bit of them has
 *	enter	at every ERET from EL2 into a guest
 *	exit	at the first instruction of EL2 after it
 *	host	when the host goes on: at the ERET to it (nVHE), or where it first
 *		unmasks exceptions after a guest (VHE)
 * It does not know what is right: "compare" holds two hypervisors' reports
 * against each other. Lines "bit POINT REGISTER BIT VALUES", where VALUES is 1
 * or 01; a bit that was always 0 has none.
 *
 * And one rule:
 *	kept	what the host had in a register when it asked for the guest, it has
 *		when it goes on
 */
#include <inttypes.h>
#include "insn.h"
#include "judge.h"

const char judge_name[] = "controls";

enum point { ENTER, EXIT, HOST, NR_POINTS };
static const char *const point_name[] = { "enter", "exit", "host" };

/*
 * Some registers hold values of a machine or a guest; of these only bits that control something
 * count.
 */
static struct control {
	struct judge_reg reg;
	uint64_t mask;
	bool nonzero;	/* all that counts is whether it is */
	uint64_t one[NR_POINTS], zero[NR_POINTS];
} controls[] = {
#define ALL ~0ull
	{ { "HCR_EL2" }, ALL }, { { "HCRX_EL2" }, ALL }, { { "MDCR_EL2" }, ALL }, { { "CPTR_EL2" }, ALL },
	{ { "HSTR_EL2" }, ALL }, { { "HACR_EL2" }, ALL }, { { "CNTHCTL_EL2" }, ALL },
	{ { "CNTVOFF_EL2" }, ALL, true }, { { "CNTPOFF_EL2" }, ALL, true },
	{ { "HFGRTR_EL2" }, ALL }, { { "HFGWTR_EL2" }, ALL }, { { "HFGITR_EL2" }, ALL },
	{ { "HDFGRTR_EL2" }, ALL }, { { "HDFGWTR_EL2" }, ALL },
	{ { "VTCR_EL2" }, ALL }, { { "VTTBR_EL2" }, 1 },
	{ { "VPIDR_EL2" }, ALL, true }, { { "VMPIDR_EL2" }, 1ull << 31 },
	{ { "SCTLR_EL2" }, ALL }, { { "ACTLR_EL2" }, ALL }, { { "TCR_EL2" }, ALL }, { { "MAIR_EL2" }, ALL },
	{ { "ZCR_EL2" }, ALL }, { { "SMCR_EL2" }, ALL }, { { "VSESR_EL2" }, ALL }, { { "VDISR_EL2" }, ALL },
	{ { "PMUSERENR_EL0" }, ALL }, { { "PMSELR_EL0" }, ALL }, { { "PMCR_EL0" }, 0x7f },
	{ { "MDSCR_EL1" }, ALL }, { { "MDCCINT_EL1" }, ALL }, { { "DBGVCR32_EL2" }, ALL },
	/* without ISTATUS, which is the time of day */
	{ { "CNTHP_CTL_EL2" }, 3 }, { { "CNTHV_CTL_EL2" }, 3 },
	{ { "cpsr" }, 0x0ffffff0 },	/* PSTATE without its condition flags and stack pointer */
};
#define NR_CONTROLS (sizeof(controls) / sizeof(controls[0]))

/* VTTBR_EL2.VMID, which is another register's worth of question. */
static struct control vmid = { { "VTTBR_EL2" }, 0xffffull << 48, true };

/* Those that QEMU's debugger does not show: the value that was written last. */
static struct shadow {
	const char *name;
	uint32_t sysreg;
	bool at_el2;	/* at lower levels of a guest it is the virtual interface's */
	uint64_t value[MAX_CPUS];
	bool known[MAX_CPUS];
	uint64_t one[NR_POINTS], zero[NR_POINTS];
} shadows[] = {
	{ "ICC_PMR_EL1", ICC_PMR_EL1 }, { "ICC_SRE_EL2", ICC_SRE_EL2, true }, { "ICH_HCR_EL2", ICH_HCR_EL2, true },
};
#define NR_SHADOWS (sizeof(shadows) / sizeof(shadows[0]))

/*
 * What a guest has of its own in the same register, or keel displaces: of a host at EL1, and of one
 * at EL2.
 */
static struct kept {
	struct judge_reg reg;
	bool vhe;
	uint64_t value[MAX_CPUS];
} kept[] = {
	{ { "SCTLR" } }, { { "TTBR0_EL1" } }, { { "TTBR1_EL1" } }, { { "TCR_EL1" } }, { { "MAIR_EL1" } },
	{ { "VBAR" } }, { { "CONTEXTIDR_EL1" } }, { { "TPIDR_EL1" } }, { { "CPACR" } }, { { "CNTKCTL" } },
	{ { "SP_EL1" } }, { { "CNTHCTL_EL2" } }, { { "VTTBR_EL2" } },
	{ { "SP_EL0" }, true }, { { "TPIDR_EL0" }, true }, { { "TPIDRRO_EL0" }, true }, { { "MDSCR_EL1" }, true },
	{ { "HCR_EL2" }, true }, { { "CPTR_EL2" }, true }, { { "MDCR_EL2" }, true }, { { "HCRX_EL2" }, true },
	{ { "VBAR_EL2" }, true }, { { "SCTLR_EL2" }, true }, { { "PMUSERENR_EL0" }, true },
	{ { "APIAKEYLO_EL1" }, true }, { { "APIBKEYLO_EL1" }, true }, { { "APDAKEYLO_EL1" }, true },
	{ { "APDBKEYLO_EL1" }, true }, { { "APGAKEYLO_EL1" }, true },
};
#define NR_KEPT (sizeof(kept) / sizeof(kept[0]))

static struct judge_reg spsr = { "SPSR_EL2" };
static enum { IN_HOST, IN_GUEST, LEAVING } where[MAX_CPUS];

static void note(uint64_t *one, uint64_t *zero, uint64_t value, uint64_t mask, bool nonzero)
{
	value &= mask;
	if (nonzero) {
		value = value != 0;
		mask = 1;
	}
	*one |= value;
	*zero |= ~value & mask;
}

/* Of what happens very often, every so-manieth has to do. */
#define OFTEN		4096
#define SO_MANIETH	61

static void sample(unsigned int cpu, enum point point)
{
	static unsigned int times[NR_POINTS];

	judge_seen(point_name[point]);
	if (times[point]++ > OFTEN && times[point] % SO_MANIETH)
		return;
	for (struct control *c = controls; c < controls + NR_CONTROLS; c++)
		note(&c->one[point], &c->zero[point], judge_read(&c->reg), c->mask, c->nonzero);
	note(&vmid.one[point], &vmid.zero[point], judge_read(&vmid.reg), vmid.mask, true);
	for (struct shadow *s = shadows; s < shadows + NR_SHADOWS; s++)
		if (s->known[cpu])
			note(&s->one[point], &s->zero[point], s->value[cpu], ALL, false);
}

/* The host is about to hand the CPU over, or may be. */
static void remember(unsigned int cpu)
{
	for (struct kept *k = kept; k < kept + NR_KEPT; k++)
		k->value[cpu] = judge_read(&k->reg);
}

static void give_back(unsigned int cpu, uint64_t at, bool vhe)
{
	where[cpu] = IN_HOST;
	sample(cpu, HOST);
	for (struct kept *k = kept; k < kept + NR_KEPT; k++) {
		uint64_t value = judge_read(&k->reg);

		if (value != k->value[cpu] && (k->vhe || !vhe))
			judge_violation("kept", at, "%s was %#" PRIx64 ", is %#" PRIx64,
					k->reg.name, k->value[cpu], value);
	}
}

static void at_vector(unsigned int unused, void *addr)
{
	unsigned int cpu = judge_cpu();

	if (where[cpu] == LEAVING || !judge_at_vector((uint64_t)addr))
		return;
	if (where[cpu] == IN_GUEST) {
		where[cpu] = LEAVING;
		sample(cpu, EXIT);
	} else if (!(judge_hcr() & HCR_E2H)) {
		remember(cpu);
	}
}

/* Under VHE the last time that the host masks everything before it enters a guest. */
static void at_mask(unsigned int unused, void *data)
{
	unsigned int cpu = judge_cpu();

	if (where[cpu] == IN_HOST && judge_el() == 2)
		remember(cpu);
}

static bool is_guest(uint64_t hcr)
{
	return (hcr & HCR_VM) && !(hcr & HCR_TGE);
}

/* An ERET within EL2 is none to anybody. */
static void at_eret(unsigned int unused, void *addr)
{
	unsigned int cpu = judge_cpu();
	uint64_t hcr, to;

	if (judge_el() != 2)
		return;
	to = judge_read(&spsr);
	if (!(to & PSTATE_AARCH32) && PSTATE_EL(to) >= 2)
		return;
	hcr = judge_hcr();
	if (is_guest(hcr)) {
		where[cpu] = IN_GUEST;
		sample(cpu, ENTER);
	} else if (!(hcr & HCR_E2H) && where[cpu] == LEAVING) {
		give_back(cpu, (uint64_t)addr, false);
	}
}

static void at_unmask(unsigned int unused, void *addr)
{
	unsigned int cpu = judge_cpu();
	uint64_t hcr;

	if (where[cpu] != LEAVING || judge_el() != 2)
		return;
	hcr = judge_hcr();
	if ((hcr & (HCR_E2H | HCR_TGE)) != (HCR_E2H | HCR_TGE))
		return;
	give_back(cpu, (uint64_t)addr, true);
}

/* data: index of the shadow, and the general register. */
static void at_shadow(unsigned int unused, void *data)
{
	struct shadow *s = &shadows[(uint64_t)data >> 8];
	unsigned int cpu = judge_cpu();
	unsigned int el = judge_el();

	if (el != 2 && (s->at_el2 || is_guest(judge_hcr())))
		return;
	s->value[cpu] = judge_x((uint64_t)data & 0xff);
	s->known[cpu] = true;
}

static void *address(const struct qemu_plugin_insn *insn)
{
	return (void *)qemu_plugin_insn_vaddr(insn);
}

static void watch_msr(struct qemu_plugin_insn *insn, uint32_t code)
{
	if (insn_sysreg(code) == DAIF)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_unmask, READ_REGS, address(insn));
	for (uint64_t i = 0; i < NR_SHADOWS; i++)
		if (insn_sysreg(code) == shadows[i].sysreg)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_shadow, READ_REGS,
							       (void *)(i << 8 | insn_rt(code)));
}

void judge_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	if (judge_may_be_vector(tb))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_vector, READ_REGS,
						     (void *)qemu_plugin_tb_vaddr(tb));
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = judge_insn(insn);

		if (insn_is_eret(code))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_eret, READ_REGS,
							       address(insn));
		else if (insn_is_daifclr(code))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_unmask, READ_REGS,
							       address(insn));
		else if (code == DAIFSET_ALL)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_mask, READ_REGS, NULL);
		else if (insn_is_msr(code))
			watch_msr(insn, code);
	}
}

void judge_new_cpu(void)
{
	for (struct control *c = controls; c < controls + NR_CONTROLS; c++)
		judge_find(&c->reg, 1);
	for (struct kept *k = kept; k < kept + NR_KEPT; k++)
		judge_find(&k->reg, 1);
	judge_find(&vmid.reg, 1);
	judge_find(&spsr, 1);
}

bool judge_argument(const char *arg)
{
	return false;
}

static void print(FILE *out, const char *name, const uint64_t *one, const uint64_t *zero)
{
	for (int p = 0; p < NR_POINTS; p++)
		for (int b = 0; b < 64; b++)
			if (one[p] >> b & 1)
				fprintf(out, "bit %s %s %d %s\n", point_name[p], name, b,
					zero[p] >> b & 1 ? "01" : "1");
}

void judge_report(FILE *out)
{
	for (struct control *c = controls; c < controls + NR_CONTROLS; c++)
		print(out, c->reg.name, c->one, c->zero);
	print(out, "VMID", vmid.one, vmid.zero);
	for (struct shadow *s = shadows; s < shadows + NR_SHADOWS; s++)
		print(out, s->name, s->one, s->zero);
}
