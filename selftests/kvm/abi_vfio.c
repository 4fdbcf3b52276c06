// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_VFIO. Proves:
 *  - there is one in a VM at a time; it ends with its fd
 *  - which attributes it has, by both names of their group
 *  - errors of ADD and DEL, whether VFIO is loaded or not
 *  - a group's file stays open as long as it is listed, and no longer: until DEL, the
 *    device's end, or the VM's
 *  - VFIO opens a device of a listed group, and no reference leads from it to the VM
 */
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/vfio.h"

static int try_device(int vm)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_VFIO, .flags = KVM_CREATE_DEVICE_TEST };

	return kvm(vm, KVM_CREATE_DEVICE, &cd);
}

static int new_device(int vm)
{
	return device_new(vm, KVM_DEV_TYPE_VFIO);
}

static int add(int dev, int fd)
{
	return device_attr(dev, KVM_SET_DEVICE_ATTR, KVM_DEV_VFIO_FILE, KVM_DEV_VFIO_FILE_ADD, &fd);
}

static int del(int dev, int fd)
{
	return device_attr(dev, KVM_SET_DEVICE_ATTR, KVM_DEV_VFIO_FILE, KVM_DEV_VFIO_FILE_DEL, &fd);
}

static void creation(void)
{
	int vm = vm_fd(0), dev;

	CHECK_EQ(try_device(vm), 0);
	dev = new_device(vm);
	REQUIRE(dev > 0, "%d", dev);
	CHECK_EQ(fcntl(dev, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(new_device(vm), -EBUSY);
	CHECK_EQ(try_device(vm), 0);
	close(dev);
	dev = new_device(vm);
	REQUIRE(dev > 0, "%d", dev);
	/* another VM has one of its own; and a device outlives the VM's fd */
	CHECK(new_device(vm_fd(0)) > 0);
	close(vm);
	CHECK_EQ(add(dev, -1), -EBADF);
}

static void attributes(void)
{
	int dev = new_device(vm_fd(0)), fd = -1;

	REQUIRE(dev > 0);
	for (u32 group = 0; group < 4; group++)
		for (u64 a = 0; a < 5; a++) {
			bool has = group == KVM_DEV_VFIO_GROUP && (a == KVM_DEV_VFIO_GROUP_ADD ||
								    a == KVM_DEV_VFIO_GROUP_DEL);

			CHECK_EQ(device_attr(dev, KVM_HAS_DEVICE_ATTR, group, a, NULL), has ? 0 : -ENXIO);
			CHECK_EQ(device_attr(dev, KVM_SET_DEVICE_ATTR, group, a, &fd), has ? -EBADF : -ENXIO);
			CHECK_EQ(device_attr(dev, KVM_GET_DEVICE_ATTR, group, a, &fd), -EPERM);
		}
	CHECK_EQ(device_attr(dev, KVM_HAS_DEVICE_ATTR, 1, 1ul << 32 | 1, NULL), -ENXIO);
	CHECK_EQ(kvm(dev, KVM_SET_DEVICE_ATTR, 8), -EFAULT);
	CHECK_EQ(kvm(dev, KVM_RUN, 0), -ENOTTY);
}

static void errors(void)
{
	int vm = vm_fd(0), dev = new_device(vm), null = open("/dev/null", O_RDWR);
	int path = open("/dev/null", O_PATH);

	REQUIRE(dev > 0);
	CHECK_EQ(device_attr(dev, KVM_SET_DEVICE_ATTR, 1, KVM_DEV_VFIO_FILE_ADD, (void *)8), -EFAULT);
	CHECK_EQ(device_attr(dev, KVM_SET_DEVICE_ATTR, 1, KVM_DEV_VFIO_FILE_DEL, (void *)8), -EFAULT);
	CHECK_EQ(add(dev, -1), -EBADF);
	CHECK_EQ(add(dev, 1000), -EBADF);
	CHECK_EQ(add(dev, path), -EBADF);
	CHECK_EQ(del(dev, -1), -EBADF);
	CHECK_EQ(del(dev, 1000), -EBADF);
	CHECK_EQ(add(dev, null), -EINVAL);
	CHECK_EQ(del(dev, null), -ENOENT);
	CHECK_EQ(add(dev, vm), -EINVAL);
	CHECK_EQ(add(dev, dev), -EINVAL);
	CHECK_EQ(del(dev, dev), -ENOENT);
	CHECK_EQ(add(dev, eventfd(0, 0)), -EINVAL);
	CHECK_EQ(add(dev, vcpu_fd(vm, 0)), -EINVAL);
}

/* Only one open file of a group is allowed: is there one that stays so long? */
static bool is_open_for(const struct vfio *v, unsigned int ms)
{
	for (unsigned int i = 0; i < ms / 2; i++) {
		int fd = vfio_open_group(v);

		if (fd >= 0) {
			close(fd);
			return false;
		}
		REQUIRE_EQ(errno, EBUSY);
		usleep(2000);
	}
	return true;
}

static bool is_open(const struct vfio *v)
{
	return is_open_for(v, 100);
}

/* It goes with the last reference, a little later. */
static bool closes(const struct vfio *v)
{
	return !is_open_for(v, 60000);
}

static int listed(int vm, struct vfio *v)
{
	int dev = new_device(vm);

	REQUIRE(dev > 0);
	v->group = vfio_open_group(v);
	REQUIRE(v->group >= 0, "%s: %d", v->group_path, errno);
	CHECK_EQ(add(dev, v->group), 0);
	return dev;
}

static void group(void)
{
	struct vfio v = vfio_find(VFIO_EDU);
	int vm = vm_fd(0), dev = listed(vm, &v), copy, other = new_device(vm_fd(0));

	copy = dup(v.group);
	CHECK_EQ(add(dev, v.group), -EEXIST);
	CHECK_EQ(add(dev, copy), -EEXIST);
	CHECK_EQ(add(other, copy), 0);
	CHECK_EQ(del(other, copy), 0);
	CHECK_EQ(del(other, copy), -ENOENT);
	CHECK_EQ(add(dev, open("/dev/vfio/vfio", O_RDWR)), -EINVAL);
	CHECK_EQ(del(dev, copy), 0);
	CHECK_EQ(del(dev, copy), -ENOENT);
	CHECK_EQ(add(dev, copy), 0);
	close(v.group);
	close(copy);
	CHECK(is_open(&v));
	close(dev);
	CHECK(closes(&v));
}

static void vm_first(void)
{
	struct vfio v = vfio_find(VFIO_EDU);
	int vm = vm_fd(0), dev = listed(vm, &v);

	close(v.group);
	close(vm);
	CHECK(is_open(&v));
	close(dev);
	CHECK(closes(&v));
}

/* A device that VFIO opens while its group is listed, and one that was open before. */
static void device(void)
{
	struct vfio v = vfio_find(VFIO_EDU);
	int vm = vm_fd(0), dev = listed(vm, &v);

	vfio_attach(&v);
	CHECK_EQ(del(dev, v.group), 0);
	CHECK_EQ(add(dev, v.group), 0);
	CHECK_EQ(vfio_config(&v, PCI_DEVICE_ID), VFIO_EDU >> 16);
	close(dev);
	close(vm);
	CHECK_EQ(vfio_config(&v, PCI_VENDOR_ID), VFIO_EDU & 0xffff);
	vfio_close(&v);
	CHECK(closes(&v));
}

static const struct ktap_case cases[] = {
	{ "one device, as long as its fd", creation },
	{ "attributes", attributes },
	{ "errors", errors },
	{ "a listed group stays open", group, 90 },
	{ "a listed group outlives the VM's fd", vm_first, 90 },
	{ "devices of a listed group", device, 90 },
};
KTAP_MAIN(cases)
