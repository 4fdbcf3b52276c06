// SPDX-License-Identifier: GPL-2.0-only
/* Finds out, on the host's side, what the CPUs have that the world switch minds. */
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "../core/errata.h"
#include "../core/host.h"
#include "features.h"

struct keel_hyp_features keel_hyp_features;

static unsigned int field(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

void keel_features_probe(void)
{
	u64 pfr0 = read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1);
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 dfr0 = read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1);
	u64 isar0 = read_sanitised_ftr_reg(SYS_ID_AA64ISAR0_EL1);
	u64 mmfr2 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1);

	keel_hyp_features = (struct keel_hyp_features) {
		.ras = field(pfr0, 28) != 0,	/* ID_AA64PFR0_EL1.RAS */
		.fgt = field(mmfr0, 56) != 0,	/* ID_AA64MMFR0_EL1.FGT */
		.hcx = field(mmfr1, 40) != 0,	/* ID_AA64MMFR1_EL1.HCX */
		.aa32 = field(pfr0, 0) == 2,	/* ID_AA64PFR0_EL1.EL0 */
		.gicv3 = keel_host_has_gicv3(),
		.mpam = keel_host_has_mpam(),
		.mpam_hcr = keel_host_has_mpam() && keel_host_has_mpam_hcr(),
		.brps = field(dfr0, 12) + 1,
		.wrps = field(dfr0, 20) + 1,
		.at_erratum = keel_errata_has(AT),
		.tlbi_erratum = keel_errata_has(TLBI),
		.par_erratum = keel_errata_has(PAR),
		.hcr_erratum = keel_errata_has(HCR),
		.hpfar_erratum = keel_errata_has(HPFAR),
		.tsb_erratum = keel_errata_has(TSB),
		.tlbi_range = field(isar0, 56) >= 2,	/* ID_AA64ISAR0_EL1.TLB */
		.tlbi_level = field(mmfr2, 48) != 0,	/* ID_AA64MMFR2_EL1.TTL */
	};
}
