// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the judge of stage-2 tables: which pages of memory are tables of
 * which VM and what is in them; records of translations that are out of the
 * tables but not yet out of the TLBs; and which VMIDs a VM's may carry.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "judge.h"
#include "tables.h"

#define MAX_PFN		(1u << 20)	/* machines of up to 3 GiB, RAM from 1 GiB on */
#define MAX_ROOTS	256
#define MAX_VMIDS	8		/* that one VM's translations may carry at once */
#define MAX_UNREAD	4096

/* Arm ARM D8.3.2 */
#define VALID		1ull
#define TABLE		2ull
#define OUTPUT		0x0003fffffffff000ull
#define READ		(1ull << 6)
#define WRITE		(1ull << 7)
#define XN		(3ull << 53)
#define FREE_TO_CHANGE	(READ | WRITE | XN | 1ull << 10 | 1ull << 51 | 0xfull << 55)

struct root {
	uint64_t pa;
	int start;
	unsigned int pages;
	bool retired;		/* nothing in it: may be no table any more */
	unsigned int vmids[MAX_VMIDS], nr_vmids;
};

struct table {
	struct root *root;
	int level;
	uint64_t ipa;
	uint64_t entry[NR_ENTRIES];
};

enum phase { STORED, ORDERED, STAGE2_ISSUED, STAGE2_DONE, STAGE1_ISSUED, ALL_ISSUED };
static const char *const phase_name[] = {
	"no DSB behind the store", "no TLBI of stage 2", "no DSB behind the TLBI of stage 2",
	"no TLBI of stage 1", "no DSB behind the TLBI of stage 1", "no DSB behind the TLBI",
};

struct record {
	enum { LEAF, UNLINKED, PERMISSION } kind;
	enum phase phase;
	struct root *root;
	unsigned int vmid, cpu, tlbi_cpu;
	int level;
	uint64_t ipa, size, pa, at;
};

static struct root roots[MAX_ROOTS];
static unsigned int nr_roots;
static struct root *owner[1 << 16];		/* of a VMID */
static struct table *tables[MAX_PFN];
static uint16_t mapped[MAX_PFN];		/* by entries and by records */
static uint16_t condemned[MAX_PFN];		/* by records */
static uint64_t unread[MAX_UNREAD];		/* tables, as page numbers */
static unsigned int nr_unread;

static struct record *records;
static unsigned int nr_records, max_records;

static uint64_t level_size(int level)
{
	return 1ull << (12 + 9 * (3 - level));
}

static bool is_table(uint64_t e, int level)
{
	return level < 3 && (e & (VALID | TABLE)) == (VALID | TABLE);
}

/* ---- records ---- */

static void count_pages(uint64_t pa, uint64_t size, int n)
{
	for (uint64_t pfn = pa >> 12; pfn < (pa + size) >> 12 && pfn < MAX_PFN; pfn++)
		mapped[pfn] += n;
}

static void add_record(struct record r)
{
	if (nr_records == max_records) {
		max_records = max_records ? 2 * max_records : 1024;
		records = realloc(records, max_records * sizeof(*records));
	}
	for (unsigned int i = 0; i < r.root->nr_vmids; i++) {
		r.vmid = r.root->vmids[i];
		if (nr_records == max_records)
			return;
		records[nr_records++] = r;
		if (r.kind == LEAF)
			count_pages(r.pa, r.size, 1);
		else if (r.kind == UNLINKED && r.pa >> 12 < MAX_PFN)
			condemned[r.pa >> 12]++;
	}
}

static void close_record(unsigned int i)
{
	struct record *r = &records[i];

	if (r->kind == LEAF)
		count_pages(r->pa, r->size, -1);
	else if (r->kind == UNLINKED && r->pa >> 12 < MAX_PFN)
		condemned[r->pa >> 12]--;
	records[i] = records[--nr_records];
}

bool tables_open(void)
{
	return nr_records;
}

static void step_by_dsb(unsigned int i, unsigned int cpu, bool stores, bool all)
{
	struct record *r = &records[i];

	if (r->phase == STORED && r->cpu == cpu && stores)
		r->phase = ORDERED;
	else if (r->phase == STAGE2_ISSUED && r->tlbi_cpu == cpu && all)
		r->phase = STAGE2_DONE;
	else if (r->phase >= STAGE1_ISSUED && r->tlbi_cpu == cpu && all)
		close_record(i);
}

/* From the last to the first, as closing one moves the last into its place. */
void tables_dsb(unsigned int cpu, bool stores, bool loads, bool inner)
{
	for (unsigned int i = nr_records; i-- && inner;)
		step_by_dsb(i, cpu, stores, stores && loads);
}

static bool covers(const struct tlbi *t, const struct record *r)
{
	if (t->last && r->kind == UNLINKED)
		return false;
	if (t->level && t->level != (unsigned int)r->level)
		return false;
	return t->start < r->ipa + r->size && r->ipa < t->start + t->size;
}

