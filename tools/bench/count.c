// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin for QEMU 10: counts what the emulated machine executes, on all
 * CPUs and at all exception levels, between the marks of ops.h. Idle CPUs
 * execute nothing, so sleep is not counted. One thread emulates all CPUs, as
 * under -icount. (The interface's own counters crash QEMU 10.0 in that mode.)
 *
 * Arguments: out=FILE    a line for each operation that was measured
 *            profile=OP  and for this one how often each block of code ran; repeatable
 *
 * Debian does not package the header of the plugin interface; what is used of
 * it is declared here, as of version 4.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ops.h"

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int, void *), int flags,
					    void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 4;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

enum kind { INSNS, SYSREGS, BARRIERS, RETURNS, NR_KINDS };

struct counts {
	uint64_t n[NR_KINDS];
};

/* The cheapest batch of an operation: no tick of the host came in between. */
struct op {
	const char *name;
	unsigned int per_batch, vhe, nvhe, batches;
	bool open, profiled;
	struct counts begin, least;
};

static struct op ops[NR_OPS] = {
#define OP(id, name_, vhe_, nvhe_, n) \
	{ .name = name_, .per_batch = n, .vhe = vhe_, .nvhe = nvhe_ },
	BENCH_OPS(OP)
#undef OP
};

static FILE *out;
static struct op *profiling;	/* the one that is open, if it is profiled */
static struct counts total;

/*
 * Instructions in a row of which only the last can end in an exception: all of
 * them were executed when the first was. How often since the profiled operation began, and
 * in the cheapest batch of each.
 */
struct segment {
	struct segment *next;
	uint64_t addr;
	unsigned int n[NR_KINDS];
	uint64_t runs, *least;
};
static struct segment *segments;

/*
 * Where the host kernel keeps its current task and per-CPU offset: no dearer than a general
 * register.
 */
static bool is_cheap(uint32_t reg)
{
	return reg == 0x184100 ||	/* SP_EL0 */
	       reg == 0x18d080 ||	/* TPIDR_EL1 */
	       reg == 0x1cd040;		/* TPIDR_EL2 */
}

/* Arm ARM C4.1.94: MRS and MSR (register), SYS; barriers; ERET. */
static int classify(uint32_t insn)
{
	if ((insn & 0xffd00000) == 0xd5100000)
		return is_cheap(insn & 0x1fffe0) ? -1 : SYSREGS;
	if ((insn & 0xffd80000) == 0xd5080000)
		return SYSREGS;
	if ((insn & 0xfffff09f) == 0xd503309f && (insn & 0x60) != 0x20)
		return BARRIERS;	/* DSB, ISB, SB; not DMB */
	if (insn == 0xd69f03e0 || (insn & 0xfffffbff) == 0xd69f0bff)
		return RETURNS;
	return -1;
}

static void begin(unsigned int cpu, void *data)
{
	struct op *op = data;

	op->open = true;
	op->begin = total;
	if (!op->profiled)
		return;
	profiling = op;
	for (struct segment *s = segments; s; s = s->next)
		s->runs = 0;
}

/* So often each block ran in the batch that has ended. */
static void keep_runs(struct op *op)
{
	for (struct segment *s = segments; s; s = s->next) {
		if (!s->least && s->runs)
			s->least = calloc(NR_OPS, sizeof(*s->least));
		if (s->least)
			s->least[op - ops] = s->runs;
	}
}

static void end(unsigned int cpu, void *data)
{
	struct op *op = data;
	struct counts c = total;

	if (!op->open)
		return;
	op->open = false;
	for (int k = 0; k < NR_KINDS; k++)
		c.n[k] -= op->begin.n[k];
	if (!op->batches++ || c.n[INSNS] < op->least.n[INSNS]) {
		op->least = c;
		if (op->profiled)
			keep_runs(op);
	}
	profiling = NULL;
}

static void ran(unsigned int cpu, void *data)
{
	struct segment *s = data;

	for (int k = 0; k < NR_KINDS; k++)
		total.n[k] += s->n[k];
	if (profiling)
		s->runs++;
}

/* Loads and stores (Arm ARM C4.1: op0 x1x0), and the system instructions. */
static bool may_trap(uint32_t insn)
{
	return (insn >> 25 & 5) == 4 || (insn & 0xffc00000) == 0xd5000000;
}

static void watch_mark(struct qemu_plugin_insn *insn, uint32_t code)
{
	uint32_t imm = code >> 5 & 0xffff;

	if ((code & 0xffe0001f) != MARK_INSN || (imm & 0xfff) >= NR_OPS)
		return;
	if ((imm & 0xf000) == MARK_BEGIN)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, NO_REGS, &ops[imm & 0xfff]);
	else if ((imm & 0xf000) == MARK_END)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, end, NO_REGS, &ops[imm & 0xfff]);
}

static struct segment *start_segment(struct qemu_plugin_insn *insn)
{
	struct segment *s = calloc(1, sizeof(*s));

	s->addr = qemu_plugin_insn_vaddr(insn);
	s->next = segments;
	segments = s;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, ran, NO_REGS, s);
	return s;
}

/* A mark ends a segment too, so that what is behind it is counted behind it. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct segment *s = NULL;

	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = 0;
		int kind;

		if (!s)
			s = start_segment(insn);
		qemu_plugin_insn_data(insn, &code, sizeof(code));
		watch_mark(insn, code);
		kind = classify(code);
		s->n[INSNS]++;
		if (kind >= 0)
			s->n[kind]++;
		if (may_trap(code) || (code & 0xffe0001f) == MARK_INSN)
			s = NULL;
	}
}

/*
 * op NAME GOAL-VHE GOAL-NVHE INSTRUCTIONS SYSREGS BARRIERS RETURNS, each for one time;
 * block NAME ADDRESS INSNS RUNS
 */
static void print_blocks(const struct op *op)
{
	for (const struct segment *s = segments; s; s = s->next)
		if (s->least && s->least[op - ops])
			fprintf(out, "block %s %#" PRIx64 " %u %.3f\n", op->name, s->addr,
				s->n[INSNS], (double)s->least[op - ops] / op->per_batch);
}

static void finish(plugin_id id, void *data)
{
	for (struct op *op = ops; op < ops + NR_OPS; op++) {
		if (!op->batches)
			continue;
		fprintf(out, "op %s %u %u", op->name, op->vhe, op->nvhe);
		for (int k = 0; k < NR_KINDS; k++)
			fprintf(out, " %.1f", (double)op->least.n[k] / op->per_batch);
		fputc('\n', out);
		print_blocks(op);
	}
	fclose(out);
}

static bool argument(const char *arg)
{
	bool known = false;

	if (!strncmp(arg, "out=", 4)) {
		out = fopen(arg + 4, "w");
		return out;
	}
	if (strncmp(arg, "profile=", 8))
		return false;
	for (struct op *op = ops; op < ops + NR_OPS; op++)
		if (!strcmp(op->name, arg + 8))
			known = op->profiled = true;
	return known;
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!argument(argv[i])) {
			fprintf(stderr, "count: cannot use %s\n", argv[i]);
			return -1;
		}
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
