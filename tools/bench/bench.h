/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the benchmark program share. */
#ifndef BENCH_H
#define BENCH_H

#include "../../selftests/kvm/lib/vm.h"
#include "ops.h"

#define BATCHES		8

/* Ticks of the counter that the cheapest batch took. */
extern u64 best;

static inline u64 ticks(void)
{
	isb();
	return mrs(cntvct_el0);
}

static inline void note(u64 spent)
{
	if (spent < best)
		best = spent;
}

#define BATCH(id, stmt) do { \
	u64 batch_begin = ticks(); \
	BEGIN(id); \
	for (unsigned int batch_i = 0; batch_i < N_##id; batch_i++) { stmt; } \
	END(id); \
	note(ticks() - batch_begin); \
	} while (0)
#define MEASURE(id, stmt) do { \
	for (unsigned int batch = 0; batch < BATCHES; batch++) \
		BATCH(id, stmt); \
	} while (0)

static inline void write32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

/* fork.c */
void bench_image_save(void);
void bench_image_load(void);
void bench_fork_pause(void);
void bench_fork_vm(void);
void bench_fork_null(void);

/* growth.c */
void bench_sgi_all_8(void);
void bench_sgi_all_64(void);
void bench_sgi_all_512(void);
void bench_slot_change_1(void);
void bench_slot_change_1000(void);
void bench_slot_change_32000(void);
void bench_slot_fault_1(void);
void bench_slot_fault_32000(void);
void bench_vms_2(void);
void bench_vms_1000(void);
void bench_lpis_64(void);
void bench_lpis_1024(void);
void bench_lpis_57344(void);

#define DEVICE		(MMIO_BASE + 0x800000)	/* served by bench_serve() */
/* The minimal loop of a VMM: reads are 0, writes go nowhere, until the guest is done. */
void bench_serve(struct vcpu *vcpu);

/* Of that many interrupts. Its fd. */
int bench_add_gic(int vm, u32 irqs);

/* irqfd.c */
void bench_irqfds_end(void);
void bench_irqfd_deassign(void);

/* dirty.c */
void bench_log_start(void);
void bench_log_get(void);
void bench_log_clear(void);
void bench_log_store(void);

#endif
