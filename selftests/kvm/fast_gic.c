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
#include "lib/vm.h"

#define GICD		MMIO_BASE
#define GICR(cpu)	(MMIO_BASE + 0x100000 + (cpu) * 0x20000ul)
#define SGIR(cpu)	(GICR(cpu) + 0x10000)
#define CTLR		0x0
#define TYPER		0x4
#define IIDR		0x8
#define IGROUPR		0x80
#define ISENABLER	0x100
#define ICENABLER	0x180
#define ISPENDR		0x200
#define ICPENDR		0x280
#define IPRIORITYR	0x400
#define ICFGR		0xc00
#define NR_IRQS		96

static void write32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static void write16(u64 addr, u16 v)
{
	asm volatile("strh %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static void write8(u64 addr, u8 v)
{
	asm volatile("strb %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

#define READ(insn, addr) ({ \
	u64 read_v = ~0ul; \
	asm volatile(insn " %w0, [%1]" : "+r"(read_v) : "r"((u64)(addr)) : "memory"); \
	read_v; })
#define read32(addr)	READ("ldr", addr)
#define read16(addr)	READ("ldrh", addr)
#define read8(addr)	READ("ldrb", addr)

/* ---- registers ---- */

static void check_priorities(u32 round)
{
	for (u32 i = 32; i < NR_IRQS; i += 4)
		write32(GICD + IPRIORITYR + i, (i + round) % 32 * 0x08080808u);
	write8(GICD + IPRIORITYR + 45, 0xff);
	write16(GICD + IPRIORITYR + 46, 0xffff);
	for (u32 i = 32; i < NR_IRQS; i++) {
		u8 want = i == 45 ? 0xf8 : (i / 4 * 4 + round) % 32 * 8;

		GUEST_EQ(read8(GICD + IPRIORITYR + i), want);
		if (i % 4 == 0 && i != 44)
			GUEST_EQ(read32(GICD + IPRIORITYR + i), want * 0x01010101u);
	}
	GUEST_EQ(read16(GICD + IPRIORITYR + 46), 0);
}

static void check_bits(u32 pattern)
{
	write32(GICD + ICENABLER + 4, ~0u);
	GUEST_EQ(read32(GICD + ISENABLER + 4), 0);
	write32(GICD + ISENABLER + 4, pattern);
	GUEST_EQ(read32(GICD + ISENABLER + 4), pattern);
	write32(GICD + ICENABLER + 4, 0xffff);
	GUEST_EQ(read32(GICD + ICENABLER + 4), pattern & 0xffff0000);
	GUEST_EQ(read32(GICD + ISENABLER + 8), 0);
	write32(GICD + IGROUPR + 4, pattern);
	GUEST_EQ(read32(GICD + IGROUPR + 4), pattern);
	write32(GICD + ICFGR + 8, pattern & 0xaaaaaaaa);
	GUEST_EQ(read32(GICD + ICFGR + 8), pattern & 0xaaaaaaaa);
}

/* Private interrupts are the redistributors'; the last one is where the frame says. */
static void check_nothing(void)
{
	write32(GICD + IPRIORITYR + 28, ~0u);
	GUEST_EQ(read32(GICD + IPRIORITYR + 28), 0);
	write32(GICD + ISENABLER, ~0u);
	GUEST_EQ(read32(GICD + ISENABLER), 0);
	write32(GICD + ISENABLER + NR_IRQS / 8, ~0u);
	GUEST_EQ(read32(GICD + ISENABLER + NR_IRQS / 8), 0);
	write8(GICD + IPRIORITYR + NR_IRQS, 0x80);
	GUEST_EQ(read8(GICD + IPRIORITYR + NR_IRQS), 0);
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
	write32(GICD + IPRIORITYR + 52, 0x08101820);
	GUEST_EQ(swapped(GICD + IPRIORITYR + 52, 0), 0x20181008);
	GUEST_EQ(swapped(GICD + IPRIORITYR + 52, 0x40485058), 0x40485058);
	GUEST_EQ(read32(GICD + IPRIORITYR + 52), 0x58504840);
}

/* Each sync hands the distributor to user space, which changes it. */
static void guest_registers(u64 rounds)
{
	for (u32 i = 0; i < rounds; i++) {
		write32(GICD, 0x10);
		GUEST_EQ(read32(GICD + CTLR) & 3, 0);
		write32(GICD, 0x12);
		GUEST_EQ(read32(GICD + CTLR) & 3, 2);
		check_priorities(i);
		check_bits(0x9669f00f << i % 8);
		check_nothing();
		check_order();
		GUEST_SYNC(1, 0);
		/* the ITS came last, and nothing was written since */
		GUEST_EQ(read32(GICD + TYPER) >> 17 & 1, i >= rounds / 2);
		GUEST_EQ(read32(GICD + CTLR) & 3, 0);
		GUEST_EQ(read32(GICD + IIDR) >> 12 & 15, 2 + i % 2);
		GUEST_EQ(read8(GICD + IPRIORITYR + 40), 0x48);
	}
}

static void gic_attr(int fd, u32 group, u64 attr, bool set, const void *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (u64)val };

	REQUIRE_EQ(kvm(fd, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR, &a), 0);
}

static void set_dist(int gic, u32 offset, u32 val)
{
	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, true, &val);
}

