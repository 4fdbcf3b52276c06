// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MMIO transport of virtio 1.2 (section 4.2), for devices with one queue.
 * vCPU threads come here for the registers that matter at set-up and for the
 * interrupt status. Data goes another way, on which no vCPU leaves the
 * kernel: the driver's notification is an ioeventfd that the device's own
 * thread waits for, and the device's interrupt is an irqfd.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <unistd.h>

#include "virtio.h"

static void signal_fd(int fd)
{
	u64 one = 1;

	/* Fails only when 2^64 - 2 are pending. */
	if (write(fd, &one, sizeof(one)) < 0)
		complain("eventfd: %s", strerror(errno));
}

static void interrupt(struct virtio_device *v, u32 reason)
{
	atomic_fetch_or(&v->interrupt_status, reason);
	signal_fd(v->interrupt);
}

/* The driver broke the rules: nothing more until it resets the device. */
static void broken(struct virtio_device *v)
{
	v->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	v->queue.ready = false;
	interrupt(v, VIRTIO_MMIO_INT_CONFIG);
}

static void serve_all(struct virtio_device *v)
{
	bool any = false;

	while (v->queue.ready && v->status & VIRTIO_CONFIG_S_DRIVER_OK &&
	       !virtqueue_empty(&v->queue)) {
		if (!virtqueue_take(&v->queue, &v->buffer)) {
			broken(v);
			return;
		}
		virtqueue_give(&v->queue, &v->buffer, v->serve(v, &v->buffer));
		any = true;
	}
	if (any && virtqueue_wants_interrupt(&v->queue))
		interrupt(v, VIRTIO_MMIO_INT_VRING);
}

/* The I/O thread. */
static void *serve(void *argument)
{
	struct virtio_device *v = argument;
	u64 kicks;

	while (read(v->kick, &kicks, sizeof(kicks)) == sizeof(kicks)) {
		pthread_mutex_lock(&v->lock);
		serve_all(v);
		pthread_mutex_unlock(&v->lock);
	}
	complain("virtio device at 0x%llx: %s", (unsigned long long)v->base, strerror(errno));
	machine_end(v->machine, FAILED);
	return NULL;
}

static void reset(struct virtio_device *v)
{
	v->status = 0;
	v->driver_features = 0;
	v->feature_word = v->driver_feature_word = v->queue_selected = 0;
	v->queue = (struct virtqueue){ .machine = v->machine };
	v->interrupt_status = 0;
}

static void set_status(struct virtio_device *v, u32 status)
{
	if (!status) {
		reset(v);
		return;
	}
	/* Features we did not offer are refused by not taking FEATURES_OK. */
	if (v->driver_features & ~v->features ||
	    !(v->driver_features & 1ull << VIRTIO_F_VERSION_1))
		status &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	v->status = status | (v->status & VIRTIO_CONFIG_S_NEEDS_RESET);
	/* For what was notified too early. */
	signal_fd(v->kick);
}

static void set_half(u64 *value, u32 half, bool high)
{
	if (high)
		*value = (u32)*value | (u64)half << 32;
	else
		*value = *value >> 32 << 32 | half;
}

static void set_ready(struct virtio_device *v, bool ready)
{
	if (!ready)
		v->queue.ready = false;
	else if (!v->queue.ready && !virtqueue_start(&v->queue))
		broken(v);
}

static void write_queue(struct virtio_device *v, u64 offset, u32 value)
{
	struct virtqueue *q = &v->queue;

	/* There is one queue, and what it is made of is fixed while it is in use. */
	if (v->queue_selected || (q->ready && offset != VIRTIO_MMIO_QUEUE_READY))
		return;
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		q->size = value;
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		set_ready(v, value & 1);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_half(&q->desc_at, value, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_half(&q->avail_at, value, offset == VIRTIO_MMIO_QUEUE_AVAIL_HIGH);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_half(&q->used_at, value, offset == VIRTIO_MMIO_QUEUE_USED_HIGH);
		break;
	}
}

