// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statistics fd: a read-only file whose first part is made when the fd is,
 * and whose values are read as they are at that moment. Counters belong to
 * whoever counts; nothing stops them while they are read.
 */
#include <linux/anon_inodes.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bus.h"
#include "exit_stat.h"
#include "stats.h"
#include "stats_defs.h"
#include "vm.h"

#define LEVEL	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)

static const struct keel_stats_def vm_defs[] = {
	{ "vcpus", LEVEL },
	{ "mmio_bus_devices", LEVEL },	/* without ioeventfds */
};

/* private_data of the file. [I] */
struct stats_file {
	struct keel_vm *vm;		/* a reference */
	struct keel_vcpu *vcpu;		/* NULL: the VM's statistics */
	size_t head_size, values_size;
	u8 head[];
};

static void sample_vm(const struct keel_vm *vm, u64 *values)
{
	values[0] = READ_ONCE(vm->nr_vcpus);
	values[1] = READ_ONCE(vm->mmio_bus.nr_counted);
}

static void sample_vcpu(const struct keel_vcpu *vcpu, u64 *values)
{
	const u64 *stat = (const u64 *)&vcpu->stat;
	unsigned int i, n = sizeof(vcpu->stat) / sizeof(u64);

	for (i = 0; i < n; i++)
		values[i] = READ_ONCE(stat[i]);
	for (i = 0; i < KEEL_NR_TIERS * KEEL_NR_CLASSES; i++)
		keel_exit_stat_times(vcpu, i / KEEL_NR_CLASSES, i % KEEL_NR_CLASSES,
				     values + n + i * KEEL_STAT_BUCKETS);
}

static ssize_t read_values(const struct stats_file *f, char __user *to, size_t count, loff_t pos)
{
	u64 *values = kmalloc(f->values_size, GFP_KERNEL);
	ssize_t ret;

	if (!values)
		return -ENOMEM;
	if (f->vcpu)
		sample_vcpu(f->vcpu, values);
	else
		sample_vm(f->vm, values);
	ret = simple_read_from_buffer(to, count, &pos, values, f->values_size);
	kfree(values);
	return ret;
}

/* A read may straddle both parts. An error counts only if nothing was read before it. */
static ssize_t stats_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	const struct stats_file *f = file->private_data;
	ssize_t head, ret;
	loff_t start = *pos;

	if (start < 0)
		return -EINVAL;
	head = simple_read_from_buffer(to, count, pos, f->head, f->head_size);
	if (head < 0 || *pos < f->head_size)
		return head;

	ret = read_values(f, to + head, count - head, *pos - f->head_size);
	if (ret < 0)
		return head ? head : ret;
	*pos += ret;
	return head + ret;
}

static loff_t stats_llseek(struct file *file, loff_t offset, int whence)
{
	const struct stats_file *f = file->private_data;

	return fixed_size_llseek(file, offset, whence, f->head_size + f->values_size);
}

static int stats_release(struct inode *inode, struct file *file)
{
	struct stats_file *f = file->private_data;

	keel_vm_put(f->vm);
	kfree(f);
	return 0;
}

static const struct file_operations stats_fops = {
	.owner = THIS_MODULE,
	.read = stats_read,
	.llseek = stats_llseek,
	.release = stats_release,
};

static struct stats_file *create(struct keel_vm *vm, struct keel_vcpu *vcpu, const char *id)
{
	const struct keel_stats_def *defs = vcpu ? keel_stats_defs : vm_defs;
	unsigned int nr = vcpu ? KEEL_NR_STATS_DEFS : ARRAY_SIZE(vm_defs);
	size_t size = keel_stats_layout_size(nr);
	struct stats_file *f = kzalloc(sizeof(*f) + size, GFP_KERNEL_ACCOUNT);

	if (!f)
		return NULL;
	f->vm = vm;
	f->vcpu = vcpu;
	f->values_size = keel_stats_layout_values(defs, nr) * sizeof(u64);
	f->head_size = size;
	keel_stats_layout_fill(f->head, id, defs, nr);
	return f;
}

static int open_fd(struct keel_vm *vm, struct keel_vcpu *vcpu, const char *name, const char *id)
{
	struct stats_file *f;
	struct file *file;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	f = create(vm, vcpu, id);
	file = f ? anon_inode_getfile(name, &stats_fops, f, O_RDONLY) : ERR_PTR(-ENOMEM);
	if (IS_ERR(file)) {
		kfree(f);
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	file->f_mode |= FMODE_PREAD | FMODE_LSEEK;
	keel_vm_get(vm);
	fd_install(fd, file);
	return fd;
}

/* The process is the VM's own: ioctls from any other fail. */
int keel_stats_vm_fd(struct keel_vm *vm)
{
	char id[KEEL_STATS_NAME_SIZE];

	snprintf(id, sizeof(id), "kvm-%d", task_tgid_nr(current));
	return open_fd(vm, NULL, "kvm-vm-stats", id);
}

int keel_stats_vcpu_fd(struct keel_vcpu *vcpu)
{
	char id[KEEL_STATS_NAME_SIZE], name[32];

	snprintf(id, sizeof(id), "kvm-%d/vcpu-%u", task_tgid_nr(current), vcpu->id);
	snprintf(name, sizeof(name), "kvm-vcpu-stats:%u", vcpu->id);
	return open_fd(vcpu->vm, vcpu, name, id);
}