static struct vm *new_vm(int *gic, void (*fn)(u64), u64 arg)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	struct vm *vm = vm_new(3, fn, arg);
	u64 dist = GICD, redist = GICR(0);
	u32 nr = NR_IRQS;

	if (kvm(vm->fd, KVM_CREATE_DEVICE, &cd) < 0)
		ktap_skip("no GICv3 for guests");
	*gic = cd.fd;
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, true, &dist);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, true, &redist);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, true, &nr);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, true, NULL);
	return vm;
}

static void registers(void)
{
	struct kvm_create_device its = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };
	u64 rounds = 8;
	int gic;
	struct vm *vm = new_vm(&gic, guest_registers, rounds);
	u32 iidr;

	for (u32 i = 0; i < rounds; i++) {
		vcpu_sync(&vm->vcpu[0], 1);
		set_dist(gic, CTLR, 0x50);
		gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, IIDR, false, &iidr);
		set_dist(gic, IIDR, (iidr & ~0xf000u) | (2 + i % 2) << 12);
		set_dist(gic, IPRIORITYR + 40, 0x48484848);
		if (i == rounds / 2)
			REQUIRE_EQ(kvm(vm->fd, KVM_CREATE_DEVICE, &its), 0);
	}
	vcpu_finish(&vm->vcpu[0]);
}

/* With write-back: no register is named in the syndrome. */
static void guest_undescribed(u64 arg)
{
	u64 addr = GICD + IIDR;

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
	u64 intid = mrs(S3_0_C12_C12_0);

	if (intid >= 16)
		return;
	msr(S3_0_C12_C12_1, intid);
	isb();
	__atomic_add_fetch(&taken[guest_cpu()][intid], 1, __ATOMIC_SEQ_CST);
}

static void gic_cpu_on(void)
{
	guest_on(VEC_IRQ, take);
	write32(GICR(guest_cpu()) + 0x14, 0);
	write32(SGIR(guest_cpu()) + IGROUPR, ~0u);
	msr(S3_0_C12_C12_5, 7);
	isb();
	msr(S3_0_C4_C6_0, 0xff);
	msr(S3_0_C12_C12_7, 1);
	isb();
}

static void send(u64 cpu, u64 sgi)
{
	msr(S3_0_C12_C11_5, sgi << 24 | 1 << cpu);	/* ICC_SGI1R_EL1 */
	isb();
}

/* Takes what there is between two syncs. */
static void guest_receiver(u64 arg)
{
	gic_cpu_on();
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
	write32(GICD, 0x12);
	gic_cpu_on();
	GUEST_SYNC(1, 0);
	for (u64 i = 1; i <= rounds; i++) {
		send(1, 3);
		send(1, 3);
		send(1, 7);
		send(1, 5);
		GUEST_EQ(read32(SGIR(1) + ISPENDR) & 0xffff, 1 << 3 | 1 << 7 | 1 << 5);
		write32(SGIR(1) + ICPENDR, 1 << 5);
		GUEST_EQ(read32(SGIR(1) + ISPENDR) & 0xffff, 1 << 3 | 1 << 7);
		write32(SGIR(1) + ICENABLER, 1 << 9);
		send(1, 9);
		GUEST_SYNC(1, 0);
		GUEST_EQ(taken[1][3], i);
		GUEST_EQ(taken[1][5], 0);
		GUEST_EQ(taken[1][7], i);
		GUEST_EQ(taken[1][9], i - 1);
		write32(SGIR(1) + ISENABLER, 1 << 9);
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

	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 1ull << 32 | (0x10000 + ISPENDR), false, &val);
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
	GUEST_EQ(read32(SGIR(1) + ISPENDR) & 0xffff, 0);
	GUEST_EQ(read32(SGIR(2) + ISPENDR) & 0xffff, 1 << 6);
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
	return mrs(S3_0_C12_C12_2);	/* ICC_HPPIR1_EL1 */
}

static void guest_pending(u64 rounds)
{
	write32(GICD, 0x12);
	gic_cpu_on();
	write32(GICD + ICFGR + SPI / 16 * 4, ~0u);
	for (u64 i = 0; i < rounds; i++) {
		write32(GICD + ICENABLER + 4, ~0u);
		write8(GICD + IPRIORITYR + SPI, 0x80);
		write8(GICD + IPRIORITYR + SPI + 1, 0x40);
		write32(GICD + ISPENDR + 4, SPI_BIT(SPI) | SPI_BIT(SPI + 1));
		write32(GICD + ISENABLER + 4, SPI_BIT(SPI));
		GUEST_EQ(signalled(), SPI);
		write32(GICD + ISENABLER + 4, SPI_BIT(SPI + 1));
		GUEST_EQ(signalled(), SPI + 1);
		write8(GICD + IPRIORITYR + SPI + 1, 0xc0);
		GUEST_EQ(signalled(), SPI);
		write32(GICD + IGROUPR + 4, ~SPI_BIT(SPI));
		GUEST_EQ(signalled(), SPI + 1);
		write32(GICD + IGROUPR + 4, ~0u);
		GUEST_EQ(signalled(), SPI);
		write32(GICD + ICENABLER + 4, SPI_BIT(SPI));
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

	gic_cpu_on();
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
	write32(GICD, 0x12);
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
