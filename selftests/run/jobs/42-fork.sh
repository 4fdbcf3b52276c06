# SPDX-License-Identifier: GPL-2.0-only
# Images of VMs, and VMMs that fork: also where the host is at EL1, and with EL2 in the guest.
. "$(dirname "$0")/../lib.sh"
st=$TOP/build/selftests
host image --kernel 6.12 --modparams nested=1 --timeout 1200 -- "$st/image" "$st/fork"
host image-nvhe --kernel 6.1 --cpu cortex-a57 --timeout 1200 -- "$st/image" "$st/fork"
