/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is measured. OP(id, name, vhe, nvhe, n): vhe and nvhe are the most that keel
 * may take of in-tree KVM's instructions in that mode, in percent; n is how often the
 * operation is done between two marks.
 *
 * A mark is an instruction that does nothing, MOVZ XZR with a number. The
 * program that runs on the hypervisor executes it, at whatever exception
 * level; the counting plugin of the emulator (count.c) sees it.
 */
#ifndef BENCH_OPS_H
#define BENCH_OPS_H

#define BENCH_OPS(OP) \
	OP(HYPERCALL,	"hypercall",		20, 20, 256) \
	OP(FEATURES,	"smccc-features",	20, 20, 256) \
	OP(IDREG,	"id-register",		20, 20, 256) \
	OP(CTR,		"ctr-read",		100, 100, 256) \
	OP(GIC_READ,	"gic-mmio-read",	20, 20, 256) \
	OP(GIC_WRITE,	"gic-mmio-write",	20, 20, 256) \
	OP(SGI_SEND,	"sgi-send",		20, 20, 256) \
	OP(WFI_PENDING,	"wfi-pending",		20, 20, 256) \
	OP(USER_READ,	"user-mmio-read",	38, 48, 128) \
	OP(USER_WRITE,	"user-mmio-write",	38, 48, 128) \
	OP(IOEVENTFD,	"ioeventfd",		100, 100, 128) \
	OP(SGI_HANDLER,	"sgi-to-handler",	60, 75, 64) \
	OP(EOI,		"interrupt-completion",	100, 100, 1) \
	OP(GIC2_ACK,	"gicc-ack-eoi",		100, 100, 1) \
	OP(IRQFD_SPI,	"irqfd-spi-to-handler",	65, 80, 32) \
	OP(IRQFD_LPI,	"irqfd-lpi-to-handler",	65, 80, 32) \
	OP(LPI_CROWD,	"exit-900-lpis",	50, 50, 64) \
	OP(TIMER,	"timer-to-handler",	40, 70, 64) \
	OP(WFI_SLEEP,	"wfi-sleep-wake",	75, 80, 4) \
	OP(SWITCH_VCPU,	"vcpu-switch",		42, 48, 64) \
	OP(SWITCH_VM,	"vm-switch",		50, 50, 64) \
	OP(FAULT_4K,	"stage2-fault-4k",	40, 65, 256) \
	OP(FAULT_2M,	"stage2-fault-2m",	50, 50, 8) \
	OP(WRPROTECT,	"write-protect-fault",	50, 50, 256) \
	OP(LOG_START,	"dirty-log-start-64m",	50, 50, 1) \
	OP(LOG_GET,	"dirty-log-get-1000",	50, 50, 1) \
	OP(LOG_CLEAR,	"dirty-log-clear-1000",	50, 50, 1) \
	OP(LOG_STORE,	"store-after-clear",	50, 50, 1000) \
	OP(CREATE,	"vm-create-destroy",	40, 40, 1) \
	OP(FIRST,	"vm-first-exit",	35, 35, 1) \
	OP(IRQFDS_END,	"irqfds-end",		100, 100, 1000) \
	OP(IRQFD_DEASSIGN, "irqfd-deassign",	100, 100, 16) \
	OP(IMAGE_SAVE,	"image-save",		100, 100, 1) \
	OP(IMAGE_LOAD,	"image-load",		100, 100, 1) \
	OP(FORK_PAUSE,	"fork-pause",		100, 100, 1) \
	OP(FORK_VM,	"fork-first-exit",	100, 100, 1) \
	OP(FORK_NULL,	"fork-without-vm",	100, 100, 1) \
	OP(BOOT,	"linux-boot",		100, 100, 1) \
	OP(GETPID,	"linux-getpid",		100, 100, 20000) \
	OP(FORK_EXEC,	"linux-fork-exec",	100, 100, 40) \
	OP(PIPE,	"linux-pipe",		75, 75, 400) \
	OP(PAGE_FAULT,	"linux-page-fault",	100, 100, 4096) \
	BENCH_GROWTH(OP)

/* How cost grows: "of" as many as the name says. */
#define BENCH_GROWTH(OP) \
	OP(SGI_ALL_8,	"sgi-to-all-of-8",	100, 100, 16) \
	OP(SGI_ALL_64,	"sgi-to-all-of-64",	100, 100, 16) \
	OP(SGI_ALL_512,	"sgi-to-all-of-512",	100, 100, 16) \
	OP(SLOT_CHANGE_1, "slot-change-of-1",	100, 100, 16) \
	OP(SLOT_CHANGE_1000, "slot-change-of-1000", 100, 100, 16) \
	OP(SLOT_CHANGE_32000, "slot-change-of-32000", 100, 100, 16) \
	OP(SLOT_FAULT_1, "slot-fault-of-1",	100, 100, 64) \
	OP(SLOT_FAULT_32000, "slot-fault-of-32000", 100, 100, 64) \
	OP(VMS_2,	"vm-in-turn-of-2",	100, 100, 1000) \
	OP(VMS_1000,	"vm-in-turn-of-1000",	100, 100, 1000) \
	OP(LPIS_64,	"exit-with-lpis-of-64",	100, 100, 64) \
	OP(LPIS_1024,	"exit-with-lpis-of-1024", 100, 100, 64) \
	OP(LPIS_57344,	"exit-with-lpis-of-57344", 100, 100, 64)

enum {
#define OP(id, name, vhe, nvhe, n)	OP_##id,
	BENCH_OPS(OP)
#undef OP
	NR_OPS
};

enum {
#define OP(id, name, vhe, nvhe, n)	N_##id = n,
	BENCH_OPS(OP)
#undef OP
};

#define MARK_BEGIN	0x4000
#define MARK_END	0x8000
#define MARK_INSN	0xd280001fu	/* MOVZ XZR, #imm: imm in bits 20:5 */

#ifdef __aarch64__
#define MARK(n)	asm volatile(".inst 0xd280001f | (%c0 << 5)" :: "i"(n) : "memory")
#define BEGIN(id)	MARK(MARK_BEGIN | OP_##id)
#define END(id)		MARK(MARK_END | OP_##id)
#endif

#endif
