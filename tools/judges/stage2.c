// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of stage-2 tables. It follows the tables from VTTBR_EL2 by the
 * host's stores to them, and holds a record of every translation that is out
 * of the tables but may still be in a TLB, until the invalidation is complete:
 * DSB behind the store, TLBI of stage 2, DSB, TLBI of stage 1, DSB; or one TLBI
 * that does both (Arm ARM D8.17).
 *	break	an entry goes from valid to valid with more changed than permissions
 *		(D8.17.1)
 *	make	an entry becomes valid while there is a record of its addresses
 *	flush	a CPU returns to the host's user space and has left a record open
 *	reuse	the host writes to a table that walks may still reach, or through its
 *		linear map to a page that a guest still reaches: it was given back
 *	mapped	a program says that a page is no guest's any more, and it is (mark.h)
 *	vmid	a guest is entered with VMID 0, or with one that another VM has
 *	cnp	a guest is entered with VTTBR_EL2.CnP: argument cnp=off
 * Tables of 4 KiB. Hosts' code alone is watched: a guest reaches no tables.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "insn.h"
#include "judge.h"
#include "mark.h"
#include "tables.h"

const char judge_name[] = "stage2";

/* Where the kernel has its linear map, and what memory this is for. */
#define LINEAR_FIRST	0xfff0000000000000ull
#define LINEAR_LAST	0xffff7fffffffffffull

#define VTTBR_CNP	(1u << 0)

static bool cnp_rule;

static struct judge_reg vttbr = { "VTTBR_EL2" }, vtcr = { "VTCR_EL2" }, spsr = { "SPSR_EL2" }, spsr_el1 = { "SPSR_EL1" };

/* What a CPU was last entered with. */
static struct {
	bool in_guest;
	unsigned int vmid;
} cpus[MAX_CPUS];

static uint64_t linear_offset;	/* address less physical address, once known */

struct site {
	uint64_t addr;
	uint32_t code;
};

static bool is_linear(uint64_t vaddr)
{
	return vaddr >= LINEAR_FIRST && vaddr <= LINEAR_LAST;
}

/* The host's kernel, or what runs at EL2 for it. */
static bool is_host_kernel(void)
{
	unsigned int el = judge_el();

	return el == 2 || (el == 1 && !(judge_hcr() & HCR_VM));
}

/* ---- memory ---- */

bool tables_read(uint64_t pa, uint64_t *entries)
{
	static struct g_bytes *buf;

	if (!linear_offset)
		return false;
	if (!buf)
		buf = g_byte_array_new();
	g_byte_array_set_size(buf, TABLE_SIZE);
	if (!qemu_plugin_read_memory_vaddr(pa + linear_offset, buf, TABLE_SIZE))
		return false;
	memcpy(entries, buf->data, TABLE_SIZE);
	return true;
}

static void judge_reuse(uint64_t at, uint64_t pa, uint64_t vaddr)
{
	if (tables_condemned(pa))
		judge_violation("reuse", at,
				"a table at %#" PRIx64 " is written that walks may reach", pa);
	else if (is_linear(vaddr) && tables_mapped(pa))
		judge_violation("reuse", at,
				"the page at %#" PRIx64 " is written that a guest reaches", pa);
}

static void at_store(unsigned int unused, plugin_meminfo info, uint64_t vaddr, void *data)
{
	const struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, vaddr);
	const struct site *s = data;
	uint64_t pa;

	if (!hw || qemu_plugin_hwaddr_is_io(hw))
		return;
	pa = qemu_plugin_hwaddr_phys_addr(hw);
	if (!linear_offset && is_linear(vaddr))
		linear_offset = vaddr - pa;
	tables_learn(s->addr);
	if (tables_is_table(pa))
		tables_changed(pa, s->addr);
	else if (tables_in_reach(pa))
		judge_reuse(s->addr, pa, vaddr);
}

/* QEMU does not show what DC ZVA writes. */
static void at_zva(unsigned int unused, void *data)
{
	const struct site *s = data;
	uint64_t vaddr = judge_x(insn_rt(s->code)), pa = vaddr - linear_offset;

	if (linear_offset && is_linear(vaddr) && tables_in_reach(pa))
		judge_reuse(s->addr, pa, vaddr);
}

/* ---- invalidation ---- */

static void at_dsb(unsigned int unused, void *data)
{
	const struct site *s = data;

	if (tables_open())
		tables_dsb(judge_cpu(), dsb_covers_stores(s->code), dsb_covers_loads(s->code),
			   dsb_is_inner(s->code));
}

/* A single address, or a range of FEAT_TLBIRANGE (Arm ARM C5.5). */
static struct tlbi decode_ipa(uint32_t sysreg, uint64_t x)
{
	bool range = sysreg == TLBI_RIPAS2E1IS || sysreg == TLBI_RIPAS2LE1IS;
	struct tlbi t = { .kind = TLBI_STAGE2, .vmid = judge_read(&vttbr) >> 48,
			  .last = sysreg == TLBI_IPAS2LE1IS || sysreg == TLBI_RIPAS2LE1IS };

	if (range) {
		t.start = (x & 0x1fffffffffull) << 12;
		t.size = ((x >> 39 & 0x1f) + 1) << (5 * (x >> 44 & 3) + 1 + 12);
		t.level = x >> 37 & 3;
	} else {
		t.start = (x & 0xffffffffffull) << 12;
		t.size = TABLE_SIZE;
		/* TTL: bits 3:2 01 are 4 KiB granules, 00 no hint */
		t.level = (x >> 46 & 3) == 1 ? x >> 44 & 3 : 0;
	}
	return t;
}

