// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS as user space sees it. Proves:
 *  - the device's attributes, their errors and KVM_CAP_MSI_DEVID
 *  - registers by attributes: which there are, what they take, the reset
 *  - KVM_SIGNAL_MSI: errors, what is delivered and what the guest does not want
 *  - GICR_CTLR.EnableLPIs, and the pending table when it is set
 */
#include "lib/its.h"

static void guest_enable(u64 arg)
{
	volatile u8 *pending = (u8 *)PENDING(0) + (LPI + 2) / 8;

	its_usual(DEVICES);
	GUEST_SYNC(1, 0);
	/* what is pending when they go off is gone */
	its_event(INT, 1, 1);
	mmio_write32(GICR(0), 0);
	GUEST_EQ(mmio_read32(GICR(0)) & 1, 0);
	its_event(INT, 1, 2);
	lpi_expect(0, 0);
	GUEST_SYNC(2, 0);
	/* what the table says is pending comes when they go on */
	*pending = 1 << (LPI + 2) % 8;
	lpis_on(0);
	lpi_expect(1, LPI + 2);
	lpi_expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void attributes(void)
{
	int vm = vm_fd(0), its, fd = kvm_open();
	u64 base = 0, limit = 1ul << 40;

	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 0);
	its = its_device(vm);
	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI), 1);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 1);
	CHECK_EQ(device_attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, NULL), 0);
	CHECK_EQ(device_attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, NULL), -ENXIO);
	for (u64 i = 0; i < 6; i++) {
		bool has = i < 3 || i == KVM_DEV_ARM_ITS_CTRL_RESET;

		CHECK_EQ(device_attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, i, NULL),
			 has ? 0 : -ENXIO);
	}
	CHECK_EQ(device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, &base), -ENODEV);
	CHECK_EQ(device_attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, &base), -ENODEV);
	CHECK_EQ(device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE,
		      (void *)8), -EFAULT);
	CHECK_EQ(device_attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &base), 0);
	CHECK_EQ(base, -1);
	CHECK_EQ(device_attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &base), -ENXIO);
	CHECK_EQ(device_attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 0, &base), -ENXIO);
	CHECK_EQ(its_get_reg(its, GITS_CTLR, &base), -ENXIO);
	CHECK_EQ(its_set_base(its, 0x401000), -EINVAL);
	CHECK_EQ(its_set_base(its, limit), -E2BIG);
	CHECK_EQ(its_set_base(its, limit - K64), -E2BIG);
	CHECK_EQ(its_set_base(its, limit - 2 * K64), 0);
	CHECK_EQ(its_set_base(its, 0), -EEXIST);
	CHECK_EQ(its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(its_control(its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	CHECK_EQ(its_control(its, KVM_DEV_ARM_ITS_RESTORE_TABLES), 0);
	CHECK_EQ(its_control(its, KVM_DEV_ARM_ITS_CTRL_RESET), 0);
	/* the GIC may come after it */
	CHECK(device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V3) > 0);
}

static void check_baser(int its, u64 offset, u64 type)
{
	CHECK_EQ(its_set_reg(its, offset, 0), 0);
	CHECK_EQ(its_reg(its, offset), 0x1807000000000200 | type << 56);
	CHECK_EQ(its_set_reg(its, offset, ~0ul), 0);
	CHECK_EQ(its_reg(its, offset), (type == 1 ? 0xf807fffffffffeff : 0xb807fffffffffeff) | type << 56);
	/*
	 * outer shareable becomes inner shareable; non-cacheable, cacheable; any outer policy, the
	 * inner one
	 */
	CHECK_EQ(its_set_reg(its, offset, 1ul << 59 | 5ul << 53 | 2ul << 10 | 0x123450000), 0);
	CHECK_EQ(its_reg(its, offset), 0x1807000123450600 | type << 56);
}

static void registers(void)
{
	struct its_machine m = its_machine(1, guest_enable, NULL);
	u64 val;

	CHECK_EQ(its_get_reg(m.its, 0x10, &val), -ENXIO);
	CHECK_EQ(its_get_reg(m.its, 0x98, &val), -ENXIO);
	CHECK_EQ(its_get_reg(m.its, 0x10040, &val), -ENXIO);
	CHECK_EQ(its_get_reg(m.its, 2, &val), -EINVAL);
	CHECK_EQ(its_get_reg(m.its, GITS_TYPER + 4, &val), -EINVAL);
	CHECK_EQ(device_attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_TYPER + 4, NULL), -EINVAL);
	CHECK_EQ(device_attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, 0x98, NULL), -ENXIO);
	CHECK_EQ(device_attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_IIDR, NULL), 0);
	CHECK_EQ(device_attr(m.its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_IIDR, (void *)8), -EFAULT);
	CHECK_EQ(device_attr(m.its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_CBASER, (void *)8), -EFAULT);

	CHECK_EQ(its_reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(its_reg(m.its, GITS_IIDR), 0x4b00043b);
	CHECK_EQ(its_set_reg(m.its, GITS_IIDR, 0x4b00043b), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_IIDR, 0x4b00143b), -EINVAL);
	CHECK_EQ(its_reg(m.its, GITS_TYPER), 0x1ef71);
	CHECK_EQ(its_reg(m.its, 0xffe8), 0x3b);
	CHECK_EQ(its_reg(m.its, GITS_BASER(0)), 0x1907000000000600);
	CHECK_EQ(its_reg(m.its, GITS_BASER(1)), 0x1c07000000000600);
	check_baser(m.its, GITS_BASER(0), 1);
	check_baser(m.its, GITS_BASER(1), 4);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(2), ~0ul), 0);
	CHECK_EQ(its_reg(m.its, GITS_BASER(2)), 0);

	CHECK_EQ(its_set_reg(m.its, GITS_CBASER, ~0ul), 0);
	CHECK_EQ(its_reg(m.its, GITS_CBASER), 0xff1fffffffff0fff);
	CHECK_EQ(its_set_reg(m.its, GITS_CBASER, VALID | 0x400001), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CWRITER, 0x1fe5), 0);
	CHECK_EQ(its_reg(m.its, GITS_CWRITER), 0x1fe0);
	CHECK_EQ(its_set_reg(m.its, GITS_CWRITER, 0x2000), 0);
	CHECK_EQ(its_reg(m.its, GITS_CWRITER), 0x1fe0);
	CHECK_EQ(its_set_reg(m.its, GITS_CREADR, 0x2000), -EINVAL);
	CHECK_EQ(its_set_reg(m.its, GITS_CREADR, 0x47), 0);
	CHECK_EQ(its_reg(m.its, GITS_CREADR), 0x40);
	CHECK_EQ(its_reg(m.its, GITS_CTLR), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CBASER, VALID | DATA_BASE), 0);
	CHECK_EQ(its_reg(m.its, GITS_CREADR), 0);
	CHECK_EQ(its_reg(m.its, GITS_CWRITER), 0);
	/* not without all of the tables, which then are fixed */
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), 0), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(0), VALID), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), VALID), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_reg(m.its, GITS_CTLR), 0x80000001);
	CHECK_EQ(its_set_reg(m.its, GITS_CREADR, 0), -EBUSY);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), 0), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CBASER, 0), 0);
	CHECK_EQ(its_reg(m.its, GITS_BASER(1)), VALID | 0x1c07000000000200);
	CHECK_EQ(its_reg(m.its, GITS_CBASER), VALID | DATA_BASE | 3ul << 59);
	CHECK_EQ(its_control(m.its, KVM_DEV_ARM_ITS_CTRL_RESET), 0);
	CHECK_EQ(its_reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(its_reg(m.its, GITS_CBASER), 0);
	CHECK_EQ(its_reg(m.its, GITS_BASER(0)) & VALID, 0);
}

