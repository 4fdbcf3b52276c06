// SPDX-License-Identifier: GPL-2.0-only
/* Initialising a VM's GIC: the number of its interrupts stands, and they come to be. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include "../core/vcpus.h"
#include "model.h"
#include "routing.h"
#include "vgic.h"

#define DEFAULT_IRQS	256

int keel_vgic_init_irqs(struct keel_vm *vm)
{
	u32 nr = vm->gic.nr_irqs ?: DEFAULT_IRQS, spis = min(nr, KEEL_MAX_SPI + 1U) - KEEL_NR_PRIVATE, i;
	struct keel_irq *spi;
	int err;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.initialised)
		return 0;
	if (WARN_ON_ONCE(!vm->gic.present))
		return -ENXIO;
	spi = kvcalloc(spis, sizeof(*spi), GFP_KERNEL_ACCOUNT);
	if (!spi)
		return -ENOMEM;
	for (i = 0; i < spis; i++) {
		keel_vgic_irq_init(&spi[i], NULL, KEEL_NR_PRIVATE + i);
		vm->gic.model->reset_spi(vm, &spi[i]);
	}
	err = keel_routing_set_default(vm, spis);
	if (err) {
		kvfree(spi);
		return err;
	}
	vm->gic.nr_irqs = nr;
	vm->gic.nr_spis = spis;
	vm->gic.spi = spi;
	smp_store_release(&vm->gic.initialised, true);
	return 0;
}
