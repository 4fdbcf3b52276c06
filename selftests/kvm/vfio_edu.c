// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's device "edu" assigned to a guest, which drives it: a computer of factorials
 * with a DMA engine, one MSI and INTx. Proves:
 *  - its registers are accessed without an exit to user space
 *  - DMA goes to the guest's memory, both ways, also while the host would like to swap
 *    it, merge it, move it or write-protect it
 *  - DMA to an address that was given to nobody, or no longer, ends at the SMMU: also
 *    one that is a page of the host's
 *  - its MSI is an LPI of the guest's, or an SPI; its INTx a level-sensitive SPI, which
 *    is open again when the guest has ended it. None is lost or comes twice.
 *  - registers that are switched off under a running guest are no longer reached, and
 *    are again when they are on
 *  - the host takes the device back from a running guest, and gives it to another one
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/assigned.h"
#include "lib/swap.h"

#define ID		0x00
#define INVERT		0x04
#define FACTORIAL	0x08
#define STATUS		0x20
#define IRQ_STATUS	0x24
#define IRQ_RAISE	0x60
#define IRQ_ACK		0x64
#define DMA_SRC		0x80
#define DMA_DST		0x88
#define DMA_COUNT	0x90
#define DMA_CMD		0x98
#define FROM_MEMORY	1
#define TO_MEMORY	3
#define DMA_IRQ		4		/* raises 0x100 */
#define BUFFER		0x40000		/* the device's, a page */
#define CHUNK		4096ul

#define SOURCE		DMA_BASE
#define TARGET		(DMA_BASE + 0x10000)

/* ---- the guest ---- */

static u64 nr_taken, last_intid, last_status;

static u32 edu_read(u32 reg)
{
	return mmio_read32(BAR + reg);
}

static void edu_write(u32 reg, u32 value)
{
	mmio_write32(BAR + reg, value);
}

static void start_dma(u64 src, u64 dst, u64 count, u64 cmd)
{
	dsb(sy);
	mmio_write64(BAR + DMA_SRC, src);
	mmio_write64(BAR + DMA_DST, dst);
	mmio_write64(BAR + DMA_COUNT, count);
	mmio_write64(BAR + DMA_CMD, cmd);
}

static void dma(u64 src, u64 dst, u64 count, u64 cmd)
{
	start_dma(src, dst, count, cmd);
	while (mmio_read64(BAR + DMA_CMD) & 1)
		;
	dsb(sy);
}

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1), status = edu_read(IRQ_STATUS);

	edu_write(IRQ_ACK, status);
	WRITE_ONCE(last_status, status);
	WRITE_ONCE(last_intid, intid);
	icc_write(ICC_EOIR1, intid);
	store_release(&nr_taken, nr_taken + 1);
}

static void gic_start(bool edge)
{
	guest_on(VEC_IRQ, take);
	gic_enable(64, edge);
	mmio_write64(GICD_IROUTER(SPI), 0);
}

static void guest_registers(u64 unused)
{
	for (u32 i = 0; i < 1000; i++) {
		GUEST_EQ(edu_read(ID) & 0xff, 0xed);
		edu_write(INVERT, i * 0x01010101);
		GUEST_EQ(edu_read(INVERT), (u32)~(i * 0x01010101));
	}
	edu_write(FACTORIAL, 12);
	while (edu_read(STATUS) & 1)
		;
	GUEST_EQ(edu_read(FACTORIAL), 479001600);
}

/* There and back, with what the host has put there. The host is asked before each round. */
static void guest_dma(u64 rounds)
{
	for (u64 i = 0; i < rounds; i++) {
		u64 sum = checksum((void *)SOURCE, CHUNK);

		dma(SOURCE, BUFFER, CHUNK, FROM_MEMORY);
		dma(BUFFER, TARGET, CHUNK, TO_MEMORY);
		GUEST_EQ(checksum((void *)TARGET, CHUNK), sum);
		GUEST_SYNC(i, sum);
	}
}

static void raise(u64 rounds, u32 intid)
{
	irq_on();
	for (u64 i = 1; i <= rounds; i++) {
		edu_write(IRQ_RAISE, i);
		wfi_until(load_acquire(&nr_taken) >= i);
		GUEST_EQ(nr_taken, i);
		GUEST_EQ(last_intid, intid);
		GUEST_EQ(last_status, i);
	}
}

