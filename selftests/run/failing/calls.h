/* SPDX-License-Identifier: GPL-2.0-only */
/* How a call fails: what it returns then. */
#ifndef FAILING_CALLS_H
#define FAILING_CALLS_H

#define FAIL_NULL	0
#define FAIL_ENOMEM	1	/* the number, or a pointer that says so */
/* as the xarray says it, and only where nothing is stored: only that needs memory */
#define FAIL_XARRAY	2
#define FAIL_COPY	3	/* nothing was copied of what the third argument says */
#define FAIL_CLEAR	4	/* the same of the second's */

#endif
