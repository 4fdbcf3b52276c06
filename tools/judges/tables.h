/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the judge of stage-2 tables: tables, records, VMIDs. stage2.c says what for. */
#ifndef JUDGES_TABLES_H
#define JUDGES_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define TABLE_SIZE	4096
#define NR_ENTRIES	512

struct tlbi {
	enum { TLBI_STAGE2, TLBI_STAGE1, TLBI_VM, TLBI_EVERYTHING } kind;
	unsigned int vmid;
	uint64_t start, size;	/* of TLBI_STAGE2 */
	unsigned int level;	/* hint, 0: none */
	bool last;		/* leaves only */
};

/* Provided by the judge: a table as memory has it. False: not now. */
bool tables_read(uint64_t pa, uint64_t *entries);

/* A guest is entered with these. */
void tables_enter(uint64_t at, uint64_t vttbr, uint64_t vtcr);
/* Read tables that became known while memory was out of sight. */
void tables_learn(uint64_t at);

bool tables_is_table(uint64_t pa);
void tables_changed(uint64_t pa, uint64_t at);

/* A cheap question that has to be asked of every store: is any of the next two possible? */
bool tables_in_reach(uint64_t pa);
bool tables_condemned(uint64_t pa);	/* a table that is unlinked, but walks may reach it */
bool tables_mapped(uint64_t pa);	/* a page that a guest reaches, by the tables or by a TLB */

bool tables_open(void);			/* is there any record? */
void tables_dsb(unsigned int cpu, bool stores, bool loads, bool inner);
void tables_tlbi(unsigned int cpu, const struct tlbi *t);
void tables_user(unsigned int cpu);	/* returns to the host's user space */

/* No TLB has anything of any VMID, but of those that guests run with. */
void tables_forget_vmids(void);
void tables_keep_vmid(unsigned int vmid);

#endif
