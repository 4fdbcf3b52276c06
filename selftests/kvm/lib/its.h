/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ITS and LPIs: the tables and commands of a guest, and the host's side. The
 * tables lie in a slot of their own; vCPU 0 is the one that takes LPIs, vCPU 1 may.
 */
#ifndef ITS_H
#define ITS_H

#include "gic.h"

#define GITS		(MMIO_BASE + 0x200000)
#define GITS2		(MMIO_BASE + 0x220000)

#define GITS_CTLR	0x0
#define GITS_IIDR	0x4
#define GITS_TYPER	0x8
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_CREADR	0x90
#define GITS_BASER(n)	(0x100ul + 8 * (n))
#define GITS_TRANSLATER	0x10040

#define VALID		(1ul << 63)
#define INDIRECT	(1ul << 62)

/* The slot of tables. */
#define K64		0x10000ul
#define DEVICES		DATA_BASE
#define COLLECTIONS	(DATA_BASE + K64)
#define QUEUE		(DATA_BASE + 2 * K64)
#define PROPS		(DATA_BASE + 3 * K64)
#define LEVEL2		(DATA_BASE + 4 * K64)
#define PENDING(cpu)	(DATA_BASE + (5 + (cpu)) * K64)
#define ITT(dev)	(DATA_BASE + (8 + (dev)) * K64)
#define QUEUE2		(DATA_BASE + 20 * K64)
#define DEVICES2	(DATA_BASE + 21 * K64)
#define COLLECTIONS2	(DATA_BASE + 22 * K64)
#define SCRATCH		(DATA_BASE + 23 * K64)
#define BIG_QUEUE	(DATA_BASE + 32 * K64)	/* 256 KiB */
#define TABLES_SIZE	(48 * K64)
#define ROM		(DATA_BASE + 64 * K64)	/* in some tests */
#define NOWHERE		(1ul << 39)

#define LPI		8192u
#define PROP_ON		0xa1
#define PROP_OFF	0xa0

/* --- the guest's side --- */

/* A command behind those in this queue, which has got to this offset; nobody is told. */
void its_put(u64 queue, u64 *offset, u64 a, u64 b, u64 c, u64 d);
/* The ITS whose queue has got to this offset is told, and done when it returns. */
void its_work(u64 its, u64 offset);
/* Both. */
void its_post(u64 its, u64 queue, u64 *offset, u64 a, u64 b, u64 c, u64 d);
/* The same for the ITS at GITS. */
extern u64 its_queued;
void its_command(u64 a, u64 b, u64 c, u64 d);
/* valid: VALID or 0 */
void its_mapd(u64 dev, u64 itt, unsigned int bits, u64 valid);
void its_mapc(u64 id, u64 cpu, u64 valid);
void its_mapti(u64 dev, u64 event, u64 intid, u64 id);
enum { INT = 3, CLEAR = 4, INV = 0xc, DISCARD = 0xf };
void its_event(u64 op, u64 dev, u64 event);

void lpi_configure(u32 intid, u8 prop);
/* By vCPU: how many were taken, and which was the last. */
extern u64 lpi_nr_taken[2], lpi_taken[2];
/* All that is pending is taken, and it is n interrupts; the last one was intid. */
void lpi_expect_at(unsigned int n, u32 intid, const char *file, unsigned int line);
#define lpi_expect(n, intid)	lpi_expect_at(n, intid, __FILE__, __LINE__)

/* This vCPU takes LPIs; a redistributor has its LPIs on; the ITS has its tables and is on. */
void lpi_cpu_enable(void);
void lpis_on(unsigned int cpu);
void its_on(u64 devices);
/* Likewise the one at GITS2. */
void its_second_on(void);
/* All of these: CPU 0 with collection 0, device 1 with 16 events, event n is LPI + n, on. */
void its_usual(u64 devices);

/* --- the host's side --- */

struct its_machine {
	struct vm *vm;
	int gic, its;
	char *tables;
};

/* Ends the case as skipped where there is none. */
int its_device(int vm);
/* tables NULL: new ones */
struct its_machine its_machine(unsigned int n, void (*fn)(u64), char *tables);
struct its_machine its_machine_of(struct vm *vm, char *tables);
void its_machine_free(struct its_machine *m);

/* -errno */
int its_set_base(int its, u64 base);
/* Of a GIC or an ITS: KVM_DEV_ARM_VGIC_GRP_CTRL. */
int its_control(int its, u64 what);
int its_get_reg(int its, u64 offset, u64 *val);
int its_set_reg(int its, u64 offset, u64 val);
u64 its_reg(int its, u64 offset);
/* KVM_SIGNAL_MSI */
int its_send(struct its_machine *m, u64 its, u32 device, u32 event);

#endif
