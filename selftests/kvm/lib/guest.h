/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's side. The guest runs a copy of the program's own image: guest
 * functions stand next to the host's in the same file, and addresses,
 * strings and tables mean the same on both sides. What the guest writes it
 * writes to its copy; vm_shared() gives the host a view of that.
 *
 * Guest code runs at EL1h with an identity map: 1 GiB blocks, normal memory,
 * except the third, which is Device memory without a slot, for MMIO.
 */
#ifndef GUEST_H
#define GUEST_H

#include "ktap.h"

#define RAM_BASE	0x400000ul	/* where the program is linked to */
#define RAM_SIZE	0x400000ul
#define RAM_END		(RAM_BASE + RAM_SIZE)
#define STACK_SIZE	0x4000ul	/* per vCPU, down from RAM_END */
#define DATA_BASE	0x40000000ul	/* free for a test's own slots */
#define MMIO_BASE	0x80000000ul	/* never in a slot */
#define UCALL_ADDR	(MMIO_BASE + 0xfff000)

/* A message to the host: the guest stores its address to UCALL_ADDR. */
enum { UCALL_NONE, UCALL_SYNC, UCALL_DONE, UCALL_FAIL, UCALL_EXCEPTION };

struct ucall {
	u64 cmd, a, b, c, d;
};

void guest_ucall(u64 cmd, u64 a, u64 b, u64 c, u64 d);

#define GUEST_SYNC(a, b)	guest_ucall(UCALL_SYNC, a, b, 0, 0)
#define GUEST_EQ(got, want) do { \
	u64 guest_got = (u64)(got), guest_want = (u64)(want); \
	if (guest_got != guest_want) \
		guest_ucall(UCALL_FAIL, (u64)__FILE__ ":" #got, __LINE__, \
			    guest_got, guest_want); \
	} while (0)
#define GUEST_ASSERT(cond)	GUEST_EQ(!!(cond), 1)

/* What an exception interrupted; handlers may change x, pc and pstate. */
struct guest_regs {
	u64 x[31];
	u64 sp, pc, pstate, esr, far, vector, pad;
};

/* Vectors of the current EL with SP_ELx. */
enum { VEC_SYNC = 4, VEC_IRQ, VEC_FIQ, VEC_SERROR };

typedef void (*guest_handler)(struct guest_regs *regs);
void guest_on(unsigned int vector, guest_handler handler);

/* Count synchronous exceptions and step over what caused them. */
extern u64 guest_nr_sync, guest_last_esr, guest_last_far;
void guest_skip_sync(struct guest_regs *regs);

void guest_entry(void);			/* x0 function, x1 argument */
void guest_secondary(void);		/* for PSCI CPU_ON: x0 argument */
extern void (*guest_secondary_fn)(u64);
extern u64 guest_l1[512];
void guest_map_init(void);		/* the host's: fill guest_l1 */

struct smccc { u64 a0, a1, a2, a3; };
struct smccc guest_hvc(u64 fn, u64 a, u64 b, u64 c);
struct smccc guest_smc(u64 fn, u64 a, u64 b, u64 c);

#define mrs(reg) ({ \
	u64 mrs_v; asm volatile("mrs %0, " #reg : "=r"(mrs_v) :: "memory"); mrs_v; })
#define msr(reg, v) asm volatile("msr " #reg ", %x0" :: "rZ"((u64)(v)) : "memory")
#define isb()	asm volatile("isb" ::: "memory")
#define dsb(d)	asm volatile("dsb " #d ::: "memory")
#define wfi()	asm volatile("wfi" ::: "memory")
#define irq_on()	asm volatile("msr daifclr, #0xf" ::: "memory")
#define irq_off()	asm volatile("msr daifset, #0xf" ::: "memory")

/*
 * Sleep until cond, without missing the interrupt that brings it about. IRQs are on before and
 * after.
 */
#define wfi_until(cond) do { \
	irq_off(); \
	while (!(cond)) { \
		wfi(); \
		irq_on(); \
		isb(); \
		irq_off(); \
	} \
	irq_on(); \
	} while (0)

#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))
#define load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/*
 * Loads and stores of one width, of the kind that a syndrome describes. What is not answered reads
 * as ones.
 */
#define MMIO_ACCESS(bits, suffix, reg) \
	static inline void mmio_write##bits(u64 addr, u##bits v) \
	{ \
		asm volatile("str" suffix " %" reg "0, [%1]" :: "rZ"((u64)v), "r"(addr) : "memory"); \
	} \
	static inline u##bits mmio_read##bits(u64 addr) \
	{ \
		u64 v = ~0ul; \
		asm volatile("ldr" suffix " %" reg "0, [%1]" : "+r"(v) : "r"(addr) : "memory"); \
		return v; \
	}
MMIO_ACCESS(8, "b", "w")
MMIO_ACCESS(16, "h", "w")
MMIO_ACCESS(32, "", "w")
MMIO_ACCESS(64, "", "x")

/* The vCPU's id, as it is in the affinity: 16 to a cluster. */
static inline unsigned int guest_cpu(void)
{
	u64 mpidr = mrs(mpidr_el1);

	return (mpidr & 0xf) | (mpidr >> 4 & 0xff0);
}

#endif
