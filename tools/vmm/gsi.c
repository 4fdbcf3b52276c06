// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts by eventfd. A GSI is a number of the VMM's choice that the
 * routing table gives a meaning: the first ones are the GIC's pins, further
 * ones are messages to the ITS.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include "vmm.h"

#define MAX_ROUTES 4096		/* KVM's */

static struct kvm_irq_routing *table;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int new_eventfd(int flags)
{
	int fd = eventfd(0, EFD_CLOEXEC | flags);

	if (fd < 0)
		die("eventfd: %s", strerror(errno));
	return fd;
}

/* From now on a write to the eventfd is a pulse on an interrupt line, or a message. */
void gsi_irqfd(struct machine *m, u32 gsi, int fd)
{
	struct kvm_irqfd irqfd = { .fd = fd, .gsi = gsi };

	KVM(m->vm, KVM_IRQFD, &irqfd);
}

/* No longer; what is written now waits in the eventfd for the next irqfd. */
void gsi_irqfd_end(struct machine *m, u32 gsi, int fd)
{
	struct kvm_irqfd irqfd = { .fd = fd, .gsi = gsi, .flags = KVM_IRQFD_FLAG_DEASSIGN };

	KVM(m->vm, KVM_IRQFD, &irqfd);
}

/*
 * A write raises the line; when the guest has ended the interrupt, it falls, and resample is
 * written.
 */
void gsi_irqfd_level(struct machine *m, u32 gsi, int fd, int resample)
{
	struct kvm_irqfd irqfd = {
		.fd = fd,
		.gsi = gsi,
		.flags = KVM_IRQFD_FLAG_RESAMPLE,
		.resamplefd = resample,
	};

	KVM(m->vm, KVM_IRQFD, &irqfd);
}

static void grow(u32 count)
{
	table = realloc(table, sizeof(*table) + count * sizeof(table->entries[0]));
	if (!table)
		die("no memory for %u interrupts", count);
}

/* A table of one's own replaces the one by which GSI n is pin n, so it begins with that. */
static void start_table(void)
{
	grow(NR_SPIS);
	*table = (struct kvm_irq_routing){ .nr = NR_SPIS };
	for (u32 i = 0; i < NR_SPIS; i++)
		table->entries[i] = (struct kvm_irq_routing_entry){
			.gsi = i,
			.type = KVM_IRQ_ROUTING_IRQCHIP,
			.u.irqchip.pin = i,
		};
}

/* The first of count GSIs for messages. While the machine is put together. */
u32 gsi_messages(u32 count)
{
	u32 first;

	if (!table)
		start_table();
	first = table->nr;
	if (count > MAX_ROUTES - first)
		die("devices with more than %u interrupts", MAX_ROUTES - NR_SPIS);
	grow(first + count);
	for (u32 i = first; i < first + count; i++)
		table->entries[i] = (struct kvm_irq_routing_entry){
			.gsi = i,
			.type = KVM_IRQ_ROUTING_MSI,
			.flags = KVM_MSI_VALID_DEVID,
		};
	table->nr += count;
	return first;
}

/* From now on the GSI is this message of that device's. */
void gsi_set_message(struct machine *m, u32 gsi, u64 address, u32 data, u32 requester)
{
	struct kvm_irq_routing_msi message = {
		.address_lo = address,
		.address_hi = address >> 32,
		.data = data,
		.devid = requester,
	};

	pthread_mutex_lock(&lock);
	if (memcmp(&table->entries[gsi].u.msi, &message, sizeof(message))) {
		table->entries[gsi].u.msi = message;
		KVM(m->vm, KVM_SET_GSI_ROUTING, table);
	}
	pthread_mutex_unlock(&lock);
}