static void write_register(struct virtio_device *v, u64 offset, u32 value)
{
	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		v->feature_word = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		v->driver_feature_word = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		if (v->driver_feature_word < 2)
			set_half(&v->driver_features, value, v->driver_feature_word);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		v->queue_selected = value;
		break;
	case VIRTIO_MMIO_STATUS:
		set_status(v, value);
		break;
	default:
		write_queue(v, offset, value);
	}
}

static u32 read_register(struct virtio_device *v, u64 offset)
{
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return 'v' | 'i' << 8 | 'r' << 16 | 't' << 24;
	case VIRTIO_MMIO_VERSION:
		return 2;
	case VIRTIO_MMIO_DEVICE_ID:
		return v->id;
	case VIRTIO_MMIO_VENDOR_ID:
		return 'k' | 'e' << 8 | 'e' << 16 | 'l' << 24;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return v->feature_word < 2 ? v->features >> 32 * v->feature_word : 0;
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return v->queue_selected ? 0 : QUEUE_SIZE;
	case VIRTIO_MMIO_QUEUE_READY:
		return !v->queue_selected && v->queue.ready;
	case VIRTIO_MMIO_STATUS:
		return v->status;
	}
	return 0;
}

static u64 read_config(struct virtio_device *v, u64 offset, unsigned int len)
{
	u64 value = 0;

	if (offset < v->config_size && len <= v->config_size - offset)
		memcpy(&value, (const char *)v->config + offset, len);
	return value;
}

static u64 virtio_read(void *opaque, u64 offset, unsigned int len)
{
	struct virtio_device *v = opaque;
	u32 value;

	if (offset >= VIRTIO_MMIO_CONFIG)
		return read_config(v, offset - VIRTIO_MMIO_CONFIG, len);
	/* Not under the lock: an interrupt handler waits for no request. */
	if (offset == VIRTIO_MMIO_INTERRUPT_STATUS)
		return v->interrupt_status;
	pthread_mutex_lock(&v->lock);
	value = read_register(v, offset);
	pthread_mutex_unlock(&v->lock);
	return value;
}

static void virtio_write(void *opaque, u64 offset, u64 value, unsigned int len)
{
	struct virtio_device *v = opaque;

	if (len != 4 || offset >= VIRTIO_MMIO_CONFIG)
		return;
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		atomic_fetch_and(&v->interrupt_status, ~(u32)value);
		return;
	}
	/* Waits for the requests under way, so a reset finds the device at rest. */
	pthread_mutex_lock(&v->lock);
	write_register(v, offset, value);
	pthread_mutex_unlock(&v->lock);
}

/* What the device is connected to the VM by, and its thread. */
static void connect(struct virtio_device *v)
{
	pthread_t thread;
	int error;

	pthread_mutex_init(&v->lock, NULL);
	v->kick = new_eventfd(0);
	v->interrupt = new_eventfd(0);
	vm_ioeventfd(v->machine, v->base + VIRTIO_MMIO_QUEUE_NOTIFY, 0, v->kick);
	gsi_irqfd(v->machine, v->spi, v->interrupt);
	error = pthread_create(&thread, NULL, serve, v);
	if (error)
		die("thread for I/O: %s", strerror(error));
}

static struct virtio_device *devices;

/* Around fork(): no request is being served meanwhile, and no register is accessed. */
void virtio_hold(bool hold)
{
	for (struct virtio_device *v = devices; v; v = v->next)
		if (hold)
			pthread_mutex_lock(&v->lock);
		else
			pthread_mutex_unlock(&v->lock);
}

/*
 * In a child of fork(): a notification that came before may still have been on its way, or an
 * interrupt.
 */
void virtio_reconnect(void)
{
	for (struct virtio_device *v = devices; v; v = v->next) {
		close(v->kick);
		close(v->interrupt);
		connect(v);
		signal_fd(v->kick);
		if (v->interrupt_status)
			signal_fd(v->interrupt);
	}
}

void virtio_create(struct virtio_device *v)
{
	v->features |= 1ull << VIRTIO_F_VERSION_1;
	reset(v);
	v->next = devices;
	devices = v;
	bus_add(v->machine, (struct bus_device){
		.base = v->base,
		.size = KB(4),
		.opaque = v,
		.read = virtio_read,
		.write = virtio_write,
	});
	connect(v);
}
