// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a stage-2 fault is about, over all status codes: of each kind just those that the
 * architecture has. A TLB conflict is neither the guest's abort nor that of memory.
 */
#include "mmu/fault_kind.h"
#include "ktap.h"

/* Arm ARM D24.2.40, "DFSC", by level from -1 (FEAT_LPA2, else reserved) to 3. */
static const struct {
	enum keel_fault_kind kind;
	unsigned char fsc[11];
	unsigned int nr;
} codes[] = {
	{ KEEL_FAULT_IS_ADDRESS_SIZE, { 0x29, 0x00, 0x01, 0x02, 0x03 }, 5 },
	{ KEEL_FAULT_IS_TRANSLATION, { 0x2b, 0x04, 0x05, 0x06, 0x07 }, 5 },
	{ KEEL_FAULT_IS_ACCESS, { 0x08, 0x09, 0x0a, 0x0b }, 4 },
	{ KEEL_FAULT_IS_PERMISSION, { 0x0c, 0x0d, 0x0e, 0x0f }, 4 },
	/* external abort and ECC error, of the access and of a walk at each level */
	{ KEEL_FAULT_IS_EXTERNAL, { 0x10, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x1b, 0x1c, 0x1d }, 10 },
	{ KEEL_FAULT_IS_EXTERNAL, { 0x1e, 0x1f }, 2 },
	{ KEEL_FAULT_IS_CONFLICT, { 0x30 }, 1 },
};

static enum keel_fault_kind expected(unsigned int fsc)
{
	for (unsigned int i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		for (unsigned int j = 0; j < codes[i].nr; j++)
			if (codes[i].fsc[j] == fsc)
				return codes[i].kind;
	return KEEL_FAULT_IS_OTHER;
}

static void every_code(void)
{
	for (unsigned int fsc = 0; fsc < 64; fsc++)
		CHECK_EQ(keel_fault_kind(fsc), expected(fsc));
}

int main(void)
{
	RUN(every_code);
	return ktap_done();
}
