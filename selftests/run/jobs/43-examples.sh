# SPDX-License-Identifier: GPL-2.0-only
# The small programs of tools/examples, which judge themselves.
. "$(dirname "$0")/../lib.sh"
expect "examples: they build without warnings" make -s -C "$TOP/tools/examples" OUT="$TOP/build/examples"
host examples --kernel 6.12 -- "$TOP/build/examples/waiting" "$TOP/build/examples/lazy-copy" "$TOP/build/examples/output"
