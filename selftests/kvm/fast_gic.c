// SPDX-License-Identifier: GPL-2.0-only
/*
 * GIC accesses and SGIs that the hypervisor may serve from copies, without
 * those who keep the state. Proves:
 *  - the distributor's registers have the value that was last written, by the
 *    guest or by user space, at every width and in the guest's byte order, and
 *    those that are not there have none; TYPER tells of an ITS that came later
 *  - an access that its syndrome does not describe is nobody's
 *  - of what is pending, what is enabled is signalled and no more, in the order
 *    of the priorities of now
 *  - an SGI to a vCPU that does not run is pending for whoever looks: another
 *    vCPU, user space; can be taken back; waits for its enable; and is taken
 *    once
 *  - it goes to whom user space gave that affinity
 *  - none is lost between two vCPUs that wait for each other in WFI
 */
#include <pthread.h>
#include "lib/gic.h"

#define NR_IRQS		96

/* ---- registers ---- */

static void check_priorities(u32 round)
{
	for (u32 i = 32; i < NR_IRQS; i += 4)
		mmio_write32(GICD + GIC_IPRIORITYR + i, (i + round) % 32 * 0x08080808u);
	mmio_write8(GICD + GIC_IPRIORITYR + 45, 0xff);
	mmio_write16(GICD + GIC_IPRIORITYR + 46, 0xffff);
	for (u32 i = 32; i < NR_IRQS; i++) {
		u8 want = i == 45 ? 0xf8 : (i / 4 * 4 + round) % 32 * 8;

		GUEST_EQ(mmio_read8(GICD + GIC_IPRIORITYR + i), want);
		if (i % 4 == 0 && i != 44)
			GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + i), want * 0x01010101u);
	}
	GUEST_EQ(mmio_read16(GICD + GIC_IPRIORITYR + 46), 0);
}

static void check_bits(u32 pattern)
{
	mmio_write32(GICD + GIC_ICENABLER + 4, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 4), 0);
	mmio_write32(GICD + GIC_ISENABLER + 4, pattern);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 4), pattern);
	mmio_write32(GICD + GIC_ICENABLER + 4, 0xffff);
	GUEST_EQ(mmio_read32(GICD + GIC_ICENABLER + 4), pattern & 0xffff0000);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 8), 0);
	mmio_write32(GICD + GIC_IGROUPR + 4, pattern);
	GUEST_EQ(mmio_read32(GICD + GIC_IGROUPR + 4), pattern);
	mmio_write32(GICD + GIC_ICFGR + 8, pattern & 0xaaaaaaaa);
	GUEST_EQ(mmio_read32(GICD + GIC_ICFGR + 8), pattern & 0xaaaaaaaa);
}

/* Private interrupts are the redistributors'; the last one is where the frame says. */
static void check_nothing(void)
{
	mmio_write32(GICD + GIC_IPRIORITYR + 28, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 28), 0);
	mmio_write32(GICD + GIC_ISENABLER, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER), 0);
	mmio_write32(GICD + GIC_ISENABLER + NR_IRQS / 8, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + NR_IRQS / 8), 0);
	mmio_write8(GICD + GIC_IPRIORITYR + NR_IRQS, 0x80);
	GUEST_EQ(mmio_read8(GICD + GIC_IPRIORITYR + NR_IRQS), 0);
}

/* As a big-endian guest has it, for which its tables are no tables. */
static u32 swapped(u64 addr, u32 write)
{
	u64 le = mrs(sctlr_el1), be = (le & ~1ul) | 1ul << 25;
	u32 val;

	asm volatile("msr sctlr_el1, %2\n"
		     "isb\n"
		     "cbz %w4, 1f\n"
		     "str %w4, [%1]\n"
		     "1: ldr %w0, [%1]\n"
		     "msr sctlr_el1, %3\n"
		     "isb" : "=&r"(val) : "r"(addr), "r"(be), "r"(le), "r"(write) : "memory");
	return val;
}

static void check_order(void)
{
	mmio_write32(GICD + GIC_IPRIORITYR + 52, 0x08101820);
	GUEST_EQ(swapped(GICD + GIC_IPRIORITYR + 52, 0), 0x20181008);
	GUEST_EQ(swapped(GICD + GIC_IPRIORITYR + 52, 0x40485058), 0x40485058);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 52), 0x58504840);
}

/* Each sync hands the distributor to user space, which changes it. */
static void guest_registers(u64 rounds)
{
	for (u32 i = 0; i < rounds; i++) {
		mmio_write32(GICD_CTLR, 0x10);
		GUEST_EQ(mmio_read32(GICD_CTLR) & 3, 0);
		mmio_write32(GICD_CTLR, 0x12);
		GUEST_EQ(mmio_read32(GICD_CTLR) & 3, 2);
		check_priorities(i);
		check_bits(0x9669f00f << i % 8);
		check_nothing();
		check_order();
		GUEST_SYNC(1, 0);
		/* the ITS came last, and nothing was written since */
		GUEST_EQ(mmio_read32(GICD + GIC_TYPER) >> 17 & 1, i >= rounds / 2);
		GUEST_EQ(mmio_read32(GICD_CTLR) & 3, 0);
		GUEST_EQ(mmio_read32(GICD + GIC_IIDR) >> 12 & 15, 2 + i % 2);
		GUEST_EQ(mmio_read8(GICD + GIC_IPRIORITYR + 40), 0x48);
	}
}

