/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A split virtqueue, the device's side of it (virtio 1.2, section 2.7).
 */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H

#include <linux/virtio_ring.h>
#include <sys/uio.h>

#include "vmm.h"

#define QUEUE_SIZE 128

struct virtqueue {
	struct machine *machine;
	u32 size;			/* of entries, by the driver's choice */
	u64 desc_at, avail_at, used_at;	/* guest addresses */
	bool ready;
	struct vring_desc *desc;	/* the same in our address space, if ready */
	struct vring_avail *avail;
	struct vring_used *used;
	u16 next;			/* index of the next buffer to take */
};

/* A buffer: memory to read from, then memory to write to. */
struct buffer {
	u16 head;
	int nr_in, nr_out;		/* seen from the device */
	struct iovec in[QUEUE_SIZE];	/* it reads */
	struct iovec out[QUEUE_SIZE];	/* it writes */
};

/* Both: false when the driver broke the rules. */
bool virtqueue_start(struct virtqueue *q);
bool virtqueue_take(struct virtqueue *q, struct buffer *buffer);

bool virtqueue_empty(struct virtqueue *q);
void virtqueue_give(struct virtqueue *q, const struct buffer *buffer, u32 written);
bool virtqueue_wants_interrupt(struct virtqueue *q);

#endif
