/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of the kernel is put in front of, for a keel.ko whose calls go to failing_NAME: each asks
 * failing_strikes(), and goes on to NAME with the arguments it had, or returns what that has put
 * in the place of the first.
 */
#include <linux/export.h>
#include <linux/linkage.h>
#include "calls.h"

.macro fails name, how
SYM_FUNC_START(failing_\name)
	stp	x29, x30, [sp, #-80]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	add	x0, sp, #16
	mov	w1, #\how
	mov	x2, x30
	adr	x3, .Lname_\name
	bl	failing_strikes
	mov	w9, w0
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x29, x30, [sp], #80
	cbnz	w9, .Lfailed_\name
	b	\name
.Lfailed_\name:
	ret
.Lname_\name:
	.asciz	"\name"
	.balign	4
SYM_FUNC_END(failing_\name)
EXPORT_SYMBOL_GPL(failing_\name)
.endm

	.text
	fails __alloc_pages_noprof, FAIL_NULL
	fails __ioremap_prot, FAIL_NULL
	fails __kmalloc_cache_noprof, FAIL_NULL
	fails __kmalloc_noprof, FAIL_NULL
	fails __kvmalloc_node_noprof, FAIL_NULL
	fails __vmalloc_noprof, FAIL_NULL
	fails alloc_pages_exact_noprof, FAIL_NULL
	fails alloc_workqueue, FAIL_NULL
	fails bitmap_alloc, FAIL_NULL
	fails bitmap_zalloc, FAIL_NULL
	fails get_free_pages_noprof, FAIL_NULL
	fails get_zeroed_page_noprof, FAIL_NULL
	fails krealloc_noprof, FAIL_NULL
	fails pcpu_alloc_noprof, FAIL_NULL
	fails prepare_kernel_cred, FAIL_NULL

	fails __cpuhp_setup_state, FAIL_ENOMEM
	fails __request_percpu_irq, FAIL_ENOMEM
	fails __xa_insert, FAIL_ENOMEM
	fails anon_inode_getfd, FAIL_ENOMEM
	fails anon_inode_getfile, FAIL_ENOMEM
	fails debugfs_create_dir, FAIL_ENOMEM
	fails debugfs_create_file, FAIL_ENOMEM
	fails fixup_user_fault, FAIL_ENOMEM
	fails get_unused_fd_flags, FAIL_ENOMEM
	fails get_user_pages_fast, FAIL_ENOMEM
	fails get_user_pages_unlocked, FAIL_ENOMEM
	fails misc_register, FAIL_ENOMEM
	fails mmu_notifier_register, FAIL_ENOMEM
	fails perf_event_create_kernel_counter, FAIL_ENOMEM
	fails pin_user_pages_fast, FAIL_ENOMEM
	fails register_reboot_notifier, FAIL_ENOMEM
	fails seq_open, FAIL_ENOMEM
	fails single_open, FAIL_ENOMEM
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	fails __init_srcu_struct, FAIL_ENOMEM
#else
	fails init_srcu_struct, FAIL_ENOMEM
#endif

	fails __xa_cmpxchg, FAIL_XARRAY
	fails xa_store, FAIL_XARRAY

	fails __arch_copy_from_user, FAIL_COPY
	fails __arch_copy_to_user, FAIL_COPY
	fails __arch_clear_user, FAIL_CLEAR
