// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files to look into a VM. They do not hold it: its directory is removed before
 * the VM's parts go, which waits for reads that are under way.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "../arch/idlimits.h"
#include "../arch/idreg.h"
#include "../mmu/show.h"
#include "../vgic/show.h"
#include "debugfs.h"
#include "stats_defs.h"
#include "vcpus.h"

/* One statistic of a VM's vCPUs. */
struct stat_file {
	const struct keel_vm *vm;
	unsigned int value;
};

struct keel_debugfs {
	struct dentry *dir;
	struct stat_file stat[];
};

/* Making and removing the files costs as much as all the rest of a VM that does nothing. */
static bool debugfs;
module_param(debugfs, bool, 0644);
MODULE_PARM_DESC(debugfs, "files in debugfs for VMs that are made from now on (default: no)");

static struct dentry *top;
static bool is_ours;
/* that a name is free, and taken */
static DEFINE_MUTEX(names);

static int stat_show(struct seq_file *m, void *unused)
{
	const struct stat_file *f = m->private;
	const struct keel_vcpu *vcpu;
	unsigned int i;
	u64 sum = 0;

	keel_for_each_vcpu(i, vcpu, f->vm)
		sum += READ_ONCE(((const u64 *)&vcpu->stat)[f->value]);
	seq_printf(m, "%llu\n", sum);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stat);

static void show_vcpu(struct seq_file *m, const struct keel_vcpu *vcpu)
{
	seq_printf(m, "%3u %4u %6d %5d %5d %5u %4u %#10lx\n", vcpu->idx, vcpu->id,
		   READ_ONCE(vcpu->tid), READ_ONCE(vcpu->resident_cpu), READ_ONCE(vcpu->last_cpu),
		   READ_ONCE(vcpu->mp_state), READ_ONCE(vcpu->ctx.mode), READ_ONCE(vcpu->requests));
}

/* resident: the CPU that holds its EL1 state; mode: enum keel_mode */
static int vcpus_show(struct seq_file *m, void *unused)
{
	const struct keel_vm *vm = m->private;
	const struct keel_vcpu *vcpu;
	unsigned int i;

	seq_puts(m, "idx   id thread resident last state mode   requests\n");
	keel_for_each_vcpu(i, vcpu, vm)
		show_vcpu(m, vcpu);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vcpus);

static int vgic_show(struct seq_file *m, void *unused)
{
	return keel_vgic_show(m, m->private);
}
DEFINE_SHOW_ATTRIBUTE(vgic);

static int its_show(struct seq_file *m, void *unused)
{
	return keel_its_show(m, m->private);
}
DEFINE_SHOW_ATTRIBUTE(its);

DEFINE_SEQ_ATTRIBUTE(keel_mmu);

static int idregs_show(struct seq_file *m, void *unused)
{
	struct keel_vm *vm = m->private;
	const char *name;
	unsigned int i;

	/* a VMM may hold it for as long as its memory lets it */
	if (mutex_lock_killable(&vm->config_lock))
		return -EINTR;
	for (i = 0; i < KEEL_NR_IDREGS; i++) {
		name = keel_idlimits_reg(i)->name;
		if (name)
			seq_printf(m, "%20s:\t%016llx\n", name, keel_idreg_read(vm, i));
	}
	mutex_unlock(&vm->config_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(idregs);

void keel_debugfs_init(void)
{
	top = debugfs_lookup("kvm", NULL);
	if (IS_ERR_OR_NULL(top)) {
		top = debugfs_create_dir("kvm", NULL);
		is_ours = true;
	}
}

void keel_debugfs_exit(void)
{
	if (is_ours)
		debugfs_remove(top);
	else
		dput(top);
}

static struct dentry *make_dir(int fd)
{
	struct dentry *dir;
	char name[32];

	snprintf(name, sizeof(name), "%d-%d", task_tgid_nr(current), fd);
	mutex_lock(&names);
	dir = debugfs_lookup(name, top);
	if (IS_ERR_OR_NULL(dir)) {
		dir = debugfs_create_dir(name, top);
	} else {
		/* of a VM that lives on without this fd */
		dput(dir);
		dir = ERR_PTR(-EEXIST);
	}
	mutex_unlock(&names);
	return dir;
}

static void add_stats(struct keel_vm *vm, struct keel_debugfs *d)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = keel_stats_name(i)); i++) {
		d->stat[i] = (struct stat_file){ vm, i };
		debugfs_create_file(name, 0444, d->dir, &d->stat[i], &stat_fops);
	}
}

void keel_debugfs_add(struct keel_vm *vm, int fd)
{
	unsigned int n = 0;
	struct keel_debugfs *d;

	if (!READ_ONCE(debugfs))
		return;
	while (keel_stats_name(n))
		n++;
	d = kzalloc(struct_size(d, stat, n), GFP_KERNEL_ACCOUNT);
	if (!d)
		return;
	d->dir = make_dir(fd);
	if (IS_ERR(d->dir)) {
		kfree(d);
		return;
	}
	add_stats(vm, d);
	debugfs_create_file("vcpus", 0444, d->dir, vm, &vcpus_fops);
	debugfs_create_file("vgic-state", 0444, d->dir, vm, &vgic_fops);
	debugfs_create_file("its-state", 0400, d->dir, vm, &its_fops);
	debugfs_create_file("idregs", 0400, d->dir, vm, &idregs_fops);
	debugfs_create_file("stage2_page_tables", 0400, d->dir, vm, &keel_mmu_fops);
	vm->debugfs = d;
}

void keel_debugfs_remove(struct keel_vm *vm)
{
	if (!vm->debugfs)
		return;
	debugfs_remove(vm->debugfs->dir);
	kfree(vm->debugfs);
}
