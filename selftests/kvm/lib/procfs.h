/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of /proc with a line "Name: number kB" for each thing. */
#ifndef PROCFS_H
#define PROCFS_H

#include "guest.h"

/* The number on the line of that name, 0 if there is none. No such file: the end of the case. */
u64 proc_number(const char *file, const char *name);

#endif
