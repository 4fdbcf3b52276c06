/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio device with one queue, behind the MMIO transport.
 */
#ifndef VIRTIO_H
#define VIRTIO_H

#include "virtqueue.h"

struct virtio_device {
	/* Set by the kind of device, constant. */
	struct machine *machine;
	u64 base;
	int spi;
	u32 id;			/* the kind, VIRTIO_ID_* */
	u64 features;
	const void *config;
	u32 config_size;
	/* Serve one buffer; returns how many bytes it wrote to it. */
	u32 (*serve)(struct virtio_device *v, struct buffer *buffer);

	/* Of the transport. */
	struct virtio_device *next;
	int kick;		/* eventfd: the driver wrote QueueNotify */
	int interrupt;		/* eventfd: a pulse on the interrupt line */
	_Atomic u32 interrupt_status;
	pthread_mutex_t lock;	/* protects what follows; held while serving */
	u32 status;
	u32 feature_word, driver_feature_word, queue_selected;
	u64 driver_features;
	struct virtqueue queue;
	struct buffer buffer;	/* the one being served */
};

void virtio_create(struct virtio_device *v);

#endif
