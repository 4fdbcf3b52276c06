# SPDX-License-Identifier: GPL-2.0-only
# Shared by the test-bed scripts: where things live, and how to say things.

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$TESTBED/../.." && pwd)
KEEL_CACHE=${KEEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/keel}
CROSS_COMPILE=${CROSS_COMPILE:-aarch64-linux-gnu-}
export KEEL_CACHE CROSS_COMPILE
mkdir -p "$KEEL_CACHE"

note() { echo "# $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Only one process makes a given thing; the others wait and then find it.
# usage: lock NAME   (held until the calling shell ends)
lock() {
	mkdir -p "$KEEL_CACHE/locks"
	exec 9>"$KEEL_CACHE/locks/$1"
	flock 9
}

# A scratch directory in the cache, on the same file system as the result,
# so that a finished result appears with one rename or not at all.
scratch() {
	mkdir -p "$KEEL_CACHE/tmp"
	mktemp -d "$KEEL_CACHE/tmp/$1.XXXXXX"
}

# For how many seconds a hypervisor below this machine has kept one of its CPUs, that which it kept
# longest, since /proc/stat was what FILE has.   usage: stolen FILE [STAT]
stolen() {
	awk '/^cpu[0-9]/ && FILENAME == ARGV[1] { had[$1] = $9; next }
	     /^cpu[0-9]/ && $9 - had[$1] > max { max = $9 - had[$1] }
	     END { printf "%d", max / 100 }' "$1" "${2:-/proc/stat}"
}

# The Debian release whose compiler builds for the kernel NAME of the test bed;
# nothing: this machine's own.
# usage: toolchain NAME
toolchain() {
	case $1 in
	7.2*) echo sid ;;
	6.12-trixie*|6.12-rt|7.*) echo trixie ;;
	esac
}
