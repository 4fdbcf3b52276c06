// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's NVMe disk assigned to a guest, which drives it by queues in its memory and
 * MSI-X. Proves:
 *  - the guest reads what is on the disk, and what it writes is there
 *  - each completion comes with its vector's LPI, of which none is lost
 *  - the same after each reset of the device by the host
 *  - a reset while the guest reads the registers goes unnoticed, but for the time it takes
 *
 * The disk begins with the decimal numbers from 1 on, a line each.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/assigned.h"

#define VS		0x08
#define AQA		0x24
#define ASQ		0x28
#define ACQ		0x30
#define CC		0x14
#define CSTS		0x1c
#define DOORBELL(n)	(0x1000 + 4 * (n))	/* submission 0, completion 0, submission 1 ... */
#define REGISTERS	0x2000

#define DEPTH		16u
#define QUEUES		DMA_BASE		/* a page each */
#define IDENTITY	(DMA_BASE + 0x8000)
#define DATA		(DMA_BASE + 0x10000)
#define COPY		(DMA_BASE + 0x20000)
#define SIZE		0x10000ul
#define PAGE_BLOCKS	8u			/* of 512 bytes */
#define COPY_AT		2048u			/* block */

enum { WRITE = 1, READ = 2, CREATE_SQ = 1, CREATE_CQ = 5, IDENTIFY = 6 };

/* ---- the guest ---- */

struct completion {
	u32 result, reserved;
	u16 sq_head, sq;
	u16 id, status;		/* bit 0: the phase */
};

/* Admin: 0, I/O: 1. */
struct queue {
	u32 tail, head, phase;
};

static struct queue queue[2];
static u64 nr_taken[2], nr_done[2];

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	GUEST_ASSERT(intid == LPI || intid == LPI + 1);
	icc_write(ICC_EOIR1, intid);
	store_release(&nr_taken[intid - LPI], nr_taken[intid - LPI] + 1);
}

static volatile u32 *submission(u32 q)
{
	return (u32 *)(QUEUES + 2 * q * 4096 + queue[q].tail * 64);
}

static volatile struct completion *completion(u32 q)
{
	return (struct completion *)(QUEUES + (2 * q + 1) * 4096 +
				     queue[q].head * sizeof(struct completion));
}

static void submit(u32 q, u32 op, u32 ns, u64 addr, u32 dw10, u32 dw11, u32 dw12)
{
	volatile u32 *dw = submission(q);

	for (u32 i = 0; i < 16; i++)
		dw[i] = 0;
	dw[0] = op;
	dw[1] = ns;
	dw[6] = addr;
	dw[7] = addr >> 32;
	dw[10] = dw10;
	dw[11] = dw11;
	dw[12] = dw12;
	queue[q].tail = (queue[q].tail + 1) % DEPTH;
	dsb(sy);
	mmio_write32(BAR + DOORBELL(2 * q), queue[q].tail);
}

/* The completion is there by the time its interrupt is taken. */
static void await(u32 q)
{
	u64 n = ++nr_done[q];
	volatile struct completion *c = completion(q);

	wfi_until(load_acquire(&nr_taken[q]) >= n);
	GUEST_EQ(nr_taken[q], n);
	GUEST_EQ(c->status, queue[q].phase);
	queue[q].head = (queue[q].head + 1) % DEPTH;
	queue[q].phase ^= !queue[q].head;
	mmio_write32(BAR + DOORBELL(2 * q + 1), queue[q].head);
}

static void wait_ready(u32 ready)
{
	while ((mmio_read32(BAR + CSTS) & 1) != ready)
		;
}

static void clear(u64 at, u64 size)
{
	for (u64 i = 0; i < size; i += 8)
		*(volatile u64 *)(at + i) = 0;
}

