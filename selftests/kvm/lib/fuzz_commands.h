/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest at EL1, or with an EL2 of its own, does at random: commands, each of which it makes
 * up from its number and a seed.
 */
#ifndef FUZZ_COMMANDS_H
#define FUZZ_COMMANDS_H

#include "fuzz.h"
#include "its.h"

#define FUZZ_VCPUS	2

enum fuzz_command {
	SYSTEM, LOWER, CALLS, ACCESSES, ITS_COMMANDS, INTERRUPTS, NESTING,
	ANY,		/* of these */
	ALL_SYSTEM	/* each system instruction, by its number, at both levels */
};

/* What a vCPU does: commands from next on. Known to both sides, and what the guest says of it. */
struct fuzz_work {
	u64 seed, next, end, kind;
};
extern struct fuzz_work fuzz_work[FUZZ_VCPUS];
/* What the machine has; the host says. */
extern bool fuzz_has_el2, fuzz_has_its;

/* In the slot of tables: code for lower levels, of each vCPU, and vectors of EL1 below an EL2. */
#define LOWER_CODE(cpu)	(DATA_BASE + 40 * K64 + (cpu) * 64)
#define LOWER_VECTORS	(DATA_BASE + 41 * K64)
#define AP_EL0		(1ul << 6)
#define INSN_RET	0xd65f03c0u
#define INSN_SVC	0xd4000001u
#define INSN_HVC	0xd4000002u

/* The guest's. */
void fuzz_guest_commands(u64 cpu);
/* An address of something: also for the host, which puts it into registers. */
u64 fuzz_address(struct rng *r);

#endif
