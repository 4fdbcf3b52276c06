# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own KVM selftests, built from Debian's source: each has to
# come to the verdict it comes to on the in-tree KVM of the same host, or to the
# one named in upstream.differs together with a reason. upstream.list says how
# each is called; those with a star are about the CPU and its GIC, the others about
# what is the same on all of them. Those with a kernel's number are from its source,
# and run on it; so are those of 7.3 with "el2", where guests have EL2 and start there. Each of
# these has to pass, or to come to the verdict that upstream.differs has with "el2" before it: the
# in-tree KVM takes a minute and more for one of them.

# usage: verdicts HV NAME RUN-OPTION... -- PROGRAM...
verdicts() {
	local hv=$1 name=$2
	shift 2
	# what is to be repeated is chosen by program
	AGAIN=1 HV=$hv WHOLE=1 host "$name-$hv" "$@" >"$TOP/build/check/$name-$hv.txt"
	grep -aE '^(not )?ok' "$TOP/build/check/$name-$hv.txt"
}

# "PROGRAM|VERDICT" of what verdicts() printed.
norm() {
	sed -nE 's/^(.*) - [a-z0-9._-]*-(kvm|keel): (.*)/\3|\1/p' "$1" |
		sed 's/ *:.*# SKIP|ok/|skip/; s/: ended with [0-9]*|/|/' | sort
}

# Not where neither hypervisor came to it.   usage: as_in_tree GOT WANT
as_in_tree() { [ "$1" = ok ] || { [ -n "$1" ] && [ "$1" = "$2" ]; }; }

# What stands before the programs of such a name in upstream.differs.   usage: suite_of NAME
suite_of() { case $1 in *-el2) echo 'el2 ' ;; esac; }

# usage: judge NAME PROGRAM GOT WANT
judge() {
	local name=$1 program=$2 got=$3 want=$4 suite=$(suite_of "$1") differs of=
	of=${suite:+expected}
	differs=$(sed -n "s/^$suite${program%% *}: //p" "$RUN/upstream.differs")
	if [ -n "$differs" ]; then
		case $differs in
		"$got "*) result 0 "$name: $program ($differs)" ;;
		*) result 1 "$name: $program (${got:-did not run}, expected $differs)" ;;
		esac
		return
	fi
	# Some fail in-tree only because the emulated machine is slow.
	if as_in_tree "$got" "$want"; then
		echo "ok - $name: $program ($got, ${of:-in-tree KVM}: $want)"
	else
		echo "not ok - $name: $program (${got:-did not run}, ${of:-in-tree KVM}: $want)"
		sed -n "/- $name-keel: $program/,/^\(not \)\?ok/p" "$TOP/build/check/$name-keel.txt" |
			grep '^#' | tail -n 12
	fi
}

# Was the host cut off, nothing else being wrong with it, before it had come to all programs?
# usage: has_missing NAME
has_missing() {
	! grep -qv '^did not end within ' "$TOP/build/check/$JOB-$1-keel/verdict" &&
		awk -F '|' 'NR == FNR { got[$1]; next } !/^host / && !($1 in got) { missing = 1 } END { exit !missing }' \
			"$TOP/build/check/$1.got" "$TOP/build/check/$1.want"
}

# Does a failure say nothing before it is repeated alone: of a program that asserts
# how much time passed, or one ended at its limit, which is by the clock?
# usage: hasty NAME PROGRAM GOT
hasty() {
	if [ "$3" = ok ] || [ "$3" = skip ] || [ -n "${REPEATED:-}" ]; then return 1; fi
	if by_clock "$2"; then return 0; fi
	# not even begun, or killed
	if [ -z "$3" ]; then only_late "$TOP/build/check/$JOB-$1-keel/verdict"; return; fi
	grep -qF -- "not ok - $1-keel: $2: ended with 137" "$TOP/build/check/$1-keel.txt"
}

# The kernel among options of run: whose selftests they are, too.   usage: kernel_of RUN-OPTION...
kernel_of() {
	while [ "$1" != --kernel ]; do shift; done
	echo "$2"
}

# One program, under both hypervisors. One that asserts how much time has passed is tried up to
# three times on keel: it shows what it is for when it passes once, and a busy machine can fail it
# each time.
# usage: upstream_alone NAME PROGRAM RUN-OPTION...
upstream_alone() {
	local name=$1 program=$2 want got dir out=$TOP/build/check/$1 turn
	shift 2
	REPEATED=1
	dir=$("$TESTBED/build-upstream" "$(kernel_of "$@")")
	if [ -n "$(suite_of "$name")" ]; then
		want=ok
	else
		verdicts kvm "$name" "$@" -- "$dir/$program" >"$out.kvm"
		want=$(norm "$out.kvm" | sed -n "s/^$program|//p")
	fi
	for turn in 1 2 3; do
		verdicts keel "$name" "$@" -- "$dir/$program" >"$out.keel"
		got=$(norm "$out.keel" | sed -n "s/^$program|//p")
		if as_in_tree "$got" "$want" || ! by_clock "$program" ||
		   grep -q '^not ok - .*: host: ' "$out.keel"; then break; fi
	done
	kind "$name" "$@"
	judge "$name" "$program" "$got" "$want"
	if [ "$turn" != 1 ]; then echo "# $name: $program: run $turn times alone"; fi
	grep '^not ok - .*: host: ' "$out.keel" || true
}

