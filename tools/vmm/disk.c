// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio block device (virtio 1.2, section 5.2) with a file as its disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "virtio.h"

struct disk {
	struct virtio_device virtio;	/* first: the one is got from the other */
	struct virtio_blk_config config;
	int fd;
	/* the file, mapped so that writes are this process's own; NULL: written as it is */
	char *memory;
	u64 size;
};

/* Move up to size bytes between the front of a list of parts and a copy. */
static size_t take_front(struct iovec *parts, int count, void *copy, size_t size)
{
	size_t done = 0;

	for (int i = 0; i < count && done < size; i++) {
		size_t n = parts[i].iov_len < size - done ? parts[i].iov_len : size - done;

		memcpy((char *)copy + done, parts[i].iov_base, n);
		parts[i].iov_base = (char *)parts[i].iov_base + n;
		parts[i].iov_len -= n;
		done += n;
	}
	return done;
}

/* Cut the last byte off a list of parts; NULL when there is none. */
static u8 *take_last_byte(struct iovec *parts, int count)
{
	while (count--)
		if (parts[count].iov_len)
			return (u8 *)parts[count].iov_base + --parts[count].iov_len;
	return NULL;
}

static u64 length(const struct iovec *parts, int count)
{
	u64 sum = 0;

	while (count--)
		sum += parts[count].iov_len;
	return sum;
}

/* Whether a request lies within the disk, and where. */
static bool locate(struct disk *d, u64 sector, u64 size, off_t *offset)
{
	if (sector > d->size / 512 || size > d->size - sector * 512 || size % 512)
		return false;
	*offset = sector * 512;
	return true;
}

/* As preadv() and pwritev(). */
static ssize_t transfer(struct disk *d, const struct iovec *parts, int count, off_t offset,
			bool write)
{
	char *at = d->memory + offset;

	if (!d->memory)
		return write ? pwritev(d->fd, parts, count, offset)
			     : preadv(d->fd, parts, count, offset);
	for (int i = 0; i < count; at += parts[i++].iov_len)
		memcpy(write ? at : parts[i].iov_base, write ? parts[i].iov_base : at, parts[i].iov_len);
	return at - (d->memory + offset);
}

static u32 do_read(struct disk *d, struct buffer *b, u64 sector, u8 *status)
{
	u64 size = length(b->out, b->nr_out);
	off_t offset;

	if (!locate(d, sector, size, &offset) ||
	    transfer(d, b->out, b->nr_out, offset, false) != (ssize_t)size)
		return 0;
	*status = VIRTIO_BLK_S_OK;
	return size;
}

static void do_write(struct disk *d, struct buffer *b, u64 sector, u8 *status)
{
	u64 size = length(b->in, b->nr_in);
	off_t offset;

	if (locate(d, sector, size, &offset) &&
	    transfer(d, b->in, b->nr_in, offset, true) == (ssize_t)size)
		*status = VIRTIO_BLK_S_OK;
}

static u32 identify(struct buffer *b, u8 *status)
{
	static const char id[VIRTIO_BLK_ID_BYTES] = "keel-vmm";

	if (!b->nr_out || b->out[0].iov_len < sizeof(id))
		return 0;
	memcpy(b->out[0].iov_base, id, sizeof(id));
	*status = VIRTIO_BLK_S_OK;
	return sizeof(id);
}

/*
 * A request is a header, data one way or the other, and a byte of status; how
 * these are spread over the parts of the buffer is the driver's affair.
 */
static u32 serve(struct virtio_device *v, struct buffer *b)
{
	struct disk *d = (struct disk *)v;
	struct virtio_blk_outhdr header;
	u8 *status_byte = take_last_byte(b->out, b->nr_out);
	u8 status = VIRTIO_BLK_S_IOERR;
	u32 written = 0;

	if (!status_byte)
		return 0;
	if (take_front(b->in, b->nr_in, &header, sizeof(header)) == sizeof(header)) {
		switch (header.type) {
		case VIRTIO_BLK_T_IN:
			written = do_read(d, b, header.sector, &status);
			break;
		case VIRTIO_BLK_T_OUT:
			do_write(d, b, header.sector, &status);
			break;
		case VIRTIO_BLK_T_FLUSH:
			if (d->memory || !fdatasync(d->fd))
				status = VIRTIO_BLK_S_OK;
			break;
		case VIRTIO_BLK_T_GET_ID:
			written = identify(b, &status);
			break;
		default:
			status = VIRTIO_BLK_S_UNSUPP;
		}
	}
	*status_byte = status;
	return written + 1;
}

/* A machine that is forked has its disk forked with its memory: a private mapping is both. */
static void map_file(struct disk *d, const char *file)
{
	d->memory =
		mmap(NULL, d->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, d->fd, 0);
	if (d->memory == MAP_FAILED)
		die("%s: %s", file, strerror(errno));
}

static void open_file(struct disk *d, const char *file, bool forked)
{
	off_t size;

	d->fd = open(file, (forked ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (d->fd < 0)
		die("%s: %s", file, strerror(errno));
	/* Two machines that write to one disk destroy it. A kernel may be without such locks. */
	if (flock(d->fd, (forked ? LOCK_SH : LOCK_EX) | LOCK_NB) && errno != ENOSYS)
		die("%s: in use: %s", file, strerror(errno));
	size = lseek(d->fd, 0, SEEK_END);
	if (size < 512)
		die("%s: no disk, it has not one sector", file);
	d->size = size / 512 * 512;
	if (forked)
		map_file(d, file);
}

void disk_create(struct machine *m, const char *file)
{
	static int nr_disks;
	struct disk *d = calloc(1, sizeof(*d));

	if (!d)
		die("no memory for a disk");
	open_file(d, file, m->options->nr_forks);
	d->config.capacity = d->size / 512;
	/* Header and status have parts of their own, by custom. */
	d->config.seg_max = QUEUE_SIZE - 2;
	d->virtio = (struct virtio_device){
		.machine = m,
		.base = DISK_BASE + nr_disks * KB(4),
		.spi = DISK_SPI + nr_disks,
		.id = VIRTIO_ID_BLOCK,
		.features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_SEG_MAX,
		.config = &d->config,
		.config_size = sizeof(d->config),
		.serve = serve,
	};
	nr_disks++;
	virtio_create(&d->virtio);
}
