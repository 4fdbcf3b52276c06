// SPDX-License-Identifier: GPL-2.0-only
/* Stands in for the module where a check of modules is itself checked. */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

static const struct file_operations fops = { .owner = THIS_MODULE };
static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kvm",
	.fops = &fops,
};

static int __init fake_init(void)
{
	int ret = misc_register(&dev);

#ifdef LEAK
	/* What the check has to find. */
	if (!ret && !kzalloc(SZ_32K, GFP_KERNEL))
		ret = -ENOMEM;
#endif
	return ret;
}

static void __exit fake_exit(void)
{
	misc_deregister(&dev);
}

module_init(fake_init);
module_exit(fake_exit);
MODULE_DESCRIPTION("Stands in for keel in checks of the checks");
MODULE_LICENSE("GPL");
