// SPDX-License-Identifier: GPL-2.0-only
/* An ITS and LPIs: a guest's driver of them, and machines that have one. */
#include <sys/mman.h>
#include <unistd.h>
#include "its.h"

u64 its_queued;

void its_put(u64 queue, u64 *offset, u64 a, u64 b, u64 c, u64 d)
{
	volatile u64 *q = (u64 *)(queue + *offset);

	q[0] = a;
	q[1] = b;
	q[2] = c;
	q[3] = d;
	*offset = (*offset + 32) % K64;
}

void its_work(u64 its, u64 offset)
{
	dsb(sy);
	mmio_write64(its + GITS_CWRITER, offset);
	while (mmio_read64(its + GITS_CREADR) != offset)
		;
}

void its_post(u64 its, u64 queue, u64 *offset, u64 a, u64 b, u64 c, u64 d)
{
	its_put(queue, offset, a, b, c, d);
	its_work(its, *offset);
}

void its_command(u64 a, u64 b, u64 c, u64 d)
{
	its_post(GITS, QUEUE, &its_queued, a, b, c, d);
}

void its_mapd(u64 dev, u64 itt, unsigned int bits, u64 valid)
{
	its_command(0x08 | dev << 32, bits - 1, valid | itt, 0);
}

void its_mapc(u64 id, u64 cpu, u64 valid)
{
	its_command(0x09, 0, valid | cpu << 16 | id, 0);
}

void its_mapti(u64 dev, u64 event, u64 intid, u64 id)
{
	its_command(0x0a | dev << 32, intid << 32 | event, id, 0);
}

void its_event(u64 op, u64 dev, u64 event)
{
	its_command(op | dev << 32, event, 0, 0);
}

void lpi_configure(u32 intid, u8 prop)
{
	*(volatile u8 *)(PROPS + intid - LPI) = prop;
	dsb(sy);
}

u64 lpi_nr_taken[2], lpi_taken[2];

static void lpi_take(struct guest_regs *regs)
{
	unsigned int cpu = guest_cpu();
	u32 intid = icc_read(ICC_IAR1);

	GUEST_ASSERT(intid >= LPI && intid < 65536);
	WRITE_ONCE(lpi_taken[cpu], intid);
	icc_write(ICC_EOIR1, intid);
	store_release(&lpi_nr_taken[cpu], lpi_nr_taken[cpu] + 1);
}

void lpi_cpu_enable(void)
{
	mmio_write32(GICD_CTLR, 0x12);
	guest_on(VEC_IRQ, lpi_take);
	gic_cpu_enable(GICR(guest_cpu()));
}

void lpis_on(unsigned int cpu)
{
	mmio_write64(GICR(cpu) + GICR_PROPBASER, PROPS | 0xf);
	mmio_write64(GICR(cpu) + GICR_PENDBASER, PENDING(cpu));
	mmio_write32(GICR(cpu), 1);
	GUEST_EQ(mmio_read32(GICR(cpu)) & 1, 1);
}

void its_on(u64 devices)
{
	mmio_write64(GITS + GITS_BASER(0), VALID | devices);
	mmio_write64(GITS + GITS_BASER(1), VALID | COLLECTIONS);
	mmio_write64(GITS + GITS_CBASER, VALID | QUEUE | 0xf);
	its_queued = 0;
	mmio_write32(GITS + GITS_CTLR, 1);
	GUEST_EQ(mmio_read32(GITS + GITS_CTLR) & 1, 1);
}

void its_second_on(void)
{
	mmio_write64(GITS2 + GITS_BASER(0), VALID | DEVICES2);
	mmio_write64(GITS2 + GITS_BASER(1), VALID | COLLECTIONS2);
	mmio_write64(GITS2 + GITS_CBASER, VALID | QUEUE2 | 0xf);
	mmio_write32(GITS2 + GITS_CTLR, 1);
}

void its_usual(u64 devices)
{
	lpi_cpu_enable();
	lpis_on(0);
	its_on(devices);
	for (u32 i = 0; i < 16; i++)
		lpi_configure(LPI + i, PROP_ON);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapc(0, 0, VALID);
	for (u32 i = 0; i < 16; i++)
		its_mapti(1, i, LPI + i, 0);
	its_command(0x05, 0, 0, 0);
}

void lpi_expect_at(unsigned int n, u32 intid, const char *file, unsigned int line)
{
	u64 before = lpi_nr_taken[0];

	irq_on();
	for (unsigned int i = 0; i < 1000 && READ_ONCE(lpi_nr_taken[0]) < before + n; i++)
		isb();
	irq_off();
	if (lpi_nr_taken[0] - before != n)
		guest_ucall(UCALL_FAIL, (u64)file, line, lpi_nr_taken[0] - before, n);
	if (n && lpi_taken[0] != intid)
		guest_ucall(UCALL_FAIL, (u64)file, line, lpi_taken[0], intid);
}

int its_device(int vm)
{
	int fd = device_new(vm, KVM_DEV_TYPE_ARM_VGIC_ITS);

	if (fd == -ENODEV)
		ktap_skip("no ITS for guests");
	REQUIRE(fd > 0);
	return fd;
}

int its_set_base(int its, u64 base)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR,
			   KVM_VGIC_ITS_ADDR_TYPE, &base);
}

int its_control(int its, u64 what)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, what, NULL);
}

int its_get_reg(int its, u64 offset, u64 *val)
{
	return device_attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, val);
}

int its_set_reg(int its, u64 offset, u64 val)
{
	return device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, &val);
}

u64 its_reg(int its, u64 offset)
{
	u64 val = ~0ul;

	CHECK_EQ(its_get_reg(its, offset, &val), 0);
	return val;
}

struct its_machine its_machine_of(struct vm *vm, char *tables)
{
	struct its_machine m = { .vm = vm, .tables = tables };

	if (!m.tables)
		m.tables = vm_alloc(TABLES_SIZE, PAGE);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, TABLES_SIZE, m.tables), 0);
	m.gic = gic_new(vm, 256);
	m.its = its_device(vm->fd);
	REQUIRE_EQ(its_control(m.its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	REQUIRE_EQ(its_set_base(m.its, GITS), 0);
	return m;
}

struct its_machine its_machine(unsigned int n, void (*fn)(u64), char *tables)
{
	return its_machine_of(vm_new(n, fn, 0), tables);
}

void its_machine_free(struct its_machine *m)
{
	close(m->its);
	close(m->gic);
	vm_free(m->vm);
	munmap(m->tables, TABLES_SIZE);
}

int its_send(struct its_machine *m, u64 its, u32 device, u32 event)
{
	struct kvm_msi msi = {
		.address_lo = its + GITS_TRANSLATER, .data = event, .devid = device,
		.flags = KVM_MSI_VALID_DEVID,
	};

	return kvm(m->vm->fd, KVM_SIGNAL_MSI, &msi);
}