static void step_by_tlbi(struct record *r, unsigned int cpu, const struct tlbi *t)
{
	if (r->phase == STORED || (t->kind != TLBI_EVERYTHING && t->vmid != r->vmid))
		return;
	if (t->kind == TLBI_VM || t->kind == TLBI_EVERYTHING)
		r->phase = ALL_ISSUED;
	else if (t->kind == TLBI_STAGE2 && r->phase == ORDERED && covers(t, r))
		r->phase = STAGE2_ISSUED;
	else if (t->kind == TLBI_STAGE1 && r->phase == STAGE2_DONE)
		r->phase = STAGE1_ISSUED;
	else
		return;
	r->tlbi_cpu = cpu;
}

void tables_tlbi(unsigned int cpu, const struct tlbi *t)
{
	for (unsigned int i = 0; i < nr_records; i++)
		step_by_tlbi(&records[i], cpu, t);
}

void tables_user(unsigned int cpu)
{
	for (unsigned int i = nr_records; i--;) {
		struct record *r = &records[i];

		if (r->cpu != cpu)
			continue;
		judge_violation("flush", r->at, "IPA %#" PRIx64 ", level %d, VMID %u: %s", r->ipa,
				r->level, r->vmid, phase_name[r->phase]);
		close_record(i);
	}
}

/* ---- changes of an entry ---- */

static void make(struct table *t, unsigned int i, uint64_t new, uint64_t at);

static void add_table(struct root *root, uint64_t pa, int level, uint64_t ipa)
{
	struct table *t;

	if (pa >> 12 >= MAX_PFN || tables[pa >> 12] || nr_unread == MAX_UNREAD)
		return;
	t = calloc(1, sizeof(*t));
	*t = (struct table){ .root = root, .level = level, .ipa = ipa };
	tables[pa >> 12] = t;
	unread[nr_unread++] = pa >> 12;
}

static void break_entry(struct table *t, unsigned int i, uint64_t old, uint64_t at,
			unsigned int cpu)
{
	struct record r = {
		.root = t->root, .cpu = cpu, .level = t->level, .size = level_size(t->level),
		.ipa = t->ipa + i * level_size(t->level), .pa = old & OUTPUT, .at = at,
	};
	struct table *below;

	judge_seen("breaks");
	if (!is_table(old, t->level)) {
		r.kind = LEAF;
		r.pa &= ~(r.size - 1);
		add_record(r);
		count_pages(r.pa, r.size, -1);
		return;
	}
	r.kind = UNLINKED;
	add_record(r);
	below = r.pa >> 12 < MAX_PFN ? tables[r.pa >> 12] : NULL;
	if (!below || below->root != t->root)
		return;
	tables[r.pa >> 12] = NULL;
	for (unsigned int n = 0; n < NR_ENTRIES; n++)
		if (below->entry[n] & VALID)
			break_entry(below, n, below->entry[n], at, cpu);
	free(below);
}

static void judge_make(struct table *t, uint64_t ipa, uint64_t at)
{
	for (unsigned int i = 0; i < nr_records; i++) {
		struct record *r = &records[i];

		if (r->root == t->root && r->kind != PERMISSION && ipa < r->ipa + r->size &&
		    r->ipa < ipa + level_size(t->level))
			judge_violation("make", at, "IPA %#" PRIx64 ", level %d, VMID %u: %s",
					r->ipa, r->level, r->vmid, phase_name[r->phase]);
	}
}

static void make(struct table *t, unsigned int i, uint64_t new, uint64_t at)
{
	uint64_t size = level_size(t->level), ipa = t->ipa + i * size, pa = new & OUTPUT;

	judge_seen("makes");
	judge_make(t, ipa, at);
	if (is_table(new, t->level))
		add_table(t->root, pa, t->level + 1, ipa);
	else
		count_pages(pa & ~(size - 1), size, 1);
}

/* From valid to valid. More permissions concern nobody; fewer have to reach the TLBs. */
static void change(struct table *t, unsigned int i, uint64_t old, uint64_t new, uint64_t at,
		   unsigned int cpu)
{
	struct record r = {
		.kind = PERMISSION, .root = t->root, .cpu = cpu, .level = t->level, .size = level_size(t->level),
		.ipa = t->ipa + i * level_size(t->level), .at = at,
	};

	if (is_table(old, t->level) != is_table(new, t->level) || ((old ^ new) & ~FREE_TO_CHANGE)) {
		judge_violation("break", at,
				"IPA %#" PRIx64 ", level %d: from %#" PRIx64 " to %#" PRIx64, r.ipa,
				t->level, old, new);
		break_entry(t, i, old, at, cpu);
		make(t, i, new, at);
	} else if ((old & ~new & (READ | WRITE)) || (new & ~old & XN)) {
		judge_seen("protects");
		add_record(r);
	}
}

static void apply(struct table *t, unsigned int i, uint64_t new, uint64_t at, unsigned int cpu)
{
	uint64_t old = t->entry[i];

	if (old == new)
		return;
	t->entry[i] = new;
	if (!(old & VALID) && (new & VALID))
		make(t, i, new, at);
	else if ((old & VALID) && !(new & VALID))
		break_entry(t, i, old, at, cpu);
	else if (old & VALID)
		change(t, i, old, new, at, cpu);
}