static void guest_lpi(u64 rounds)
{
	gic_start(true);
	assigned_map_lpis(1);
	raise(rounds, LPI);
	/* and one that DMA brings */
	start_dma(SOURCE, BUFFER, CHUNK, FROM_MEMORY | DMA_IRQ);
	wfi_until(load_acquire(&nr_taken) > rounds);
	GUEST_EQ(last_status, 0x100);
}

static void guest_spi(u64 rounds)
{
	gic_start(true);
	raise(rounds, SPI);
}

static void guest_intx(u64 rounds)
{
	gic_start(false);
	raise(rounds, SPI);
}

/* The addresses come from the host: of nobody, of a page of the host's. */
static u64 wild[2];

static void guest_wild(u64 unused)
{
	u64 sum = checksum((void *)SOURCE, CHUNK);

	for (u64 i = 0; i < ARRAY_SIZE(wild); i++) {
		dma(SOURCE, BUFFER, CHUNK, FROM_MEMORY);
		dma(BUFFER, wild[i], 4, TO_MEMORY);
		dma(wild[i], BUFFER, 4, FROM_MEMORY);
		dma(BUFFER, TARGET, CHUNK, TO_MEMORY);
		GUEST_SYNC(i, *(u32 *)TARGET);
	}
	dma(SOURCE, BUFFER, CHUNK, FROM_MEMORY);
	dma(BUFFER, TARGET, CHUNK, TO_MEMORY);
	GUEST_EQ(checksum((void *)TARGET, CHUNK), sum);
}

static u64 turns, stop;

static void guest_reads(u64 unused)
{
	while (!load_acquire(&stop)) {
		GUEST_EQ(edu_read(ID) & 0xff, 0xed);
		store_release(&turns, turns + 1);
	}
}

/* ---- the host ---- */

static struct assigned edu(void (*fn)(u64), u64 arg)
{
	return assigned_new(VFIO_EDU, 0, fn, arg);
}

static void registers(void)
{
	struct assigned a = edu(guest_registers, 0);
	struct ucall uc = vcpu_ucall(&a.vm->vcpu[0]);

	CHECK_EQ(uc.cmd, UCALL_DONE);
}

static void one_dma(struct assigned *a, u64 i)
{
	void *source = assigned_hva(a, SOURCE), *target = assigned_hva(a, TARGET);
	struct ucall uc;

	fill(source, CHUNK, i + 1);
	memset(target, 0x55, CHUNK);
	uc = vcpu_ucall(&a->vm->vcpu[0]);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	CHECK_EQ(uc.a, i);
	CHECK_EQ(uc.b, checksum(source, CHUNK));
	CHECK_EQ(uc.b, checksum(target, CHUNK));
}

static void both_ways(void)
{
	struct assigned a = edu(guest_dma, 4);

	for (u64 i = 0; i < 4; i++)
		one_dma(&a, i);
	vcpu_finish(&a.vm->vcpu[0]);
}

static void set_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

/*
 * What the host does to memory that it takes for idle. Pages that a device may write to stay where
 * they are.
 */
