/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of struct keel_ctx that the assembly needs too. */
#ifndef KEEL_HYP_CONTEXT_BITS_H
#define KEEL_HYP_CONTEXT_BITS_H

#define KEEL_EXIT_SYNC_NR	0
#define KEEL_EXIT_IRQ_NR	1
#define KEEL_EXIT_SERROR_NR	2
#define KEEL_EXIT_ILLEGAL_NR	3
/* the assembly's: an SError in the midst of an illegal return */
#define KEEL_EXIT_SERROR_IL_NR	4

#define KEEL_CTX_PAUTH_BIT	0

/* Vector tables by Spectre-BHB mitigation, 2 KiB apart. */
#define KEEL_BHB_NONE		0
#define KEEL_BHB_LOOP		1
#define KEEL_BHB_CLEAR		2
#define KEEL_BHB_FIRMWARE	3
#define KEEL_BHB_FIRMWARE_1	4	/* branch predictor only: firmware without the newer call */
#define KEEL_BHB_LOOP_FIRMWARE_1	5	/* that, and a loop for the history */
#define KEEL_NR_BHB		6

#endif
