# SPDX-License-Identifier: GPL-2.0-only
# No call of a guest's comes to EL3, under nVHE. Under VHE: secure-vhe.
. "$(dirname "$0")/../lib.sh"
. "$RUN/secure.sh"
watched secure-nvhe cortex-a57 -- "$TOP/build/selftests/secure_world" "$TOP/build/selftests/aarch32"
