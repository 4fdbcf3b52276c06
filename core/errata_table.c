// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The table of errata. Only what the hypervisor itself must do has a row: the
 * kernel's own workarounds also cover keel where keel runs as the kernel does,
 * and a guest's kernel works around what it sees by its MIDR_EL1.
 * selftests/unit/errata.def has every entry of the kernel's table with the
 * reason why it has a row here or none.
 */
#include <linux/types.h>
#include "cpu_models.h"
#include "errata_table.h"

#define SOME(cpu, v0, r0, v1, r1) \
	{ KEEL_CPU_##cpu, KEEL_MODEL_MASK, KEEL_REVISION(v0, r0), KEEL_REVISION(v1, r1) }
#define ALL(cpu)	{ KEEL_CPU_##cpu, KEEL_MODEL_MASK, 0, KEEL_REVISION_MAX }
/* Kryo: every part 0x2nn. */
#define KRYO		{ KEEL_CPU_QCOM_KRYO, 0xff0ff000U, 0, KEEL_REVISION_MAX }
#define END		{ 0, 0, 0, 0 }

#define CPUS(...)	((const struct keel_cpu_range[]) { __VA_ARGS__, END })
#define ROW(name_, cpus_, fixes_, kcap_, ...) \
	{ .name = (name_), .cpus = (cpus_), .fixes = (fixes_), .kcap = KEEL_KCAP_##kcap_, ##__VA_ARGS__ }

/* Broadcasts that complete too early: 1009, 1286807, 2441007, 2441009, and 4118414. */
static const struct keel_cpu_range early_dsb[] = {
	SOME(QCOM_FALKOR_V1, 0, 0, 0, 0),
	KRYO,
	SOME(QCOM_KRYO_4XX_GOLD, 0xc, 0xe, 0xf, 0xe),
	ALL(CORTEX_A55),
	SOME(CORTEX_A510, 0, 0, 1, 1),
	ALL(C1_PREMIUM), ALL(C1_ULTRA),
	ALL(CORTEX_A76), ALL(CORTEX_A76AE), ALL(CORTEX_A77),
	ALL(CORTEX_A78), ALL(CORTEX_A78AE), ALL(CORTEX_A78C),
	ALL(CORTEX_A710), ALL(CORTEX_X1), ALL(CORTEX_X1C), ALL(CORTEX_X2),
	ALL(CORTEX_X3), ALL(CORTEX_X4), ALL(CORTEX_X925),
	ALL(NEOVERSE_N1), ALL(NEOVERSE_N2), ALL(NEOVERSE_V1),
	ALL(NEOVERSE_V2), ALL(NEOVERSE_V3), ALL(NEOVERSE_V3AE),
	ALL(NVIDIA_OLYMPUS), ALL(MICROSOFT_AZURE_COBALT_100),
	END
};

static const struct keel_erratum table[] = {
	ROW("Arm 1165522, 1319367, 1319537, 1530923",
	    CPUS(SOME(CORTEX_A76, 0, 0, 2, 0), ALL(CORTEX_A57), ALL(CORTEX_A72),
	       SOME(CORTEX_A55, 0, 0, 2, 0), SOME(QCOM_KRYO_4XX_SILVER, 0xd, 0xe, 0xd, 0xe)),
	    KEEL_FIX(AT), SPECULATIVE_AT),
	ROW("Arm 1286807, 2441007, 2441009, 4118414, Qualcomm 1009", early_dsb,
	    KEEL_FIX(TLBI), REPEAT_TLBI),
	ROW("Arm 832075", CPUS(SOME(CORTEX_A57, 0, 0, 1, 2)), KEEL_FIX(TRUST), 832075),
	ROW("Arm 834220", CPUS(SOME(CORTEX_A57, 0, 0, 1, 2)), KEEL_FIX(HPFAR), 834220),
	ROW("Arm 1508412", CPUS(SOME(CORTEX_A77, 0, 0, 1, 0)),
	    KEEL_FIX(PAR) | KEEL_FIX(TRUST), 1508412),
	ROW("Arm 2054223, 2067961",
	    CPUS(ALL(CORTEX_A710), ALL(NEOVERSE_N2), ALL(MICROSOFT_AZURE_COBALT_100)),
	    KEEL_FIX(TSB), TSB),
	ROW("Arm 2077057", CPUS(SOME(CORTEX_A510, 0, 0, 0, 2)), KEEL_FIX(STEP), 2077057),
	ROW("Arm 2658417", CPUS(SOME(CORTEX_A510, 0, 0, 1, 1)), KEEL_FIX(BF16), 2658417),
	ROW("Ampere AC03_CPU_38", CPUS(ALL(AMPERE1), ALL(AMPERE1A)),
	    KEEL_FIX(AF) | KEEL_FIX(TCR), AC03_CPU_38),
	ROW("Ampere AC04_CPU_23", CPUS(ALL(AMPERE1A)), KEEL_FIX(HCR), AC04_CPU_23),
	ROW("Qualcomm Oryon CNTVOFF_EL2", CPUS(ALL(QCOM_ORYON_X1)), KEEL_FIX(CNTVOFF), CNTVOFF),
	ROW("Cavium 219", CPUS(ALL(BRCM_VULCAN), ALL(CAVIUM_THUNDERX2)), KEEL_FIX(TVM), TX2_TVM,
	    .smt = true),
	ROW("Cavium 30115",
	    CPUS(SOME(THUNDERX, 0, 0, 1, 2), SOME(THUNDERX_81XX, 0, 0, 0, 2), SOME(THUNDERX_83XX, 0, 0, 0, 0)),
	    KEEL_FIX(NO_GIC), 30115),
	/* by ICH_VTR_EL2 too, so it has no list here */
	ROW("Apple GICv3 SEIS", CPUS(END), KEEL_FIX(NO_GIC), SEIS),
	ROW("NVIDIA Carmel CnP, HiSilicon 162100125", CPUS(ALL(NVIDIA_CARMEL), ALL(HISI_HIP09)),
	    KEEL_FIX(CNP), CNP),
	ROW("Arm 1024718, 2051678",
	    CPUS(ALL(CORTEX_A55), SOME(QCOM_KRYO_4XX_SILVER, 0xd, 0xe, 0xd, 0xe), SOME(CORTEX_A510, 0, 0, 0, 2)),
	    KEEL_FIX(DBM), DBM),
};

const struct keel_erratum *keel_errata_row(unsigned int i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}

/* A510 r1p1 says in REVIDR_EL1 that 2658417 is mended. */
static bool is_mended(u32 fixes, struct keel_cpu_id id)
{
	return fixes == KEEL_FIX(BF16) && keel_midr_revision(id.midr) == KEEL_REVISION(1, 1) &&
	       (id.revidr & (1U << 25));
}

bool keel_errata_row_has(const struct keel_erratum *row, struct keel_cpu_id id)
{
	u8 revision = keel_midr_revision(id.midr);
	const struct keel_cpu_range *r;

	if ((row->smt && !id.smt) || is_mended(row->fixes, id))
		return false;
	for (r = row->cpus; r->model; r++)
		if ((id.midr & r->mask) == r->model && revision >= r->from && revision <= r->to)
			return true;
	return false;
}

u32 keel_errata_of_cpu(struct keel_cpu_id id)
{
	const struct keel_erratum *row;
	u32 fixes = 0;

	for (row = table; row < table + sizeof(table) / sizeof(table[0]); row++)
		if (keel_errata_row_has(row, id))
			fixes |= row->fixes;
	return fixes;
}
