// SPDX-License-Identifier: GPL-2.0-only
/* What all judges have in common: see judge.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "insn.h"
#include "judge.h"

#define MAX_VIOLATIONS	256
#define MAX_SEEN	64

PLUGIN_EXPORT int qemu_plugin_version = 4;
PLUGIN_EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

static FILE *out;
static const char *until;	/* the rule whose first violation ends it all */

static struct violation {
	const char *rule;
	uint64_t addr, times;
	char what[160];
} violations[MAX_VIOLATIONS];
static unsigned int nr_violations;

static struct {
	const char *what;
	uint64_t times;
} seen[MAX_SEEN];

/* ---- registers ---- */

static struct judge_reg general[31], pstate = { .name = "cpsr" }, hcr = { .name = "HCR_EL2" },
	vbar = { .name = "VBAR_EL2" }, tpidr = { .name = "TPIDR_EL2" };
static char general_name[31][4];

void judge_find(struct judge_reg *regs, unsigned int n)
{
	struct g_array *list = qemu_plugin_get_registers();
	const struct plugin_register *known = (void *)list->data;

	for (unsigned int i = 0; i < n; i++)
		for (unsigned int k = 0; k < list->len; k++)
			if (!strcmp(known[k].name, regs[i].name))
				regs[i].handle = known[k].handle;
}

uint64_t judge_read(const struct judge_reg *reg)
{
	static struct g_bytes *buf;
	uint64_t value = 0;
	int size;

	if (!reg->handle)
		return 0;
	if (!buf)
		buf = g_byte_array_new();
	g_byte_array_set_size(buf, 0);
	size = qemu_plugin_read_register(reg->handle, buf);
	if (size > 0)
		memcpy(&value, buf->data, size < 8 ? size : 8);
	return value;
}

uint64_t judge_x(unsigned int n)
{
	return n < 31 ? judge_read(&general[n]) : 0;
}

uint64_t judge_pstate(void)
{
	return judge_read(&pstate);
}

unsigned int judge_el(void)
{
	uint64_t p = judge_pstate();

	/* AArch32: EL0 is User mode, EL1 all others here */
	if (p & PSTATE_AARCH32)
		return (p & 0xf) != 0;
	return PSTATE_EL(p);
}

uint64_t judge_hcr(void)
{
	return judge_read(&hcr);
}

/* Nobody's TPIDR_EL2 is 0, as it is after reset. */
unsigned int judge_cpu(void)
{
	static uint64_t known[MAX_CPUS];
	static unsigned int n = 1;
	uint64_t value = judge_read(&tpidr);
	unsigned int i;

	for (i = 0; i < n; i++)
		if (known[i] == value)
			return i;
	if (n == MAX_CPUS)
		return 0;
	known[n] = value;
	return n++;
}

static void new_cpu(plugin_id id, unsigned int cpu)
{
	for (int i = 0; i < 31; i++) {
		snprintf(general_name[i], sizeof(general_name[i]), "x%d", i);
		general[i].name = general_name[i];
	}
	judge_find(general, 31);
	judge_find(&pstate, 1);
	judge_find(&hcr, 1);
	judge_find(&vbar, 1);
	judge_find(&tpidr, 1);
	judge_new_cpu();
}

/* ---- instructions ---- */

/* Arm ARM D1.3.1: the upper half of the table is for lower exception levels. */
bool judge_may_be_vector(const struct qemu_plugin_tb *tb)
{
	uint64_t addr = qemu_plugin_tb_vaddr(tb);

	return !(addr & 0x7f) && (addr & 0x400);
}

bool judge_at_vector(uint64_t addr)
{
	return judge_el() == 2 && (addr & ~0x7ffull) == judge_read(&vbar);
}

uint32_t judge_insn(const struct qemu_plugin_insn *insn)
{
	uint32_t code = 0;

	qemu_plugin_insn_data(insn, &code, sizeof(code));
	return code;
}

/* ---- report ---- */

static void finish(plugin_id id, void *data)
{
	judge_report(out);
	for (unsigned int i = 0; i < MAX_SEEN && seen[i].what; i++)
		fprintf(out, "seen %s %" PRIu64 "\n", seen[i].what, seen[i].times);
	for (unsigned int i = 0; i < nr_violations; i++)
		fprintf(out, "violation %s %#" PRIx64 " %" PRIu64 " %s\n", violations[i].rule,
			violations[i].addr, violations[i].times, violations[i].what);
	fprintf(out, "end\n");
	fclose(out);
}

static struct violation *find_violation(const char *rule, uint64_t addr)
{
	for (unsigned int i = 0; i < nr_violations; i++)
		if (violations[i].addr == addr && !strcmp(violations[i].rule, rule))
			return &violations[i];
	return NULL;
}

void judge_violation(const char *rule, uint64_t addr, const char *fmt, ...)
{
	struct violation *v = find_violation(rule, addr);
	va_list ap;

	if (v) {
		v->times++;
		return;
	}
	if (nr_violations == MAX_VIOLATIONS)
		return;
	v = &violations[nr_violations++];
	*v = (struct violation){ .rule = rule, .addr = addr, .times = 1 };
	va_start(ap, fmt);
	vsnprintf(v->what, sizeof(v->what), fmt, ap);
	va_end(ap);
	if (until && !strcmp(until, rule)) {
		finish(0, NULL);
		_exit(0);
	}
}

void judge_seen(const char *what)
{
	unsigned int i;

	for (i = 0; i < MAX_SEEN && seen[i].what; i++)
		if (seen[i].what == what)
			break;
	if (i == MAX_SEEN)
		return;
	seen[i].what = what;
	seen[i].times++;
}

static bool argument(const char *arg)
{
	if (!strncmp(arg, "until=", 6)) {
		until = strdup(arg + 6);
		return until;
	}
	if (strncmp(arg, "out=", 4))
		return judge_argument(arg);
	out = fopen(arg + 4, "w");
	return out;
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!argument(argv[i])) {
			fprintf(stderr, "%s: cannot use %s\n", judge_name, argv[i]);
			return -1;
		}
	if (!out)
		return -1;
	qemu_plugin_register_vcpu_init_cb(id, new_cpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, judge_translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
