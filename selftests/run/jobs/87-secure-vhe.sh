# SPDX-License-Identifier: GPL-2.0-only
# No call of a guest's comes to EL3, under VHE.
. "$(dirname "$0")/../lib.sh"
. "$RUN/secure.sh"
watched secure-vhe neoverse-n1 -- "$TOP/build/selftests/secure_world" "$TOP/build/selftests/psci_smp"
