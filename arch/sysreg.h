/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of system registers that keel knows: how a trapped access is
 * emulated (sysreg.c) and what ONE_REG sees (onereg.c). An encoding that is
 * not in the table is UNDEFINED for the guest and unknown to user space.
 */
#ifndef KEEL_ARCH_SYSREG_H
#define KEEL_ARCH_SYSREG_H

#include <linux/types.h>

struct keel_vcpu;
struct keel_sysreg;

#define KEEL_SYSREG_NONE 0U
#define KEEL_SYSREG_R	1U
#define KEEL_SYSREG_W	2U
#define KEEL_SYSREG_RW	3U

/* What becomes of a trapped access. */
enum keel_sysreg_answer {
	KEEL_SYSREG_UNDEFINED,
	KEEL_SYSREG_DONE,
	KEEL_SYSREG_AGAIN,	/* the instruction is to be executed once more */
	/* the same, after KVM_RUN has ended with -errno, which is the value */
	KEEL_SYSREG_LEAVE,
};

/* Emulate one access; *val is read or to be written. false: UNDEFINED. Sleepable. */
typedef bool (*keel_sysreg_access)(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				   u64 *val);

/* ONE_REG's view of a register; get and set return 0 or -errno. */
struct keel_sysreg_user {
	int (*get)(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val);
	int (*set)(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val);
	bool (*visible)(const struct keel_vcpu *vcpu);	/* NULL: always */
	/* by KVM_GET_REG_LIST; NULL: if it is visible */
	bool (*listed)(const struct keel_vcpu *vcpu);
};

struct keel_sysreg {
	u32 enc;			/* sys_reg(op0, op1, CRn, CRm, op2) */
	/* KEEL_SYSREG_*: accesses that exist; others are UNDEFINED */
	u16 modes;
	s16 reg;			/* enum keel_reg, or -1 */
	const char *name;
	keel_sysreg_access access;	/* NULL: the access never traps; if it does, UNDEFINED */
	const struct keel_sysreg_user *user;	/* NULL: not in ONE_REG */
	u64 reset;			/* value at reset, if reg >= 0 */
};

/* Pure (sysreg_find.c). */
const struct keel_sysreg *keel_sysreg_find(const struct keel_sysreg *table, unsigned int n,
					   u32 enc);
/* Sorted strictly by encoding, and each row usable. */
bool keel_sysreg_table_valid(const struct keel_sysreg *table, unsigned int n, unsigned int nr_regs);

/* sysreg.c */
extern const struct keel_sysreg keel_sysreg_table[];
extern const unsigned int keel_sysreg_nr;

/* sysreg_access.c: emulation of trapped accesses */
bool keel_sysreg_raz_wi(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_mem(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_read_only(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val);
bool keel_sysreg_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_vm(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_set_way(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_ras(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_ras_1(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_lor(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_imp_id(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_ccsidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_csselr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_timer(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_gic(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);

/* sysreg_debug.c: the same for the debug registers */
bool keel_sysreg_debug_bp(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			  u64 *val);
bool keel_sysreg_debug_mdscr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			     u64 *val);
bool keel_sysreg_debug_try_mdscr(struct keel_vcpu *vcpu, bool write, u64 *val);
bool keel_sysreg_debug_oslar(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			     u64 *val);
bool keel_sysreg_debug_claimset(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				u64 *val);
bool keel_sysreg_debug_claimclr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				u64 *val);
bool keel_sysreg_debug_authstatus(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				  u64 *val);
extern const struct keel_sysreg_user keel_sysreg_user_bp;
extern const struct keel_sysreg_user keel_sysreg_user_oslsr;

/* pmu_trap.c, pmu_user.c: the same for the PMU's */
bool keel_sysreg_pmu_cr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_pmu_cnten(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val);
bool keel_sysreg_pmu_inten(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val);
bool keel_sysreg_pmu_ovs(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val);
bool keel_sysreg_pmu_swinc(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val);
bool keel_sysreg_pmu_selr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			  u64 *val);
bool keel_sysreg_pmu_ceid(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			  u64 *val);
bool keel_sysreg_pmu_userenr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			     u64 *val);
bool keel_sysreg_pmu_mmir(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			  u64 *val);
bool keel_sysreg_pmu_cntr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			  u64 *val);
bool keel_sysreg_pmu_typer(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val);
extern const struct keel_sysreg_user keel_sysreg_user_pmu_cr, keel_sysreg_user_pmu_bits;
extern const struct keel_sysreg_user keel_sysreg_user_pmu_swinc, keel_sysreg_user_pmu_selr;
extern const struct keel_sysreg_user keel_sysreg_user_pmu_userenr, keel_sysreg_user_pmu_mmir;
extern const struct keel_sysreg_user keel_sysreg_user_pmu_cntr, keel_sysreg_user_pmu_typer;
/* Which counter's this register is. */
unsigned int keel_sysreg_pmu_index(u32 enc);

/* sysreg_user.c: ONE_REG views */
extern const struct keel_sysreg_user keel_sysreg_user_plain, keel_sysreg_user_key,
	keel_sysreg_user_zcr;
extern const struct keel_sysreg_user keel_sysreg_user_idreg, keel_sysreg_user_mpidr;
extern const struct keel_sysreg_user keel_sysreg_user_midr, keel_sysreg_user_revidr,
	keel_sysreg_user_aidr;
extern const struct keel_sysreg_user keel_sysreg_user_clidr, keel_sysreg_user_ctr,
	keel_sysreg_user_once;

/* OSLSR_EL1: OSLM says implemented, OSLK says locked. */
#define KEEL_OSLSR_OSLM	(1U << 3)
#define KEEL_OSLSR_OSLK	(1U << 1)

/* X(0), X(1), ...: registers of which each event counter has one. */
#define KEEL_PMU_EACH(X) \
	X(0), X(1), X(2), X(3), X(4), X(5), X(6), X(7), \
	X(8), X(9), X(10), X(11), X(12), X(13), X(14), X(15), \
	X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), \
	X(24), X(25), X(26), X(27), X(28), X(29), X(30)

#endif
