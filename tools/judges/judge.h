/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all judges have in common: the emulated CPU's registers by name, where
 * exceptions enter EL2, and the report. One thread emulates all CPUs (-icount),
 * so nothing here or in a judge is shared between threads.
 *
 * The report (argument out=FILE) has lines
 *	violation RULE ADDRESS TIMES WHAT
 *	seen WHAT TIMES
 * the second so that a run in which a judge saw nothing is not taken for clean.
 * Argument until=RULE ends the emulator with the first violation of that rule.
 */
#ifndef JUDGES_JUDGE_H
#define JUDGES_JUDGE_H

#include <stdio.h>
#include "plugin.h"

#define MAX_CPUS	32

/* A register of the emulated CPU as its debugger names it; absent ones read as 0. */
struct judge_reg {
	const char *name;
	struct qemu_plugin_register *handle;
};

/* from the callback for a new CPU */
void judge_find(struct judge_reg *regs, unsigned int n);
uint64_t judge_read(const struct judge_reg *reg);
uint64_t judge_x(unsigned int n);				/* 31: XZR */
uint64_t judge_pstate(void);
unsigned int judge_el(void);
uint64_t judge_hcr(void);

/*
 * Which CPU this is, below MAX_CPUS. What QEMU 10.0 passes to callbacks is the
 * CPU that a block was translated on, where one thread emulates all: so this
 * goes by TPIDR_EL2, which everybody at EL2 uses to find out. A CPU whose EL2
 * changes hands gets another number then; 0 is any CPU while nobody is there.
 */
unsigned int judge_cpu(void);

/*
 * Does this block begin where EL2's vectors take exceptions from lower exception levels? Ask
 * at_vector() then.
 */
bool judge_may_be_vector(const struct qemu_plugin_tb *tb);
/* Is it really one, of the table in VBAR_EL2? From the block's execution; data is its address. */
bool judge_at_vector(uint64_t addr);

uint32_t judge_insn(const struct qemu_plugin_insn *insn);

/* One rule broken at one address is one line, however often. */
void judge_violation(const char *rule, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void judge_seen(const char *what);

/* A judge's own part. */
extern const char judge_name[];
void judge_new_cpu(void);
void judge_translated(plugin_id id, struct qemu_plugin_tb *tb);
bool judge_argument(const char *arg);
void judge_report(FILE *out);

#endif
