// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of cache maintenance. QEMU has no caches; this keeps the set of
 * lines that a real machine might hold dirty: written with the MMU on, and not
 * cleaned to the point of coherency by address since. With the MMU off (and
 * stage 2 without FWB) nobody looks into the caches, so:
 *	fetch	an instruction is fetched with the MMU off from such a line
 *	load	the same for data
 *	lost	a store with the MMU off to such a line, whose eviction overwrites it
 *	dsb	a line was cleaned, but no DSB has completed that for all observers (OSH, SY)
 * After a resume from hibernation (mark.h) all that the host had cleaned is dirty again.
 * It judges what runs at EL2 outside of the kernel (argument kernel=FIRST-END,
 * physical addresses: its own way in is its own matter), and guests.
 *
 * For CPUs with DC ZVA of 64 bytes, as all but QEMU's max have it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "insn.h"
#include "judge.h"
#include "mark.h"

const char judge_name[] = "coherency";

#define LINE		64
#define MAX_LINE	(1ull << 26)		/* 4 GiB */
#define PAGE		4096ull
#define MAX_CLEANED	(1u << 16)
#define LEARNT		(1u << 20)

#define LINEAR_FIRST	0xfff0000000000000ull
#define LINEAR_LAST	0xffff7fffffffffffull

static struct judge_reg sctlr_el1 = { "SCTLR" }, sctlr_el2 = { "SCTLR_EL2" };

static uint8_t dirty[MAX_LINE / 8], cleaned[MAX_LINE / 8];
static uint8_t ever[MAX_LINE / 8];	/* cleaned by the host at any time */
static uint64_t kernel_first, kernel_end;

/* Lines that are cleaned, less a DSB. */
static struct {
	uint64_t line;
	unsigned int cpu;
} waiting[MAX_CLEANED];
static unsigned int nr_waiting;

/*
 * Pages by the address that they were written at last, by its hash; DC has no callback that tells.
 */
static struct {
	uint64_t va, pa;
} learnt[LEARNT];
static uint64_t linear_offset;

struct site {
	uint64_t addr;
	uint32_t code;
};

static bool is(const uint8_t *set, uint64_t line)
{
	return line < MAX_LINE && (set[line / 8] >> line % 8 & 1);
}

static void set(uint8_t *set, uint64_t line)
{
	if (line < MAX_LINE)
		set[line / 8] |= 1 << line % 8;
}

static void clear(uint8_t *set, uint64_t line)
{
	if (line < MAX_LINE)
		set[line / 8] &= ~(1 << line % 8);
}

static unsigned int hash(uint64_t va)
{
	return (va >> 12) * 0x9e3779b97f4a7c15ull >> 44;
}

/* ---- who runs, and how ---- */

static bool is_guest(unsigned int el)
{
	uint64_t hcr = judge_hcr();

	return el < 2 && (hcr & HCR_VM) && !(hcr & HCR_TGE);
}

static bool mmu_is_on(unsigned int el)
{
	uint64_t hcr = judge_hcr(), host = HCR_E2H | HCR_TGE;
	bool el2 = el == 2 || (el == 0 && (hcr & host) == host);

	return judge_read(el2 ? &sctlr_el2 : &sctlr_el1) & SCTLR_M;
}

/* Does it concern keel whether this, with the MMU off, finds what was written? */
static bool is_judged(unsigned int el, uint64_t pc)
{
	if (is_guest(el))
		return !(judge_hcr() & HCR_FWB);
	return el == 2 && (pc < kernel_first || pc >= kernel_end);
}

/* ---- the set ---- */

static void make_dirty(uint64_t vaddr, uint64_t pa)
{
	uint64_t line = pa / LINE;
	unsigned int h = hash(vaddr);

	if (is(dirty, line) && !is(cleaned, line))
		return;
	set(dirty, line);
	clear(cleaned, line);
	if (vaddr >= LINEAR_FIRST && vaddr <= LINEAR_LAST && !linear_offset)
		linear_offset = vaddr - pa;
	learnt[h].va = vaddr & ~(PAGE - 1);
	learnt[h].pa = pa & ~(PAGE - 1);
}

/* ~0: not known. Guests' addresses look like the host's, so what was learnt goes first. */
static uint64_t translate(uint64_t va)
{
	unsigned int h = hash(va);

	if (!mmu_is_on(judge_el()) && !is_guest(judge_el()))
		return va;
	if (learnt[h].va == (va & ~(PAGE - 1)) &&
	    (is_guest(judge_el()) || va < LINEAR_FIRST || va > LINEAR_LAST))
		return learnt[h].pa | (va & (PAGE - 1));
	if (va >= LINEAR_FIRST && va <= LINEAR_LAST && linear_offset && !is_guest(judge_el()))
		return va - linear_offset;
	return ~0ull;
}

static void at_store(unsigned int unused, plugin_meminfo info, uint64_t vaddr, void *data)
{
	const struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, vaddr);

	if (hw && !qemu_plugin_hwaddr_is_io(hw))
		make_dirty(vaddr, qemu_plugin_hwaddr_phys_addr(hw));
}

static void at_zva(unsigned int unused, void *data)
{
	const struct site *s = data;
	uint64_t va = judge_x(insn_rt(s->code)), pa = translate(va);

	if (pa != ~0ull)
		make_dirty(va, pa);
}

static void finish_clean(uint64_t line)
{
	if (is(cleaned, line))
		clear(dirty, line);
	clear(cleaned, line);
}

