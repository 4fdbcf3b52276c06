// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that are no RAM, mapped cacheable: BAR 2 of QEMU's ivshmem by mmap() of
 * /dev/cacheable_bar, as drivers of coherent accelerators map theirs. For the check only.
 */
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>

static int cacheable_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct pci_dev *dev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110, NULL);
	unsigned long size = vma->vm_end - vma->vm_start;
	resource_size_t start, len;

	if (!dev)
		return -ENODEV;
	start = pci_resource_start(dev, 2);
	len = pci_resource_len(dev, 2);
	pci_dev_put(dev);
	if (size > len)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(start), size, vma->vm_page_prot);
}

static const struct file_operations cacheable_fops = {
	.owner = THIS_MODULE,
	.mmap = cacheable_mmap,
};

static struct miscdevice cacheable_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cacheable_bar",
	.fops = &cacheable_fops,
};

module_misc_device(cacheable_device);
MODULE_DESCRIPTION("Cacheable memory of a device, in checks");
MODULE_LICENSE("GPL");
