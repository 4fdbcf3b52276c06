# SPDX-License-Identifier: GPL-2.0-only
# What is installed: keel doctor and keel boot on trees that look like hosts.
. "$(dirname "$0")/../lib.sh"
tests=$TOP/selftests/packaging
"$tests/doctor.py" || true
"$tests/boot.py" || true