/* ---- tables ---- */

static bool read_table(uint64_t pfn, uint64_t at, unsigned int cpu)
{
	struct table *t = tables[pfn];
	uint64_t entry[NR_ENTRIES];

	if (!tables_read(pfn << 12, entry))
		return false;
	for (unsigned int i = 0; i < NR_ENTRIES; i++)
		apply(t, i, entry[i], at, cpu);
	return true;
}

/*
 * A root without an entry may be freed without notice: whoever is entered with it brings it back.
 */
static void retire_if_empty(struct root *root)
{
	for (unsigned int p = 0; p < root->pages; p++) {
		struct table *t = tables[(root->pa >> 12) + p];

		for (unsigned int i = 0; t && i < NR_ENTRIES; i++)
			if (t->entry[i] & VALID)
				return;
	}
	for (unsigned int p = 0; p < root->pages; p++) {
		free(tables[(root->pa >> 12) + p]);
		tables[(root->pa >> 12) + p] = NULL;
	}
	root->retired = true;
}

bool tables_is_table(uint64_t pa)
{
	return pa >> 12 < MAX_PFN && tables[pa >> 12];
}

void tables_changed(uint64_t pa, uint64_t at)
{
	struct table *t = tables[pa >> 12];
	struct root *root = t->root;
	bool is_root = t->level == root->start;

	read_table(pa >> 12, at, judge_cpu());
	if (is_root)
		retire_if_empty(root);
}

/* Reading a table makes those known that it points to: until there are none. */
void tables_learn(uint64_t at)
{
	unsigned int cpu;

	if (!nr_unread)
		return;
	cpu = judge_cpu();
	while (nr_unread) {
		uint64_t pfn = unread[nr_unread - 1];

		/* the list may grow meanwhile, and the table be gone since */
		nr_unread--;
		if (!tables[pfn] || read_table(pfn, at, cpu))
			continue;
		unread[nr_unread++] = pfn;
		return;
	}
}

bool tables_in_reach(uint64_t pa)
{
	return pa >> 12 < MAX_PFN && (mapped[pa >> 12] || condemned[pa >> 12]);
}

bool tables_condemned(uint64_t pa)
{
	return pa >> 12 < MAX_PFN && condemned[pa >> 12];
}

bool tables_mapped(uint64_t pa)
{
	return pa >> 12 < MAX_PFN && mapped[pa >> 12];
}

/* ---- VMs ---- */

/* VTCR_EL2.T0SZ and SL0 with 4 KiB granules (Arm ARM D24.2.203). */
static void set_geometry(struct root *root, uint64_t vtcr)
{
	static const int start[] = { 2, 1, 0, 3 };
	unsigned int bits = 64 - (vtcr & 0x3f), covered;

	root->start = start[vtcr >> 6 & 3];
	covered = 12 + 9 * (3 - root->start) + 9;
	root->pages = bits > covered ? 1u << (bits - covered) : 1;
}

static struct root *find_root(uint64_t pa)
{
	unsigned int i;

	for (i = 0; i < nr_roots; i++)
		if (roots[i].pa == pa)
			return &roots[i];
	if (nr_roots == MAX_ROOTS)
		return NULL;
	roots[nr_roots] = (struct root){ .pa = pa, .retired = true };
	return &roots[nr_roots++];
}

static bool has_vmid(const struct root *root, unsigned int vmid)
{
	for (unsigned int i = 0; i < root->nr_vmids; i++)
		if (root->vmids[i] == vmid)
			return true;
	return false;
}

static void add_vmid(struct root *root, unsigned int vmid)
{
	if (!has_vmid(root, vmid) && root->nr_vmids < MAX_VMIDS)
		root->vmids[root->nr_vmids++] = vmid;
}

static void revive(struct root *root, uint64_t vtcr)
{
	root->retired = false;
	root->nr_vmids = 0;
	set_geometry(root, vtcr);
	for (unsigned int p = 0; p < root->pages; p++)
		add_table(root, root->pa + p * TABLE_SIZE, root->start,
			  p * NR_ENTRIES * level_size(root->start));
}

void tables_enter(uint64_t at, uint64_t vttbr, uint64_t vtcr)
{
	unsigned int vmid = vttbr >> 48;
	struct root *root = find_root((vttbr & 0xffffffffffc0ull) | (vttbr & 0x3c) << 46);

	if (!root) {
		judge_seen("too-many-vms");
		return;
	}
	if (root->retired)
		revive(root, vtcr);
	if (owner[vmid] && owner[vmid] != root && has_vmid(owner[vmid], vmid))
		judge_violation("vmid", at,
				"VMID %u is another VM's, whose tables are at %#" PRIx64, vmid,
				owner[vmid]->pa);
	owner[vmid] = root;
	add_vmid(root, vmid);
}

void tables_forget_vmids(void)
{
	for (unsigned int i = 0; i < nr_roots; i++)
		roots[i].nr_vmids = 0;
}

void tables_keep_vmid(unsigned int vmid)
{
	if (owner[vmid])
		add_vmid(owner[vmid], vmid);
}
