# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own KVM selftests, built from Debian's source: each has to
# come to the verdict it comes to on the in-tree KVM, or to the one named in
# upstream.differs together with a reason.
. "$(dirname "$0")/../lib.sh"
cd "$TOP"
if ! dir=$("$TESTBED/build-upstream"); then
	echo "not ok - upstream: builds"
	exit 0
fi
mapfile -t programs < <(sed "s,^,$dir/," "$RUN/upstream.list" )
options=(--kernel 6.12 --mem 3G --timeout 1200 --each 240)

verdicts() {
	HV=$1 WHOLE=1 host "upstream-$1" "${options[@]}" -- "${programs[@]}" >"build/check/upstream-$1.txt"
	grep -E '^(not )?ok' "build/check/upstream-$1.txt"
}

# The reference changes with the kernel, with QEMU and with the list.
key=$({ cat "$KEEL_CACHE/kernel/6.12/release" "$RUN/upstream.list" "$TESTBED/build-upstream"
	qemu-system-aarch64 --version; echo "${options[@]}"; } | sha256sum | cut -c1-16)
reference=$KEEL_CACHE/upstream/verdicts-$key
if [ ! -e "$reference" ]; then
	mkdir -p "${reference%/*}"
	verdicts kvm >"$reference.new"
	if ! grep -q '^ok - upstream-kvm: host' "$reference.new"; then
		echo "not ok - upstream: reference run on the in-tree KVM"
		tail -n 3 "$reference.new" | sed 's/^/#   /'
		exit 0
	fi
	mv "$reference.new" "$reference"
fi
if [ "$HV" = kvm ]; then
	sed 's/-kvm:/:/' "$reference"
	exit 0
fi

kind upstream "${options[@]}"
verdicts keel >build/check/upstream-keel.verdicts
norm() { sed -n "s/^\(.*\) - upstream-[a-z]*: \(.*\)/\2|\1/p" "$1" | sed 's/ *:.*# SKIP|ok/|skip/; s/: ended with [0-9]*|/|/' | sort; }
norm "$reference" >build/check/upstream.want
norm build/check/upstream-keel.verdicts >build/check/upstream.got
while IFS='|' read -r program want; do
	got=$(sed -n "s/^$program|//p" build/check/upstream.got)
	differs=$(sed -n "s/^${program%% *}: //p" "$RUN/upstream.differs")
	if [ -n "$differs" ]; then
		case $differs in
		"$got "*) result 0 "upstream: $program ($differs)" ;;
		*) result 1 "upstream: $program (${got:-did not run}, expected $differs)" ;;
		esac
		continue
	fi
	# Some fail in-tree only because the emulated machine is slow.
	if [ "$got" = ok ] || [ "$got" = "$want" ]; then
		echo "ok - upstream: $program ($got, in-tree KVM: $want)"
	else
		echo "not ok - upstream: $program (${got:-did not run}, in-tree KVM: $want)"
		sed -n "/- upstream-keel: $program/,/^\(not \)\?ok/p" build/check/upstream-keel.txt |
			grep '^#' | tail -n 12
	fi
done <build/check/upstream.want
