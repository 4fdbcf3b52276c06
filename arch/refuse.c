// SPDX-License-Identifier: GPL-2.0-only
/* What user space withholds of a page, as an exit. */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/mm.h>
#include "../core/objects.h"
#include "exit.h"

/* PC is at the access: it is made again when user space has changed its mind. */
int keel_exit_refuse(struct keel_vcpu *vcpu, ipa_t at, u64 right)
{
	struct keel_memory_fault *fault = (void *)&vcpu->run->hw;

	*fault = (struct keel_memory_fault){ .flags = right, .gpa = at.v & PAGE_MASK, .size = PAGE_SIZE };
	vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
	return -EFAULT;
}
