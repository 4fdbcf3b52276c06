# SPDX-License-Identifier: GPL-2.0-only
# A vCPU's registers from one hypervisor to another, as a VM takes them along.
# host/registers reads and sets them; texts are in build/check/registers-NAME, one for
# each level and kind of vCPU (with all features, or none). What the in-tree KVM
# says is kept in $KEEL_CACHE: its registers, and its word on what it was given.

# The N-th program's lines of a host's output.   usage: output_of LOG N
output_of() {
	sed -n "/^@@ begin $2 /,/^@@ end $2 /{/^@@/d;p}" "$1/output.log"
}

# usage: dumps LOG DIR SUFFIX N...    programs N are "dump" and "dump none"
dumps() {
	output_of "$1" "$4" | sort >"$2/all-$3"
	output_of "$1" "$5" | sort >"$2/none-$3"
}

# Where the in-tree KVM's registers on such a host are.   usage: in_tree NAME KERNEL RUN-OPTION...
in_tree() {
	local name=$1 kernel=$2 key work turn good=
	shift 2
	key=$({ cat "$KEEL_CACHE/kernel/$kernel/release" "$RUN/host/registers.c"
		qemu-system-aarch64 --version; echo "$@"; } | sha256sum | cut -c1-16)
	IN_TREE=$KEEL_CACHE/upstream/registers-$key
	if [ -e "$IN_TREE/none-$kernel" ]; then return; fi
	work=$TOP/build/check/${JOB:-job}-registers-$name-kvm-$kernel
	# one that was late says nothing
	for turn in 1 2; do
		if "$TESTBED/run" --quiet --log "$work" --hv kvm --kernel "$kernel" "$@" -- \
			"$TOP/build/check/registers dump" "$TOP/build/check/registers dump none" >/dev/null; then good=1; break; fi
	done
	[ -n "$good" ] || return 1
	mkdir -p "$IN_TREE"
	dumps "$work" "$IN_TREE" "$kernel" 1 2
}

# Does the in-tree KVM take what keel said?   usage: back NAME KERNEL DIR RUN-OPTION...
back() {
	local name=$1 kernel=$2 dir=$3 key work p turn
	shift 3
	# counters are another number each time
	key=$(cat "$dir/all-$kernel" "$dir/none-$kernel" | sed -E 's/^(603000000013df[0-9a-f]*) [0-9a-f]*/\1/' | sha256sum | cut -c1-16)
	p=$IN_TREE/taken-$key
	for turn in 1 2; do
		[ ! -e "$p" ] || break
		work=$TOP/build/check/${JOB:-job}-registers-$name-back-$kernel
		"$TESTBED/run" --quiet --log "$work" --hv kvm --kernel "$kernel" "$@" \
			--file "$dir/all-$kernel:/t/all" --file "$dir/none-$kernel:/t/none" -- \
			"$TOP/build/check/registers set /t/all" "$TOP/build/check/registers set /t/none none" >/dev/null || true
		{ output_of "$work" 1; output_of "$work" 2; } >"$p.$$.new"
		if [ "$(grep -cE '^(not )?ok 1 - /t/' "$p.$$.new")" = 2 ]; then mv "$p.$$.new" "$p"; fi
		rm -f "$p.$$.new"
	done
	if [ ! -e "$p" ]; then
		echo "not ok - registers-$name: in-tree $kernel gives no answer"
		return
	fi
	sed -nE "s/^(not )?ok 1 - \/t\/(.*)/\1ok - registers-$name: in-tree $kernel takes keel's, \2/p; /^#/p" "$p"
}

# Lines "ID what the in-tree KVM has / what keel has" that registers.differs does not
# name.   usage: differ NAME KERNEL IN-TREE KEEL
differ() {
	join -a 1 -a 2 -e none -o 0,1.2,1.3,2.2,2.3 "$3" "$4" |
	awk -v name="$1" -v level="$2" '
	FILENAME != "-" {
		if ($0 !~ /^(#|$)/ && name ~ ("^" $1 "$") && ($2 == level || $2 == "all"))
			known[++n] = $3
		next
	}
	$2 == $4 && $3 == $5 { next }
	{
		for (i = 1; i <= n; i++)
			if ($1 ~ ("^" known[i] "$")) next
		print $1, $2 "/" $3, $4 "/" $5
	}' "$RUN/registers.differs" -
}

# One kind of host. CROSS_KERNELS: those whose in-tree KVM is compared with.
# usage: cross NAME RUN-OPTION...
cross() {
	local name=$1 dir=$TOP/build/check/registers-$1 r=$TOP/build/check/registers k kind files=() log programs=() n=0 kernels=
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	for k in $CROSS_KERNELS; do lacks "registers-$name: as the in-tree KVM of $k has them" $k || kernels="$kernels $k"; done
	for k in $kernels; do
		if ! in_tree "$name" $k "$@"; then
			echo "not ok - registers-$name: the in-tree KVM of $k"
			return
		fi
		for kind in all none; do files+=(--file "$IN_TREE/$kind-$k:/t/$kind-$k"); done
		programs+=("echo $k >/sys/module/keel/parameters/abi"
			"$r set /t/all-$k" "$r set /t/none-$k none" "$r dump" "$r dump none")
	done
	if [ "$HV" != keel ]; then return; fi
	host "registers-$name" "$@" "${files[@]}" -- "${programs[@]}"
	if repeats "registers-$name" cross "$name" "$@"; then return; fi
	log=$TOP/build/check/${JOB:-job}-registers-$name
	for k in $kernels; do
		dumps "$log" "$dir" "$k" $((n + 4)) $((n + 5))
		n=$((n + 5))
	done
	for k in $kernels; do
		in_tree "$name" $k "$@"
		for kind in all none; do
			differ "$name" $k "$IN_TREE/$kind-$k" "$dir/$kind-$k" >"$dir/$kind-$k.differs"
			expect "registers-$name: as the in-tree KVM of $k has them, $kind" \
				bash -c 'test -s "$1" && test -s "$2" && ! grep . "$1.differs"' - "$dir/$kind-$k" "$IN_TREE/$kind-$k"
		done
		back "$name" $k "$dir" "$@"
	done
}