static void at_tlbi(unsigned int unused, void *data)
{
	const struct site *s = data;
	uint32_t sysreg = insn_sysreg(s->code);
	struct tlbi t = { .vmid = judge_read(&vttbr) >> 48 };

	/* with TGE set it is about the host's own regime */
	if (judge_el() != 2 || (sysreg != TLBI_ALLE1IS && (judge_hcr() & HCR_TGE)))
		return;
	switch (sysreg) {
	case TLBI_ALLE1IS:
		judge_seen("flush-all");
		t.kind = TLBI_EVERYTHING;
		tables_forget_vmids();
		for (unsigned int i = 0; i < MAX_CPUS; i++)
			if (cpus[i].in_guest)
				tables_keep_vmid(cpus[i].vmid);
		break;
	case TLBI_VMALLS12E1IS:
		judge_seen("flush-vm");
		t.kind = TLBI_VM;
		break;
	case TLBI_VMALLE1IS:
		t.kind = TLBI_STAGE1;
		break;
	default:
		judge_seen("flush-ipa");
		t = decode_ipa(sysreg, judge_x(insn_rt(s->code)));
	}
	tables_tlbi(judge_cpu(), &t);
}

/* ---- entries and exits ---- */

static void enter_guest(uint64_t addr, unsigned int cpu)
{
	uint64_t v = judge_read(&vttbr);

	judge_seen("entries");
	cpus[cpu].in_guest = true;
	cpus[cpu].vmid = v >> 48;
	if (cnp_rule && v & VTTBR_CNP)
		judge_violation("cnp", addr, "a guest is entered with VTTBR_EL2.CnP");
	if (!cpus[cpu].vmid)
		judge_violation("vmid", addr, "a guest is entered with VMID 0");
	else
		tables_enter(addr, v, judge_read(&vtcr));
	/*
	 * at EL2 of nVHE the host's memory is out of sight, and then the host's next store does it
	 */
	if (judge_hcr() & HCR_E2H)
		tables_learn(addr);
}

static void at_eret(unsigned int unused, void *data)
{
	const struct site *s = data;
	unsigned int el = judge_el(), to;
	uint64_t hcr = judge_hcr();

	if (el == 2 && (hcr & HCR_VM) && !(hcr & HCR_TGE)) {
		if ((judge_read(&spsr) & PSTATE_AARCH32) || PSTATE_EL(judge_read(&spsr)) < 2)
			enter_guest(s->addr, judge_cpu());
		return;
	}
	if (!tables_open() || (el == 1 && (hcr & HCR_VM)))
		return;
	to = judge_read(el == 2 ? &spsr : &spsr_el1);
	if (PSTATE_EL(to) == 0 || (to & PSTATE_AARCH32))
		tables_user(judge_cpu());
}

static void at_vector(unsigned int unused, void *addr)
{
	if (judge_at_vector((uint64_t)addr))
		cpus[judge_cpu()].in_guest = false;
}

static void at_mark(unsigned int unused, void *data)
{
	const struct site *s = data;
	uint64_t pa = judge_x(0), end = pa + judge_x(1);

	judge_seen("marks");
	for (; pa < end; pa += TABLE_SIZE)
		if (tables_mapped(pa))
			judge_violation("mapped", s->addr,
					"the page at %#" PRIx64 " is mapped, or in a TLB", pa);
}

/* ---- translation ---- */

static bool is_tlbi(uint32_t sysreg)
{
	switch (sysreg) {
	case TLBI_IPAS2E1IS:
	case TLBI_RIPAS2E1IS:
	case TLBI_IPAS2LE1IS:
	case TLBI_RIPAS2LE1IS:
	case TLBI_VMALLE1IS:
	case TLBI_VMALLS12E1IS:
	case TLBI_ALLE1IS:
		return true;
	default:
		return false;
	}
}

static plugin_exec_cb callback_for(uint32_t code)
{
	if (insn_is_dsb(code))
		return at_dsb;
	if (insn_is_eret(code))
		return at_eret;
	if (insn_is_sys(code) && is_tlbi(insn_sysreg(code)))
		return at_tlbi;
	if (insn_is_sys(code) && insn_sysreg(code) == DC_ZVA)
		return at_zva;
	return NULL;
}

static void watch(struct qemu_plugin_insn *insn, uint32_t code, bool host)
{
	plugin_exec_cb cb = code == MARK_UNMAPPED_INSN ? at_mark : host ? callback_for(code) : NULL;
	struct site *s;

	if (!cb && !(host && insn_may_store(code)))
		return;
	s = calloc(1, sizeof(*s));
	s->addr = qemu_plugin_insn_vaddr(insn);
	s->code = code;
	if (cb)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, READ_REGS, s);
	else
		qemu_plugin_register_vcpu_mem_cb(insn, at_store, READ_REGS, MEM_STORES, s);
}

/*
 * Code is translated in the context in which it then runs: its page and exception level do not
 * change hands.
 */
void judge_translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	bool host = is_host_kernel();

	if (host && judge_may_be_vector(tb))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_vector, READ_REGS,
						     (void *)qemu_plugin_tb_vaddr(tb));
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		watch(insn, judge_insn(insn), host);
	}
}

void judge_new_cpu(void)
{
	struct judge_reg *regs[] = { &vttbr, &vtcr, &spsr, &spsr_el1 };

	for (unsigned int i = 0; i < sizeof(regs) / sizeof(regs[0]); i++)
		judge_find(regs[i], 1);
}

bool judge_argument(const char *arg)
{
	cnp_rule = !strcmp(arg, "cnp=off");
	return cnp_rule;
}

void judge_report(FILE *out)
{
}