static void press(char *p, u64 size, u64 i)
{
	set_file("/sys/kernel/mm/ksm/run", "1");
	set_file("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	madvise(p, size, i & 1 ? MADV_MERGEABLE : MADV_UNMERGEABLE);
	madvise(p, size, MADV_PAGEOUT);
	set_file("/proc/sys/vm/compact_memory", "1");
	/* a part, so that a huge page is mapped by small ones */
	REQUIRE_EQ(mprotect(p + K64, size - K64, PROT_READ), 0);
	REQUIRE_EQ(mprotect(p + K64, size - K64, PROT_READ | PROT_WRITE), 0);
	usleep(20000);
}

/* Memory of the process that no device has is swapped out meanwhile. */
static void pressed(void)
{
	struct assigned a = edu(guest_dma, 6);
	u64 size = TABLES_SIZE + DMA_SIZE, most = 0;
	bool swap = swap_on();
	char *idle = vm_alloc(size, PAGE);

	for (u64 i = 0; i < 6; i++) {
		memset(idle, i + 1, size);
		madvise(idle, size, MADV_PAGEOUT);
		most = swap_pages() > most ? swap_pages() : most;
		press(a.data, size, i);
		CHECK_EQ(swap_pages_of(a.data, size), 0);
		one_dma(&a, i);
	}
	ktap_note("swap %d, %lu pages of others' went out", swap, most);
	CHECK(!swap || most > 0);
	vcpu_finish(&a.vm->vcpu[0]);
	set_file("/sys/kernel/mm/ksm/run", "2");
	munmap(idle, size);
	if (swap)
		swap_off();
}

/* Where that page is in the host's memory. */
static u64 physical(const void *p)
{
	FILE *f = fopen("/proc/self/pagemap", "r");
	u64 entry = 0;

	REQUIRE(f);
	fseek(f, (u64)p / PAGE * 8, SEEK_SET);
	REQUIRE_EQ(fread(&entry, 8, 1, f), 1);
	fclose(f);
	REQUIRE(entry >> 63, "not present");
	return (entry & ((1ul << 55) - 1)) * PAGE;
}

/*
 * A page of the host's whose address is none that the device may use: in the guest's memory it
 * would be one.
 */
static u64 *stranger(u64 value)
{
	/* more than there is room for in the guest's memory */
	for (u64 i = 0; i <= (TABLES_SIZE + DMA_SIZE) / PAGE && i < 20000; i++) {
		u64 *page = vm_alloc(PAGE, PAGE);

		*page = value;
		REQUIRE_EQ(mlock(page, PAGE), 0);
		if (physical(page) - DATA_BASE >= TABLES_SIZE + DMA_SIZE)
			return page;
	}
	REQUIRE(false, "all pages are where the guest's memory is");
	return NULL;
}

/*
 * The device is refused by the SMMU, of which the host prints a line each time; the
 * device takes it for zeroes. The first address was the guest's once.
 */
static void wild_dma(void)
{
	struct assigned a = edu(guest_wild, 0);
	u64 secret = 0x5ec2e75ec2e75ec2, *page = stranger(secret), *gone = stranger(secret);

	vfio_map(&a.dev, DATA_BASE + (512ul << 20), PAGE, gone);
	vfio_unmap(&a.dev, DATA_BASE + (512ul << 20), PAGE);
	vm_shared(a.vm, wild)[0][0] = DATA_BASE + (512ul << 20);
	vm_shared(a.vm, wild)[0][1] = physical(page);
	fill(assigned_hva(&a, SOURCE), CHUNK, 1);
	for (u64 i = 0; i < ARRAY_SIZE(wild); i++) {
		struct ucall uc = vcpu_ucall(&a.vm->vcpu[0]);

		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK_EQ(uc.a, i);
		CHECK_EQ(uc.b, 0);
	}
	vcpu_finish(&a.vm->vcpu[0]);
	CHECK_EQ(*page, secret);
	CHECK_EQ(*gone, secret);
}

static void by_lpi(void)
{
	u64 n = ktap_times(100);
	struct assigned a = edu(guest_lpi, n);
	u64 before = vfio_irq_count(&a.dev);

	assigned_lpis(&a, VFIO_PCI_MSI_IRQ_INDEX, 1);
	vcpu_finish(&a.vm->vcpu[0]);
	CHECK_EQ(vfio_irq_count(&a.dev) - before, n + 1);
}

static void by_spi(void)
{
	u64 n = ktap_times(100);
	struct assigned a = edu(guest_spi, n);
	int fd = assigned_eventfd();

	assigned_irqfd(&a, fd, SPI - 32, -1);
	vfio_irqs(&a.dev, VFIO_PCI_MSI_IRQ_INDEX, 1, &fd);
	vcpu_finish(&a.vm->vcpu[0]);
	CHECK_EQ(vfio_irq_count(&a.dev), n);
}

static void by_intx(void)
{
	u64 n = ktap_times(100);
	struct assigned a = edu(guest_intx, n);
	int fd = assigned_eventfd(), resample = assigned_eventfd();

	assigned_irqfd(&a, fd, SPI - 32, resample);
	vfio_irqs(&a.dev, VFIO_PCI_INTX_IRQ_INDEX, 1, &fd);
	vfio_unmask_by(&a.dev, resample);
	vcpu_finish(&a.vm->vcpu[0]);
	CHECK(vfio_irq_count(&a.dev) >= n);
	vfio_irqs(&a.dev, VFIO_PCI_INTX_IRQ_INDEX, 0, NULL);
}

/* A vCPU that goes on where its registers are missing; how often it met that. */
static u64 nr_missing;

static void *run_on(void *arg)
{
	struct vcpu *vcpu = arg;
	struct ucall uc;
	int ret;

	for (;;) {
		ret = vcpu_run(vcpu);
		if (ret == -EFAULT) {
			store_release(&nr_missing, nr_missing + 1);
			usleep(1000);
		} else if (ret != -EINTR) {
			break;
		}
	}
	REQUIRE_EQ(ret, 0);
	REQUIRE(vcpu_is_ucall(vcpu, &uc));
	CHECK_EQ(uc.cmd, UCALL_DONE);
	return NULL;
}

static void wait_more(u64 *counter)
{
	u64 from = load_acquire(counter);

	while (load_acquire(counter) < from + 2)
		usleep(100);
}

static void switched_off(void)
{
	struct assigned a = edu(guest_reads, 0);
	pthread_t thread;

	pthread_create(&thread, NULL, run_on, &a.vm->vcpu[0]);
	for (u64 i = 0; i < 30; i++) {
		u64 last;

		wait_more(vm_shared(a.vm, turns));
		vfio_command(&a.dev, 0, PCI_COMMAND_MEMORY);
		wait_more(&nr_missing);
		last = *vm_shared(a.vm, turns);
		usleep(1000);
		CHECK_EQ(*vm_shared(a.vm, turns), last);
		vfio_command(&a.dev, PCI_COMMAND_MEMORY, 0);
	}
	store_release(vm_shared(a.vm, stop), 1);
	pthread_join(thread, NULL);
}

static void *unbind(void *name)
{
	vfio_unbind(name);
	return NULL;
}

/* The host asks by an eventfd for the device, and waits until it is closed. */
static void give_back(struct assigned *a, pthread_t *waiter)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	u64 count = 0;

	vfio_irqs(&a->dev, VFIO_PCI_REQ_IRQ_INDEX, 1, &fd);
	pthread_create(waiter, NULL, unbind, a->dev.name);
	REQUIRE_EQ(read(fd, &count, 8), 8);
	CHECK(count > 0);
	wait_more(vm_shared(a->vm, turns));
	vfio_close(&a->dev);
}

