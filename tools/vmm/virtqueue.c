// SPDX-License-Identifier: GPL-2.0-only
/*
 * A split virtqueue, the device's side of it. The rings lie in the guest's
 * memory, which other vCPUs change while we look: every value is read once
 * and checked before use. The guest is little-endian by virtio's rules, and
 * so is every host this is for.
 */
#include <string.h>

#include "virtqueue.h"

bool virtqueue_start(struct virtqueue *q)
{
	if (!q->size || q->size > QUEUE_SIZE || q->size & (q->size - 1))
		return false;
	if (q->desc_at & 15 || q->avail_at & 1 || q->used_at & 3)
		return false;
	q->desc = vm_memory(q->machine, q->desc_at, q->size * sizeof(*q->desc));
	q->avail = vm_memory(q->machine, q->avail_at,
			     sizeof(*q->avail) + q->size * sizeof(q->avail->ring[0]));
	q->used = vm_memory(q->machine, q->used_at,
			    sizeof(*q->used) + q->size * sizeof(q->used->ring[0]));
	q->next = 0;
	q->ready = q->desc && q->avail && q->used;
	return q->ready;
}

bool virtqueue_empty(struct virtqueue *q)
{
	/* Pairs with the driver's barrier between entry and index. */
	return __atomic_load_n(&q->avail->idx, __ATOMIC_ACQUIRE) == q->next;
}

static struct vring_desc read_desc(struct virtqueue *q, u16 index)
{
	struct vring_desc desc;

	memcpy(&desc, &q->desc[index], sizeof(desc));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return desc;
}

static bool add(struct virtqueue *q, struct buffer *b, const struct vring_desc *desc)
{
	struct iovec part = {
		.iov_base = vm_memory(q->machine, desc->addr, desc->len),
		.iov_len = desc->len,
	};

	if (!part.iov_base || desc->flags & VRING_DESC_F_INDIRECT)
		return false;
	if (desc->flags & VRING_DESC_F_WRITE)
		b->out[b->nr_out++] = part;
	else if (b->nr_out)
		return false;	/* what is read comes first */
	else
		b->in[b->nr_in++] = part;
	return true;
}

bool virtqueue_take(struct virtqueue *q, struct buffer *b)
{
	u16 index = __atomic_load_n(&q->avail->ring[q->next % q->size], __ATOMIC_RELAXED);
	struct vring_desc desc;

	q->next++;
	b->head = index;
	b->nr_in = b->nr_out = 0;
	/* No chain is longer than the queue, unless it is a loop. */
	for (u32 n = 0; n < q->size; n++) {
		if (index >= q->size)
			return false;
		desc = read_desc(q, index);
		if (!add(q, b, &desc))
			return false;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return true;
		index = desc.next;
	}
	return false;
}

void virtqueue_give(struct virtqueue *q, const struct buffer *b, u32 written)
{
	u16 index = q->used->idx;	/* only we write it */
	struct vring_used_elem *element = &q->used->ring[index % q->size];

	element->id = b->head;
	element->len = written;
	/* Pairs with the driver's barrier between index and entry. */
	__atomic_store_n(&q->used->idx, index + 1, __ATOMIC_RELEASE);
}

bool virtqueue_wants_interrupt(struct virtqueue *q)
{
	/* The driver sets its flag, then looks at the index once more; we do the reverse. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&q->avail->flags, __ATOMIC_RELAXED) & VRING_AVAIL_F_NO_INTERRUPT);
}