static void nvme_start(void)
{
	clear(QUEUES, 4 * 4096);
	for (u32 q = 0; q < 2; q++)
		queue[q] = (struct queue){ .phase = 1 };
	mmio_write32(BAR + CC, 0);
	wait_ready(0);
	mmio_write32(BAR + AQA, (DEPTH - 1) << 16 | (DEPTH - 1));
	mmio_write64(BAR + ASQ, QUEUES);
	mmio_write64(BAR + ACQ, QUEUES + 4096);
	mmio_write32(BAR + CC, 4 << 20 | 6 << 16 | 1);
	wait_ready(1);
	submit(0, IDENTIFY, 0, IDENTITY, 1, 0, 0);
	await(0);
	GUEST_EQ(*(volatile u32 *)(IDENTITY + 4), 0x6c65656b);	/* "keel" */
	submit(0, CREATE_CQ, 0, QUEUES + 3 * 4096, (DEPTH - 1) << 16 | 1, 1 << 16 | 3, 0);
	await(0);
	submit(0, CREATE_SQ, 0, QUEUES + 2 * 4096, (DEPTH - 1) << 16 | 1, 1 << 16 | 1, 0);
	await(0);
}

static void transfer(u32 op, u64 at, u32 block)
{
	for (u64 i = 0; i < SIZE; i += 4096, block += PAGE_BLOCKS) {
		submit(1, op, 1, at + i, block, 0, PAGE_BLOCKS - 1);
		await(1);
	}
}

/* Before each sync the host resets the device. */
static void guest_main_loop(u64 rounds)
{
	guest_on(VEC_IRQ, take);
	gic_enable(64, true);
	assigned_map_lpis(2);
	irq_on();
	for (u64 i = 0; i < rounds; i++) {
		u64 sum;

		nvme_start();
		clear(DATA, SIZE);
		clear(COPY, SIZE);
		transfer(READ, DATA, 0);
		sum = checksum((void *)DATA, SIZE);
		transfer(WRITE, DATA, COPY_AT);
		transfer(READ, COPY, COPY_AT);
		GUEST_EQ(checksum((void *)COPY, SIZE), sum);
		GUEST_SYNC(i, sum);
	}
}

static u64 turns, stop;

static void guest_reads(u64 unused)
{
	u32 version = mmio_read32(BAR + VS);

	GUEST_ASSERT(version != 0 && version != ~0u);
	while (!load_acquire(&stop)) {
		GUEST_EQ(mmio_read32(BAR + VS), version);
		store_release(&turns, turns + 1);
	}
}

/* ---- the host ---- */

static u64 sum_of_disk(void)
{
	char *text = malloc(SIZE + 16);
	u64 sum;

	for (u64 n = 1, at = 0; at < SIZE; n++)
		at += sprintf(text + at, "%lu\n", n);
	sum = checksum(text, SIZE);
	free(text);
	return sum;
}

static void read_and_write(void)
{
	u64 rounds = ktap_times(8), sum = sum_of_disk();
	struct assigned a = assigned_new(VFIO_NVME, REGISTERS, guest_main_loop, rounds);

	assigned_lpis(&a, VFIO_PCI_MSIX_IRQ_INDEX, 2);
	for (u64 i = 0; i < rounds; i++) {
		struct ucall uc = vcpu_ucall(&a.vm->vcpu[0]);

		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK_EQ(uc.a, i);
		CHECK_EQ(uc.b, sum);
		CHECK_EQ(vfio_irq_count(&a.dev), (i + 1) * (3 + 3 * SIZE / 4096));
		REQUIRE_EQ(kvm(a.dev.device, VFIO_DEVICE_RESET, 0), 0);
	}
	vcpu_finish(&a.vm->vcpu[0]);
}

static void *finish(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

/* VFIO takes the registers away for the time of a reset; an access waits until they are back. */
static void reset_under_guest(void)
{
	struct assigned a = assigned_new(VFIO_NVME, REGISTERS, guest_reads, 0);
	u64 *count = vm_shared(a.vm, turns);
	pthread_t thread;

	pthread_create(&thread, NULL, finish, &a.vm->vcpu[0]);
	for (u64 i = 0; i < 20; i++) {
		u64 from = load_acquire(count);

		while (load_acquire(count) < from + 2)
			usleep(100);
		REQUIRE_EQ(kvm(a.dev.device, VFIO_DEVICE_RESET, 0), 0);
	}
	store_release(vm_shared(a.vm, stop), 1);
	pthread_join(thread, NULL);
}

static const struct ktap_case cases[] = {
	{ "a disk, reset again and again", read_and_write, 60 },
	{ "a reset while the guest reads registers", reset_under_guest },
};
KTAP_MAIN(cases)
