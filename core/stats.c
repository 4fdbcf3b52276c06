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
#include "stats.h"
#include "stats_layout.h"
#include "vm.h"

#define COUNT	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define NSECS	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define LEVEL	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define FLAG	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN | KVM_STATS_BASE_POW10)

/* In the order of struct keel_vcpu_stat; names that KVM has mean what they mean there. */
static const struct keel_stats_def vcpu_defs[] = {
	{ "exits", COUNT },
	{ "mmio_exit_user", COUNT },
	{ "mmio_exit_kernel", COUNT },
	{ "wfi_exit_stat", COUNT },
	{ "wfe_exit_stat", COUNT },
	{ "hvc_exit_stat", COUNT },
	{ "signal_exits", COUNT },
	{ "abort_exits", COUNT },
	{ "halt_attempted_poll", COUNT },
	{ "halt_successful_poll", COUNT },
	{ "halt_wakeup", COUNT },
	{ "halt_poll_success_ns", NSECS, -9 },
	{ "halt_poll_fail_ns", NSECS, -9 },
	{ "halt_wait_ns", NSECS, -9 },
	{ "blocking", FLAG },
};
static_assert(sizeof(struct keel_vcpu_stat) == ARRAY_SIZE(vcpu_defs) * sizeof(u64));

static const struct keel_stats_def vm_defs[] = {
	{ "vcpus", LEVEL },
	{ "mmio_bus_devices", LEVEL },	/* without ioeventfds */
};

#define MAX_VALUES	ARRAY_SIZE(vcpu_defs)
static_assert(ARRAY_SIZE(vm_defs) <= MAX_VALUES);

/* private_data of the file. [I] */
struct stats_file {
	struct keel_vm *vm;		/* a reference */
	struct keel_vcpu *vcpu;		/* NULL: the VM's statistics */
	unsigned int nr;
	size_t head_size;
	u8 head[];
};

static void sample_vcpu(const struct keel_vcpu *vcpu, u64 *values)
{
	const u64 *stat = (const u64 *)&vcpu->stat;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vcpu_defs); i++)
		values[i] = READ_ONCE(stat[i]);
}

static void sample_vm(const struct keel_vm *vm, u64 *values)
{
	values[0] = READ_ONCE(vm->nr_vcpus);
	values[1] = READ_ONCE(vm->mmio_bus.nr_counted);
}

static ssize_t read_values(const struct stats_file *f, char __user *to, size_t count, loff_t pos)
{
	u64 values[MAX_VALUES];

	if (f->vcpu)
		sample_vcpu(f->vcpu, values);
	else
		sample_vm(f->vm, values);
	return simple_read_from_buffer(to, count, &pos, values, f->nr * sizeof(u64));
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

	return fixed_size_llseek(file, offset, whence, f->head_size + f->nr * sizeof(u64));
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
	const struct keel_stats_def *defs = vcpu ? vcpu_defs : vm_defs;
	unsigned int nr = vcpu ? ARRAY_SIZE(vcpu_defs) : ARRAY_SIZE(vm_defs);
	size_t size = keel_stats_layout_size(nr);
	struct stats_file *f = kzalloc(sizeof(*f) + size, GFP_KERNEL_ACCOUNT);

	if (!f)
		return NULL;
	f->vm = vm;
	f->vcpu = vcpu;
	f->nr = nr;
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
	char id[KEEL_STATS_NAME_SIZE];

	snprintf(id, sizeof(id), "kvm-%d/vcpu-%u", task_tgid_nr(current), vcpu->id);
	return open_fd(vcpu->vm, vcpu, "kvm-vcpu-stats", id);
}
