// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual machine: its file descriptor, its memory, and the wires that
 * go into and out of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "../../uapi/keel.h"
#include "vmm.h"

static const struct {
	int number;
	const char *name;
} needed[] = {
#define NEED(capability) { capability, #capability }
	NEED(KVM_CAP_USER_MEMORY),
	NEED(KVM_CAP_ONE_REG),
	NEED(KVM_CAP_IMMEDIATE_EXIT),
	NEED(KVM_CAP_ARM_PSCI_0_2),
	NEED(KVM_CAP_DEVICE_CTRL),
	NEED(KVM_CAP_IRQCHIP),
	NEED(KVM_CAP_IRQFD),
	NEED(KVM_CAP_IOEVENTFD),
};

static void check_capabilities(struct machine *m)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (KVM(m->vm, KVM_CHECK_EXTENSION, needed[i].number) <= 0)
			die("%s: the hypervisor lacks %s", m->options->dev, needed[i].name);
	if (m->options->nr_cpus > KVM(m->vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS))
		die("--cpus %d: more than the hypervisor can do", m->options->nr_cpus);
	if (m->options->nr_forks && KVM(m->vm, KVM_CHECK_EXTENSION, KEEL_CAP_VM_IMAGE) != 1)
		die("--fork: the hypervisor makes no images of VMs");
}

/*
 * The size of the guest's physical address space in bits: just enough, since
 * small spaces need fewer levels of translation tables.
 */
static int address_bits(struct machine *m)
{
	u64 last = RAM_BASE + m->options->ram_size - 1;
	int bits = 64 - __builtin_clzll(last);
	int limit = KVM(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);

	/* A hypervisor that cannot say has 40 bits, which are asked for by 0. */
	if (bits > (limit ? limit : 40))
		die("--mem: the guest's memory ends beyond %d bits of address", limit ? limit : 40);
	if (!limit)
		return 0;
	return bits < 32 ? 32 : bits;
}

u32 vm_new_slot(struct machine *m)
{
	return m->nr_slots++;
}

/* Size 0 ends a slot. False: where the guest wants it there is another one. */
bool vm_set_slot(struct machine *m, u32 slot, u64 address, u64 size, void *memory)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	return !ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/*
 * Memory is an ordinary mapping of this process; the hypervisor takes pages
 * from it as the guest touches them. Aligned so that huge pages fit.
 */
static void *allocate(u64 size)
{
	char *start = mmap(NULL, size + MB(2), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		die("--mem: %s", strerror(errno));
	start = (char *)(((uintptr_t)start + MB(2) - 1) & ~(MB(2) - 1));
	madvise(start, size, MADV_HUGEPAGE);
	return start;
}

/* What is made anew in a child of fork(): a VM serves the process that made it, and no other. */
void vm_open(struct machine *m)
{
	m->vm = KVM(m->kvm, KVM_CREATE_VM, KVM_VM_TYPE_ARM_IPA_SIZE(address_bits(m)));
	m->nr_slots = 0;
	gic_create(m);
	check_capabilities(m);
	if (!vm_set_slot(m, vm_new_slot(m), RAM_BASE, m->options->ram_size, m->ram))
		die("KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
}

void vm_create(struct machine *m)
{
	int version;

	m->kvm = open(m->options->dev, O_RDWR | O_CLOEXEC);
	if (m->kvm < 0)
		die("%s: %s", m->options->dev, strerror(errno));
	version = KVM(m->kvm, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		die("%s: interface version %d, not %d", m->options->dev, version, KVM_API_VERSION);

	m->ram = allocate(m->options->ram_size);
	vm_open(m);
}

/*
 * Where a piece of the guest's memory is in this process; NULL when not all
 * of it is memory. Addresses that come from the guest pass through here.
 */
void *vm_memory(struct machine *m, u64 address, u64 length)
{
	u64 size = m->options->ram_size;
	u64 offset = address - RAM_BASE;

	if (address < RAM_BASE || offset > size || length > size - offset)
		return NULL;
	return (char *)m->ram + offset;
}

/* Set the level of an interrupt line. For devices with level interrupts. */
void vm_irq_line(struct machine *m, int spi, bool level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (spi + 32),
		.level = level,
	};

	KVM(m->vm, KVM_IRQ_LINE, &line);
}

/*
 * From now on the guest's 32-bit store of value to address is a write to the
 * eventfd, which does not leave the kernel.
 */
void vm_ioeventfd(struct machine *m, u64 address, u32 value, int fd)
{
	struct kvm_ioeventfd ioeventfd = {
		.addr = address,
		.len = sizeof(value),
		.datamatch = value,
		.fd = fd,
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	KVM(m->vm, KVM_IOEVENTFD, &ioeventfd);
}
