# SPDX-License-Identifier: GPL-2.0-only
# Devices of the host's behind an SMMU, which test programs assign to guests by VFIO.
. "$(dirname "$0")/../lib.sh"
. "$RUN/vfio.sh"
vfio_devices vfio 6.12
vfio_devices vfio-6.1-a57 6.1 --cpu cortex-a57
