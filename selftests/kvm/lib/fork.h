/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine whose VMM forks: one vCPU, a GIC, and private memory, which the child has by copy on
 * write. The child makes a VM of its own on that and loads the parent's image into it.
 */
#ifndef FORK_H
#define FORK_H

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gic.h"
#include "image.h"

struct machine {
	struct vm *vm;
	char *data;	/* at DATA_BASE */
	u64 bytes;	/* of it */
	int gic;
};

static inline void need_fork(void)
{
	need_images();
	/* what fork() shares by huge pages is write-protected and copied otherwise */
	if (!on_keel())
		ktap_skip("needs keel");
}

/* Its data is in pages of the host's smallest size. */
static inline struct machine machine_new(u64 bytes, void (*fn)(u64), u64 arg)
{
	struct machine m = {
		.vm = vm_new(1, fn, arg), .data = vm_alloc(bytes, HUGE), .bytes = bytes
	};

	madvise(m.data, bytes, MADV_NOHUGEPAGE);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, 0, DATA_BASE, bytes, m.data), 0);
	m.gic = gic_new(m.vm, 64);
	return m;
}

/*
 * In the child: the same machine on the memory that it has of the parent's. Its fds were the
 * parent's.
 */
static inline void machine_rebuild(struct machine *m, const struct image *i)
{
	struct vm *vm = m->vm;
	struct vcpu *v = &vm->vcpu[0];

	munmap(v->run, kvm_run_size());
	close(v->fd);
	close(m->gic);
	close(vm->fd);
	vm->fd = vm_fd(0);
	REQUIRE_EQ(vm_slot(vm->fd, 0, 0, RAM_BASE, RAM_SIZE, vm->ram), 0);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, m->bytes, m->data), 0);
	v->fd = vcpu_fd(vm->fd, 0);
	v->run = vcpu_map(v->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, v->fd, 0), 0);
	m->gic = gic_new(vm, 64);
	REQUIRE_EQ(image_load(vm->fd, i, 0), 0);
}

/* Fork at a sync of the guest's; 0 in the child, whose machine is loaded. */
static inline pid_t machine_fork(struct machine *m)
{
	struct image i;
	pid_t child;

	vcpu_complete(&m->vm->vcpu[0]);
	i = image_save(m->vm->fd);
	child = fork();
	REQUIRE(child >= 0);
	if (!child)
		machine_rebuild(m, &i);
	free(i.bytes);
	return child;
}

/* The child's verdict is its exit status: a check that fails there ends it with another. */
static inline void expect_success(pid_t child)
{
	int status = -1;

	REQUIRE_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

#endif