static struct vm *new_vm(int *gic, void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_new(3, fn, arg);

	*gic = gic_new(vm, NR_IRQS);
	return vm;
}

static void registers(void)
{
	u64 rounds = 8;
	int gic;
	struct vm *vm = new_vm(&gic, guest_registers, rounds);
	u32 iidr;

	for (u32 i = 0; i < rounds; i++) {
		vcpu_sync(&vm->vcpu[0], 1);
		REQUIRE_EQ(gic_set_dist(gic, GIC_CTLR, 0x50), 0);
		iidr = gic_get_dist(gic, GIC_IIDR);
		REQUIRE_EQ(gic_set_dist(gic, GIC_IIDR, (iidr & ~0xf000u) | (2 + i % 2) << 12), 0);
		REQUIRE_EQ(gic_set_dist(gic, GIC_IPRIORITYR + 40, 0x48484848), 0);
		if (i == rounds / 2)
			REQUIRE(device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_ITS) > 0);
	}
	vcpu_finish(&vm->vcpu[0]);
}

/* With write-back: no register is named in the syndrome. */
static void guest_undescribed(u64 arg)
{
	u64 addr = GICD + GIC_IIDR;

	asm volatile("ldr wzr, [%0], #4" : "+r"(addr) :: "memory");
}

static void undescribed(void)
{
	int gic;
	struct vm *vm = new_vm(&gic, guest_undescribed, 0);

	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENOSYS);
}

/* ---- SGIs ---- */

static u64 taken[2][16];

static void take(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	if (intid >= 16)
		return;
	icc_write(ICC_EOIR1, intid);
	__atomic_add_fetch(&taken[guest_cpu()][intid], 1, __ATOMIC_SEQ_CST);
}

static void start(void)
{
	guest_on(VEC_IRQ, take);
	gic_cpu_enable(GICR(guest_cpu()));
}

static void send(u64 cpu, u64 sgi)
{
	gic_send_sgi(sgi, 1 << cpu);
}

/* Takes what there is between two syncs. */
static void guest_receiver(u64 arg)
{
	start();
	for (;;) {
		GUEST_SYNC(2, 0);
		irq_on();
		isb();
		irq_off();
	}
}

/* The receiver runs at each sync. */
static void guest_sender(u64 rounds)
{
	mmio_write32(GICD_CTLR, 0x12);
	start();
	GUEST_SYNC(1, 0);
	for (u64 i = 1; i <= rounds; i++) {
		send(1, 3);
		send(1, 3);
		send(1, 7);
		send(1, 5);
		GUEST_EQ(mmio_read32(GIC_SGI(1) + GIC_ISPENDR) & 0xffff, 1 << 3 | 1 << 7 | 1 << 5);
		mmio_write32(GIC_SGI(1) + GIC_ICPENDR, 1 << 5);
		GUEST_EQ(mmio_read32(GIC_SGI(1) + GIC_ISPENDR) & 0xffff, 1 << 3 | 1 << 7);
		mmio_write32(GIC_SGI(1) + GIC_ICENABLER, 1 << 9);
		send(1, 9);
		GUEST_SYNC(1, 0);
		GUEST_EQ(taken[1][3], i);
		GUEST_EQ(taken[1][5], 0);
		GUEST_EQ(taken[1][7], i);
		GUEST_EQ(taken[1][9], i - 1);
		mmio_write32(GIC_SGI(1) + GIC_ISENABLER, 1 << 9);
		GUEST_SYNC(1, 0);
		GUEST_EQ(taken[1][9], i);
		send(1, 11);
		GUEST_SYNC(1, 0);
		GUEST_EQ(taken[1][11], i);
	}
}

/* vCPU 1's pending SGIs, for user space. */
static u32 pending(int gic)
{
	u32 val;

	REQUIRE_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS,
			       1ull << 32 | (GICR_SGI + GIC_ISPENDR), &val), 0);
	return val & 0xffff;
}

static void sgis(void)
{
	u64 rounds = 6;
	int gic;
	struct vm *vm = new_vm(&gic, guest_sender, rounds);
	struct ucall uc;

	vcpu_start(&vm->vcpu[1], guest_receiver, 0);
	vcpu_sync(&vm->vcpu[1], 2);
	for (u64 i = 0; i <= 3 * rounds; i++) {
		u32 want = i == 0 ? 0 : i % 3 == 1 ? 1 << 3 | 1 << 7 | 1 << 9 : i % 3 == 2 ? 1 << 9 : 1 << 11;

		vcpu_sync(&vm->vcpu[0], 1);
		CHECK_EQ(pending(gic), want);
		vcpu_sync(&vm->vcpu[1], 2);
	}
	uc = vcpu_ucall(&vm->vcpu[0]);
	CHECK_EQ(uc.cmd, UCALL_DONE);
}