/* A full list is as good as a DSB: it only makes the judge milder. */
static void at_clean(unsigned int unused, void *data)
{
	const struct site *s = data;
	uint64_t pa = translate(judge_x(insn_rt(s->code)));

	if (pa == ~0ull) {
		judge_seen("unknown-addresses");
		return;
	}
	judge_seen("cleaned");
	if (!is_guest(judge_el()))
		set(ever, pa / LINE);
	if (!is(dirty, pa / LINE))
		return;
	set(cleaned, pa / LINE);
	if (nr_waiting == MAX_CLEANED)
		finish_clean(waiting[--nr_waiting].line);
	waiting[nr_waiting].line = pa / LINE;
	waiting[nr_waiting++].cpu = judge_cpu();
}

static void at_dsb(unsigned int unused, void *data)
{
	unsigned int cpu, kept = 0;

	if (!nr_waiting)
		return;
	cpu = judge_cpu();
	for (unsigned int i = 0; i < nr_waiting; i++) {
		if (waiting[i].cpu == cpu)
			finish_clean(waiting[i].line);
		else
			waiting[kept++] = waiting[i];
	}
	nr_waiting = kept;
}

static void at_resumed(unsigned int unused, void *data)
{
	judge_seen("resumes");
	for (size_t i = 0; i < sizeof(ever); i++) {
		dirty[i] |= ever[i];
		cleaned[i] &= ~ever[i];
	}
}

/* ---- with the MMU off ---- */

static void judge_line(const char *rule, uint64_t pc, uint64_t pa)
{
	if (!is(dirty, pa / LINE))
		return;
	judge_violation(is(cleaned, pa / LINE) ? "dsb" : rule, pc,
			"with the MMU off at %#" PRIx64 ", which a cache may hold", pa);
}

static void access_off(plugin_meminfo info, uint64_t vaddr, const struct site *s, const char *rule)
{
	const struct qemu_plugin_hwaddr *hw;
	unsigned int el = judge_el();

	if (mmu_is_on(el) || !is_judged(el, s->addr))
		return;
	hw = qemu_plugin_get_hwaddr(info, vaddr);
	if (!hw || qemu_plugin_hwaddr_is_io(hw))
		return;
	judge_seen(is_guest(el) ? "guest-accesses" : "accesses");
	judge_line(rule, s->addr, qemu_plugin_hwaddr_phys_addr(hw));
}

static void at_load_off(unsigned int unused, plugin_meminfo info, uint64_t vaddr, void *data)
{
	access_off(info, vaddr, data, "load");
}

static void at_store_off(unsigned int unused, plugin_meminfo info, uint64_t vaddr, void *data)
{
	access_off(info, vaddr, data, "lost");
}

/*
 * data: the site, and where the instruction is in QEMU's memory tells nothing: its address is
 * physical for the host.
 */
static void at_fetch_off(unsigned int unused, void *data)
{
	const struct site *s = data;
	unsigned int el = judge_el();

	if (mmu_is_on(el) || !is_judged(el, s->addr) || is_guest(el))
		return;
	judge_seen("fetches");
	judge_line("fetch", s->addr, s->addr);
}

/* ---- translation ---- */

static struct site *new_site(const struct qemu_plugin_insn *insn, uint32_t code)
{
	struct site *s = calloc(1, sizeof(*s));

	s->addr = qemu_plugin_insn_vaddr(insn);
	s->code = code;
	return s;
}

static void watch_off(struct qemu_plugin_insn *insn, uint32_t code)
{
	struct site *s = new_site(insn, code);

	qemu_plugin_register_vcpu_insn_exec_cb(insn, at_fetch_off, READ_REGS, s);
	if (!insn_may_store(code))
		return;
	qemu_plugin_register_vcpu_mem_cb(insn, at_load_off, READ_REGS, MEM_LOADS, s);
	qemu_plugin_register_vcpu_mem_cb(insn, at_store_off, READ_REGS, MEM_STORES, s);
}

static void watch_sys(struct qemu_plugin_insn *insn, uint32_t code)
{
	switch (insn_sysreg(code)) {
	case DC_ZVA:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_zva, READ_REGS,
						       new_site(insn, code));
		break;
	case DC_IVAC:
	case DC_CVAC:
	case DC_CVAP:
	case DC_CIVAC:
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_clean, READ_REGS,
						       new_site(insn, code));
	}
}

/* For whoever does not look into caches, which makes memory outer shareable. */
static bool completes(uint32_t dsb)
{
	return dsb_covers_loads(dsb) && dsb_covers_stores(dsb) && dsb_is_outer(dsb);
}

/*
 * Code is translated in the context in which it then runs; QEMU has blocks of their own for the MMU
 * off.
 */
void judge_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	bool on = mmu_is_on(judge_el());

	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = judge_insn(insn);

		if (!on)
			watch_off(insn, code);
		else if (insn_may_store(code))
			qemu_plugin_register_vcpu_mem_cb(insn, at_store, NO_REGS, MEM_STORES, NULL);
		if (code == MARK_RESUMED_INSN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_resumed, NO_REGS, NULL);
		else if (insn_is_sys(code))
			watch_sys(insn, code);
		else if (insn_is_dsb(code) && completes(code))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_dsb, READ_REGS, NULL);
	}
}

void judge_new_cpu(void)
{
	judge_find(&sctlr_el1, 1);
	judge_find(&sctlr_el2, 1);
}

bool judge_argument(const char *arg)
{
	return sscanf(arg, "kernel=%" SCNx64 "-%" SCNx64, &kernel_first, &kernel_end) == 2;
}

void judge_report(FILE *out)
{
}