static void taken_back(void)
{
	struct assigned a = edu(guest_reads, 0), b;
	pthread_t vcpu, waiter;
	u64 last;

	pthread_create(&vcpu, NULL, run_on, &a.vm->vcpu[0]);
	wait_more(vm_shared(a.vm, turns));
	give_back(&a, &waiter);
	close(a.kvm_vfio);
	wait_more(vm_shared(a.vm, turns));
	/* the last that holds the device, and the guest has it no more */
	REQUIRE_EQ(munmap(a.bar, a.bar_size), 0);
	/* what was read before may still be counted */
	wait_more(&nr_missing);
	last = *vm_shared(a.vm, turns);
	wait_more(&nr_missing);
	CHECK_EQ(*vm_shared(a.vm, turns), last);
	pthread_join(waiter, NULL);
	b = edu(guest_registers, 0);
	CHECK_EQ(vcpu_ucall(&b.vm->vcpu[0]).cmd, UCALL_DONE);
	CHECK_EQ(*vm_shared(a.vm, turns), last);
}

static const struct ktap_case cases[] = {
	{ "registers without an exit", registers },
	{ "DMA both ways", both_ways },
	{ "DMA to memory that the host has plans with", pressed },
	{ "DMA to what is nobody's", wild_dma },
	{ "MSI to an LPI", by_lpi },
	{ "MSI to an SPI", by_spi },
	{ "INTx, resampled", by_intx },
	{ "registers switched off under the guest", switched_off },
	{ "device taken back from a running guest", taken_back },
};
KTAP_MAIN(cases)