# Does a program assert how much time passed?   usage: by_clock PROGRAM
by_clock() { grep -q "^${1%% *}:" "$RUN/upstream.clock"; }

# The verdicts of the in-tree KVM, into the file $reference. They change with the
# kernel, with QEMU, with what is called and with the host.
# usage: refer NAME RUN-OPTION... -- PROGRAM...
refer() {
	local name=$1 key turn
	shift
	key=$({ cat "$KEEL_CACHE/kernel/$(kernel_of "$@")/release" "$TESTBED/build-upstream"
		qemu-system-aarch64 --version; echo "$@"; } | sha256sum | cut -c1-16)
	reference=$KEEL_CACHE/upstream/verdicts-$key
	if [ -e "$reference" ]; then return; fi
	mkdir -p "${reference%/*}"
	# a host that was late, has stalled or did not come to its end says nothing of keel
	for turn in 1 2; do
		verdicts kvm "$name" "$@" >"$reference.$$.new"
		if grep -q "^ok - $name-kvm: host" "$reference.$$.new"; then break; fi
	done
	if ! grep -q "^ok - $name-kvm: host" "$reference.$$.new"; then
		echo "not ok - $name: reference run on the in-tree KVM"
		tail -n 3 "$reference.$$.new" | sed 's/^/#   /'
		rm -f "$reference.$$.new"
		return 1
	fi
	mv "$reference.$$.new" "$reference"
}

# All programs of 6.12, those of them about the CPU and its GIC, those of another kernel, or of 7.3
# with EL2.   usage: upstream [cpu|KERNEL|el2] NAME RUN-OPTION...    with EL2: NAME ends in -el2
upstream() {
	local name which='/^[0-9]/d;/^el2 /d;s/^\* //' kernel=6.12 dir programs options program want got
	case $1 in
	cpu) which='s/^\* //p;d'; shift ;;
	el2) kernel=7.3 which='s/^el2 //p;d'; shift ;;
	[0-9]*) kernel=$1 which="s/^${1/./\\.} //p;d"; shift ;;
	esac
	name=$1
	shift
	if lacks "$name" "$kernel"; then return; fi
	if ! dir=$("$TESTBED/build-upstream" "$kernel"); then
		echo "not ok - $name: builds"
		return
	fi
	mapfile -t programs < <(sed "$which" "$RUN/upstream.list" | sed "s,^,$dir/,")
	options=(--kernel "$kernel" --mem 3G --timeout 2400 --each 480 "$@")
	kind "$name" "${options[@]}" -- "${programs[@]}"
	if [ -n "$(suite_of "$name")" ]; then
		reference=$TOP/build/check/$name.ok
		printf "ok - $name-kvm: %s\n" "${programs[@]##*/}" "host ends in time, clean kernel log" >"$reference"
	else
		refer "$name" "${options[@]}" -- "${programs[@]}" || return 0
	fi
	if [ "$HV" = kvm ]; then
		sed 's/-kvm:/:/' "$reference"
		return
	fi
	verdicts keel "$name" "${options[@]}" -- "${programs[@]}" >"$TOP/build/check/$name.verdicts"
	norm "$reference" >"$TOP/build/check/$name.want"
	norm "$TOP/build/check/$name.verdicts" >"$TOP/build/check/$name.got"
	if [ ! -s "$TOP/build/check/$name.want" ]; then echo "not ok - $name: no verdicts"; fi
	while IFS='|' read -r program want; do
		got=$(sed -n "s/^$program|//p" "$TOP/build/check/$name.got")
		if hasty "$name" "$program" "$got"; then
			# a late host is not repeated, but each program that it did not come to
			case $program in
			"host "*)
				has_missing "$name" || judge "$name" "$program" "$got" "$want"
				continue ;;
			esac
			again "$name-${program//[^A-Za-z0-9_.-]/_}" upstream_alone "$name" "$program" "${options[@]}"
			echo "# at first: $name: $program (${got:-did not run}, in-tree KVM: $want)"
			continue
		fi
		judge "$name" "$program" "$got" "$want"
	done <"$TOP/build/check/$name.want"
}