static void messages(void)
{
	struct its_machine m = its_machine(1, guest_enable, NULL);
	struct kvm_msi msi = { .address_lo = GITS + GITS_TRANSLATER };
	struct vcpu *vcpu = &m.vm->vcpu[0];

	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	msi.flags = KVM_MSI_VALID_DEVID | 2;
	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	msi.flags = KVM_MSI_VALID_DEVID;
	msi.address_lo = GITS2 + GITS_TRANSLATER;
	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	CHECK_EQ(its_send(&m, GITS, 1, 0), -EBUSY);
	vcpu_sync(vcpu, 1);
	CHECK_EQ(its_send(&m, GITS, 1, 16), 0);
	CHECK_EQ(its_send(&m, GITS, 2, 0), 0);
	CHECK_EQ(its_send(&m, GITS, ~0u, 0), 0);
	CHECK_EQ(its_send(&m, GITS, 1, ~0u), 0);
	CHECK_EQ(its_send(&m, GITS, 1, 15), 1);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(its_send(&m, GITS, 1, 0), -EBUSY);
	vcpu_finish(vcpu);
}

static const struct ktap_case cases[] = {
	{ "attributes", attributes },
	{ "registers", registers },
	{ "SIGNAL_MSI and EnableLPIs", messages },
};

KTAP_MAIN(cases)
