// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that aborts, which everybody takes for RAM: pages of a hole in the
 * memory map of QEMU's "virt" machine, to be had by mmap() of /dev/bad_memory.
 * For the check only: what a guest or a CPU walks into there is like memory
 * with an uncorrectable error.
 */
#include <linux/io.h>
#include <linux/memremap.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>

#define HOLE	0x1000000000ULL		/* 64 GiB: above the machine's RAM, below its PCI windows */

static struct dev_pagemap map = {
	.type = MEMORY_DEVICE_GENERIC,
	.range = { .start = HOLE, .end = HOLE + SZ_128M - 1 },
	.nr_range = 1,
};

static int bad_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	return vm_insert_page(vma, vma->vm_start, pfn_to_page(PHYS_PFN(HOLE)));
}

static const struct file_operations bad_fops = {
	.owner = THIS_MODULE,
	.mmap = bad_mmap,
};

static struct miscdevice bad_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bad_memory",
	.fops = &bad_fops,
};

static int __init bad_init(void)
{
	void *base = memremap_pages(&map, NUMA_NO_NODE);
	int err;

	if (IS_ERR(base))
		return PTR_ERR(base);
	err = misc_register(&bad_device);
	if (err)
		memunmap_pages(&map);
	return err;
}

static void __exit bad_exit(void)
{
	misc_deregister(&bad_device);
	memunmap_pages(&map);
}

module_init(bad_init);
module_exit(bad_exit);
MODULE_DESCRIPTION("Memory that aborts, in checks");
MODULE_LICENSE("GPL");
