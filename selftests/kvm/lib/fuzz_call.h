/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of the KVM ABI with arguments of their types, made up: any ioctl there is, on an fd of its
 * kind and now and then on another, with fields that mean something and now and then do not.
 */
#ifndef FUZZ_CALL_H
#define FUZZ_CALL_H

#include "fuzz.h"

enum fuzz_kind { FD_SYSTEM, FD_VM, FD_VCPU, FD_GIC, FD_ITS, FD_OTHER, FD_EVENT, NR_FD_KINDS };

#define FUZZ_AREA	(8ul << 20)
#define FUZZ_IMAGE	(256ul << 10)

/* What the threads of a round have in common. */
struct fuzz_world {
	char *area;	/* what guests and calls have; any page may be gone */
	u64 regs[1200], nr_regs;	/* ids that KVM_GET_REG_LIST named */
	u32 features;		/* which the vCPUs of the round's machine have */
};
extern struct fuzz_world fuzz_world;

/* A thread's memory for arguments, and an image of the VM that it saved last. */
struct fuzz_args {
	char arg[8192], image[FUZZ_IMAGE];
	u64 size;		/* of the image */
};

/* An fd of this kind, mostly. It may be closed by another thread at any time. */
int fuzz_fd(struct rng *r, enum fuzz_kind kind);
int fuzz_any_fd(struct rng *r);
/* A new one, if fd is none below 0: it takes the place of another of its kind, which is closed. */
void fuzz_keep_fd(struct rng *r, enum fuzz_kind kind, int fd);
/* One of the machine's, which mostly stays. */
void fuzz_put_fd(enum fuzz_kind kind, unsigned int at, int fd);
/* Fill the places of each kind with what there is of it. */
void fuzz_spread_fds(void);

u64 fuzz_gpa(struct rng *r);
u64 fuzz_hva(struct rng *r);
void fuzz_call(struct rng *r, struct fuzz_args *args);
/* One that takes microseconds, but for one in 500. */
void fuzz_quick_call(struct rng *r, struct fuzz_args *args);

#endif