/* User space has given vCPUs 1 and 2 each other's affinity. */
static void guest_crossed(u64 arg)
{
	send(1, 6);
	GUEST_EQ(mmio_read32(GIC_SGI(1) + GIC_ISPENDR) & 0xffff, 0);
	GUEST_EQ(mmio_read32(GIC_SGI(2) + GIC_ISPENDR) & 0xffff, 1 << 6);
}

static void crossed(void)
{
	int gic;
	struct vm *vm = new_vm(&gic, guest_crossed, 0);
	u64 first = reg_read(&vm->vcpu[1], REG_MPIDR);

	reg_write(&vm->vcpu[1], REG_MPIDR, reg_read(&vm->vcpu[2], REG_MPIDR));
	reg_write(&vm->vcpu[2], REG_MPIDR, first);
	vcpu_finish(&vm->vcpu[0]);
}

/* ---- SPIs ---- */

#define SPI		40
#define SPI_BIT(n)	(1u << (n) % 32)

static u64 signalled(void)
{
	isb();
	return icc_read(ICC_HPPIR1);
}

static void guest_pending(u64 rounds)
{
	mmio_write32(GICD_CTLR, 0x12);
	start();
	mmio_write32(GICD + GIC_ICFGR + SPI / 16 * 4, ~0u);
	for (u64 i = 0; i < rounds; i++) {
		mmio_write32(GICD + GIC_ICENABLER + 4, ~0u);
		mmio_write8(GICD + GIC_IPRIORITYR + SPI, 0x80);
		mmio_write8(GICD + GIC_IPRIORITYR + SPI + 1, 0x40);
		mmio_write32(GICD + GIC_ISPENDR + 4, SPI_BIT(SPI) | SPI_BIT(SPI + 1));
		mmio_write32(GICD + GIC_ISENABLER + 4, SPI_BIT(SPI));
		GUEST_EQ(signalled(), SPI);
		mmio_write32(GICD + GIC_ISENABLER + 4, SPI_BIT(SPI + 1));
		GUEST_EQ(signalled(), SPI + 1);
		mmio_write8(GICD + GIC_IPRIORITYR + SPI + 1, 0xc0);
		GUEST_EQ(signalled(), SPI);
		mmio_write32(GICD + GIC_IGROUPR + 4, ~SPI_BIT(SPI));
		GUEST_EQ(signalled(), SPI + 1);
		mmio_write32(GICD + GIC_IGROUPR + 4, ~0u);
		GUEST_EQ(signalled(), SPI);
		mmio_write32(GICD + GIC_ICENABLER + 4, SPI_BIT(SPI));
		GUEST_EQ(signalled(), SPI + 1);
	}
}

static void pending_spis(void)
{
	int gic;

	vcpu_finish(&new_vm(&gic, guest_pending, 8)->vcpu[0]);
}

/* Each sends when it has received. */
static void guest_pong(u64 rounds)
{
	u64 me = guest_cpu();

	start();
	for (u64 i = 1; i <= rounds; i++) {
		if (me == 0)
			send(1, 4);
		while (READ_ONCE(taken[me][4]) < i) {
			wfi();
			irq_on();
			isb();
			irq_off();
		}
		GUEST_EQ(taken[me][4], i);
		/* sometimes the other is still on its way into WFI */
		for (u64 n = i % 64 * 16; n; n--)
			asm volatile("");
		if (me == 1)
			send(0, 4);
	}
}

static void guest_ping(u64 rounds)
{
	mmio_write32(GICD_CTLR, 0x12);
	guest_pong(rounds);
}

static void *run_other(void *vcpu)
{
	pin_to(1);
	vcpu_finish(vcpu);
	return NULL;
}

static void ping_pong(void)
{
	u64 rounds = 250;
	int gic;
	struct vm *vm = new_vm(&gic, guest_ping, rounds);
	pthread_t thread;

	vcpu_start(&vm->vcpu[1], guest_pong, rounds);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_other, &vm->vcpu[1]), 0);
	pin_to(0);
	vcpu_finish(&vm->vcpu[0]);
	pthread_join(thread, NULL);
}

static const struct ktap_case cases[] = {
	{ "registers of the distributor", registers },
	{ "an access without a description", undescribed },
	{ "what is pending is changed", pending_spis },
	{ "SGIs to a vCPU that does not run", sgis },
	{ "SGIs by affinity", crossed },
	{ "SGIs between vCPUs in WFI", ping_pong, 120 },
};
KTAP_MAIN(cases)
