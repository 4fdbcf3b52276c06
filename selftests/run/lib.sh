# SPDX-License-Identifier: GPL-2.0-only
# Shared by the check jobs.

. "$(dirname "${BASH_SOURCE[0]}")/../../tools/testbed/lib.sh"
RUN=$TOP/selftests/run
HV=${HV:-keel}
export HV

# Report one result. usage: result STATUS WHAT...
result() {
	local status=$1
	shift
	if [ "$status" = 0 ]; then echo "ok - $*"; else echo "not ok - $*"; fi
}

# Run a command as one case; show the end of its output when it fails.
# usage: expect WHAT COMMAND [ARG...]
expect() {
	local what=$1 status=0 output
	shift
	output=$("$@" 2>&1) || status=$?
	result $status "$what"
	if [ $status != 0 ]; then tail -n 20 <<<"$output" | sed 's/^/#   /'; fi
	return 0
}

# Note what kind of host the results named NAME come from and what runs there, for the
# table of "matrix": NAME|KERNEL|CPU|MODE|GIC|PROGRAMS.
# usage: kind NAME RUN-OPTION... [-- PROGRAM...]
kind() {
	local name=$1 kernel=6.12 cpu=max mode= gic=3 p programs=
	shift
	while [ $# != 0 ] && [ "$1" != -- ]; do
		case $1 in
		--kernel) kernel=$2 ;;
		--cpu) cpu=${2%%,*} ;;
		--nvhe) mode=nVHE ;;
		--el1) mode=none ;;
		--firmware) case $2 in *at-el2*) ;; *) mode=none ;; esac ;;
		--gic) gic=$2 ;;
		esac
		shift
	done
	case $cpu in cortex-a53|cortex-a57|cortex-a72) mode=${mode:-nVHE} ;; esac
	shift $(($# ? 1 : 0))
	for p; do
		p=${p%% *}
		case $p in /*|build/*|tools/*) ;; *) continue ;; esac
		case ", $programs," in *", ${p##*/},"*) ;; *) programs="$programs${programs:+, }${p##*/}" ;; esac
	done
	if [ $# -gt 20 ]; then programs="$# programs"; fi
	echo "$name|$kernel|$cpu|${mode:-VHE}|GICv$gic|$programs" >>"$TOP/build/check/${JOB:-job}.kinds"
}

# Have a kernel of the test bed ready. Ends with 4 when the mirror has no such: that is noted, for
# this run of checks, and what needs it is skipped.   usage: have KERNEL
have() {
	local status=0
	rm -f "$TOP/build/check/lacks-$1"
	"$TESTBED/kernel" "$1" || status=$?
	if [ $status = 4 ]; then touch "$TOP/build/check/lacks-$1"; fi
	return $status
}

# Is it for want of a kernel that there is no result? Then that is one.   usage: lacks NAME KERNEL
lacks() {
	[ -e "$TOP/build/check/lacks-$2" ] || return 1
	echo "ok - $1 # SKIP the mirror has no $2 kernel"
}

# The kernel that options of run name, if any.   usage: kernel_named RUN-OPTION... [-- PROGRAM...]
kernel_named() {
	while [ $# != 0 ] && [ "$1" != -- ]; do
		if [ "$1" = --kernel ]; then echo "$2"; return; fi
		shift
	done
}

# Boot an emulated host and list the results of what ran in it, and the
# host's own: that it ended in time and with a clean kernel log.
# usage: host NAME RUN-OPTION... -- PROGRAM...    (WHOLE=1: see ktap)
host() {
	local name=$1 log="$TOP/build/check/${JOB:-job}-$1"
	shift
	if lacks "$name" "$(kernel_named "$@")"; then return; fi
	kind "$name" "$@"
	# what was seen beside others is not seen again alone
	if [ -n "${AGAIN:-}" ] && [ -d "$log" ] && [ ! -d "$log-first" ]; then mv "$log" "$log-first"; fi
	rm -rf "$log"
	mkdir -p "$log"
	"$TESTBED/run" --quiet --log "$log" --hv "$HV" "$@" \
		>"$log/run.log" 2>&1 || true
	host_results "$name" "$log" >"$log/results"
	if [ -z "${AGAIN:-}" ] && starved "$log"; then
		again "$name" host "$name" "$@"
		grep '^not ok' "$log/results" | sed 's/^/# at first: /'
	else
		cat "$log/results"
	fi
}

# What run has left in a directory.   usage: host_results NAME LOG
host_results() {
	local name=$1 log=$2
	if [ ! -e "$log/verdict" ]; then
		echo "not ok - $name: host did not start"
		tail -n 5 "$log/run.log" | sed 's/^/#   /'
		return
	fi
	"$RUN/ktap" -v whole="${WHOLE:-0}" "$log/output.log" |
		sed -E "s/^((not )?ok - )/\\1$name: /" || true
	if [ -s "$log/verdict" ]; then
		echo "not ok - $name: host: $(head -1 "$log/verdict")"
		sed -n '2,13s/^/#   /p' "$log/verdict"
	else
		echo "ok - $name: host ends in time, clean kernel log"
	fi
}

# Did a host, a program in it or a case of one fail by being late, while a CPU was not to be had
# for 15 % of the time or more? Anything else that is wrong is wrong on a
# busy machine too, and a host that had its CPUs has no excuse.   usage: starved LOG
starved() {
	[ "$(cat "$1/waited" 2>/dev/null || echo 0)" -ge 15 ] || return 1
	if [ -s "$1/verdict" ]; then only_late "$1/verdict"; return; fi
	results_late <"$1/results"
}

# Is something of these results wrong, and all of that by being late? A case that was ended at its
# limit, or a program with whatever it says beside. The host's own line is judged by its verdict.
results_late() {
	awk -F ': ' '
	function other() { if (open) wrong[program] = 1; open = 0 }
	/^not ok / {
		other()
		any = 1
		program = $2
		if (/ended with (124|137)| ends? in time/) late[program] = 1
		else if (program != "host") open = 1
		next
	}
	/^# +# not done within / { open = 0; next }
	# the next case, or what the program has said in all
	/^ok / || /^# +KTAP version/ { other() }
	END {
		other()
		for (program in wrong) if (!(program in late)) exit 1
		exit !any
	}'
}

# Does a host's verdict say that it was late, at boot or at its end, or stalled, and nothing else? A
# stall is reported with backtraces; what is wrong otherwise has lines of its own.
# usage: only_late VERDICT
only_late() {
	local late='^did not (end|have all CPUs) within |rcu.*(detected (expedited )?stalls|self-detected stall)|soft lockup|hard LOCKUP|blocked for more than'
	local trace='^(kernel log: )?([0-9]+:)?(\[[^]]*\])* ?Call trace:$'
	grep -qE "$late" "$1" 2>/dev/null && ! grep -qvE "$late|$trace" "$1"
}

# Have check run a command again when all jobs have ended, alone: its results
# count instead of those it has had.   usage: again NAME COMMAND [ARG...]
again() {
	local name=${JOB:-job}-${1// /_} v
	shift
	{
		for v in HV WHOLE JOB; do echo "export $v=$(printf %q "${!v:-}")"; done
		printf 'export AGAIN=1\ncd %q\n. %q\n' "$PWD" "$RUN/lib.sh"
		# the job's own functions, and what these are told besides arguments
		declare -f
		for v in GUEST_FILES STAGE NESTING FIRST CROSS_KERNELS HOPS LEVEL HOST_A HOST_B; do declare -p $v 2>/dev/null; done
		printf '%q ' "$@"
		echo
	} >"$TOP/build/check/again/$name.new"
	mv "$TOP/build/check/again/$name.new" "$TOP/build/check/again/$name.sh"
	echo "# to be repeated alone: $name"
}

# Is the host NAME to be repeated? Then all of the function that booted it is, with what it makes
# before and judges behind. For such a function, right behind host, which ends then.
# usage: repeats NAME FUNCTION [ARG...]    as it was called
repeats() {
	if [ -n "${AGAIN:-}" ] || [ ! -e "$TOP/build/check/again/${JOB:-job}-${1// /_}.sh" ]; then return 1; fi
	again "$@" >/dev/null
}

# For hosts whose CPUs would have the kernel isolate its page tables (KPTI): emulation drops its
# TLB at each entry and exit then, which takes a fifth of a job's time. nvhe-n1, nvhe-a72, gic2,
# hosts and others have it as it comes.
NO_KPTI="--append kpti=off"

# The test programs, one line each, but for those that have jobs of their own, failing and fuzz.
selftest_programs() {
	find "$TOP/build/selftests" -maxdepth 1 -type f -perm -100 ! -name 'fail_*' ! -name 'fuzz_*' | sort
}

# Programs about registers and memory alone, which a kernel with lockdep says nothing new of
# (24-lock); on the same host 27-nvhe-n1 has them, without.
REGISTERS="abi_onereg|abi_states|aarch32|aarch32_regs|cpu_models|cpu_state|dirty_ring|errata|idregs|id_levels|its_load|its_save|mem_faults|nisv.*|regs_preserved|run_exits|walk_device"

# Run programs (default none), then all of selftests/kvm, in one host. brief:
# what they do many times they do less often (ktap_times()), by BRIEF, which is 4. EXCEPT=A|B:
# without these; ONLY=A|B: of them these.
# usage: selftests [brief] NAME RUN-OPTION... [-- PROGRAM...]
selftests() {
	local name options=() programs
	# an unknown parameter of the kernel goes to its first process's environment
	if [ "$1" = brief ]; then options=(--append "KEEL_BRIEF=${BRIEF:-4}"); shift; fi
	name=$1
	shift
	while [ $# != 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
	if [ $# != 0 ]; then shift; fi
	mapfile -t programs < <(selftest_programs | grep -vE "/(${EXCEPT:-none})\$" | grep -E "/(${ONLY:-.*})\$")
	if [ ${#programs[@]} = 0 ]; then echo "not ok - $name: none built"; return; fi
	host "$name" "${options[@]}" --timeout 3000 -- "$@" "${programs[@]}"
}

# A host of a debug kernel with the module failing and a keel.ko whose calls go there, neither of
# them loaded yet; behind the programs keel is unloaded, and what has failed is listed.
# WHOLE_LENGTH=1: not brief.
# usage: failing KERNEL NAME RUN-OPTION... -- PROGRAM...
failing() {
	local kernel=$1 name=$2 options=() dir=$TOP/build/check/${JOB:-job}-modules-$1
	shift 2
	built "$kernel" || return 0
	expect "failing: $kernel: modules" "$RUN/failing-module" "$kernel" "$dir"
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	if [ -z "${WHOLE_LENGTH:-}" ]; then options+=(--append KEEL_BRIEF=4); fi
	HV=none host "failing-$name" --kernel "$kernel" "${options[@]}" --timeout 1800 --file "$dir/failing.ko" \
		--file "$dir/keel.ko" -- \
		"insmod failing.ko" "$@" "rmmod keel" "cat /sys/kernel/debug/failing" "rmmod failing"
}

# GUEST_FILES: what the scripts need that run Linux guests, as options of run.
# usage: guest_files [KERNEL]    the guests' (default 6.12; 6.1 boots in half the time)
guest_files() {
	local kernel=${1:-6.12} guest
	guest=$("$TESTBED/make-guest" "$kernel")
	GUEST_FILES=(--file "$KEEL_CACHE/kernel/$kernel/Image" --file "$guest:/t/guest.gz"
		--file "$TOP/build/vmm/keel-vmm" --file "$TOP/build/check/gdb-client"
		--file "$TESTBED/vfio-bind:/bin/vfio-bind")
}

# The same for a guest with EL2, which has in its initramfs what it runs on its own hypervisor.
# usage: nested_files KERNEL INITRAMFS [--small] [FILE...]
#        where that is to be; as for make-nested
nested_files() {
	local kernel=$1 out=$2 small=
	shift 2
	if [ "${1:-}" = --small ]; then small=1; shift; fi
	guest_files "$kernel"
	"$TESTBED/make-nested" --kernel "$kernel" ${small:+--small} "$out" "$@"
	GUEST_FILES+=(--file "$out:/t/guest.gz")
}

# Boot an emulated host whose guest with EL2 runs programs and then a guest of its own with as many
# CPUs, CPUS (2), by its kernel's KVM, or by a keel.ko for that kernel.
# HOST_KERNEL: the host's.
# usage: nested_guest NAME KERNEL [--small] [keel.ko] [PROGRAM...]
#        --small: there is no guest's guest
nested_guest() {
	local name=$1 kernel=$2 words=(nested) gz=$TOP/build/check/$1.gz f
	shift 2
	if lacks "$name" "$kernel"; then return; fi
	nested_files "$kernel" "$gz" "$@"
	for f; do
		case $f in --small) words+=(small) ;; *.ko) words+=(keel) ;; *) words+=("${f##*/}") ;; esac
	done
	host "$name" --kernel "${HOST_KERNEL:-6.12}" --mem 3G --modparams "nested=1 abi=7.3" \
		--timeout 2400 "${GUEST_FILES[@]}" --file "$RUN/host/vmm-guest" -- "sh /t/vmm-guest ${CPUS:-2} ${words[*]}"
}

# Build one static program for the emulated host. usage: cross_build OUT SOURCE
cross_build() {
	local cross=
	[ "$(uname -m)" = aarch64 ] || cross=$CROSS_COMPILE
	"${cross}gcc" -O2 -Wall -Wextra -Werror -static -o "$@"
}

# Build the module of a stock kernel from scratch, with every warning on, those of sparse for
# 6.12 alone: one is printed only when its file is compiled. What it said is in
# build/check/built-KERNEL; empty is good. What was built so and was good, in whatever tree, need
# not be asked anew.   usage: build_strictly KERNEL
build_strictly() {
	local key stamp sparse=2
	[ "$1" = 6.12 ] || sparse=0
	"$TESTBED/kernel" "$1" || return 1
	"$TOP/tools/build/copy-sources" "$TOP/build/strictly"
	key=$({ cd "$TOP/build/strictly" && find . -type f | sort | xargs sha256sum
		sparse --version; "${CROSS_COMPILE}gcc" --version
		cat "$TOP"/tools/build/{module,quiet-build} "$KEEL_CACHE/kernel/$1/release"; } | sha256sum)
	stamp=$KEEL_CACHE/strictly/$1-${key%% *}
	if [ -e "$stamp" ]; then
		build "$1" W=1
		return
	fi
	rm -rf "${TOP:?}/build/$1"
	build "$1" W=1 C=$sparse || return 1
	if [ ! -s "$TOP/build/check/built-$1" ]; then mkdir -p "$KEEL_CACHE/strictly" && touch "$stamp"; fi
}

# The same, of what has changed.   usage: build KERNEL [MAKE-ARG...]
build() {
	local kernel=$1
	shift
	have "$kernel" || return
	"$TOP/tools/build/quiet-build" "$TOP/tools/build/module" "$kernel" \
		"$KEEL_CACHE/kernel/$kernel/build" -j"$(nproc)" "$@" >"$TOP/build/check/built-$kernel" 2>&1 ||
		echo "the build failed" >>"$TOP/build/check/built-$kernel"
	test -e "$TOP/build/$kernel/keel.ko"
}

# Judge a module that prepare has built, or build it. Fails without one, or without the kernel.
# usage: built KERNEL
built() {
	if [ "$HV" != keel ]; then return 0; fi
	[ -e "$TOP/build/check/built-$1" ] || build "$1" || true
	if lacks "$1: module" "$1"; then return 1; fi
	expect "$1: module builds without warnings" \
		bash -c "cat build/check/built-$1 && ! test -s build/check/built-$1"
	[ -e "$TOP/build/$1/keel.ko" ] || return
	closed "$1"
}

# usage: closed KERNEL    what runs at EL2 is as it has to be in a module that was built
closed() {
	expect "$1: world-switch code is not instrumented" "$TOP/tools/build/uninstrumented" \
		$(find "$TOP/build/$1" \( -path '*/hyp/*.o' -o -path '*/vhe/*.o' -o -name '*.nvhe.o' \) ! -name '.*')
	expect "$1: EL2 image is closed" "$TOP/tools/build/closed-image" "$TOP/build/$1/nvhe/image.elf"
	expect "$1: fenced registers are accessed where the fences are" "$TOP/tools/build/guarded-registers" \
		"$TOP/build/$1/keel.ko" "$TOP/build/$1/nvhe/image.elf"
	expect "$1: the EL2 image changes EL1's translation after its walks" "$TOP/tools/build/walks-finished" \
		"$TOP/build/$1/nvhe/image.elf"
	expect "$1: what only silicon would miss is there" "$TOP/tools/build/unseen-instructions" \
		"$TOP/build/$1/keel.ko" "$TOP/build/$1/nvhe/image.elf"
}

# usage: asks KERNEL
#        the module that was built for a stock kernel needs nothing of it that is not agreed on
asks() {
	expect "$1: what is asked of the kernel is exported and listed" "$TOP/tools/build/symbols" \
		"$RUN/symbols" "$KEEL_CACHE/kernel/$1/build/Module.symvers" "$TOP/build/$1/keel.ko"
	expect "$1: probes of its headers find what they are to" "$RUN/probes-hold" "$1"
}

# What the jobs need: that of all, and what they name, kernels, upstream or upstream-7.3 (a
# kernel's own selftests), rootfs-NAME (of make-rootfs). Says on fd 3 what it is at.
# usage: prepare strictly|"" [NEED...]
prepare() {
	local k strictly=$1 bad=0
	shift
	[ "$(uname -m)" = aarch64 ] || export ARCH=arm64
	for k in 6.12 6.1 "$@"; do
		case $k in
		upstream) step "the kernel's own selftests" "$TESTBED/build-upstream" || bad=1 ;;
		upstream-*) step "selftests of kernel ${k#*-}" "$TESTBED/build-upstream" "${k#*-}" || bad=1 ;;
		rootfs-*) step "root file system ${k#*-}" "$TESTBED/make-rootfs" "${k#*-}" || bad=1 ;;
		*) if [ "$HV" != keel ]; then step "kernel $k" have "$k" || [ $? = 4 ] || bad=1; continue; fi ;;&
		6.12|6.1) step "kernel $k and its module" "build${strictly:+_strictly}" $k || bad=1 ;;
		*) step "kernel $k and its module" build "$k" || [ $? = 4 ] || bad=1 ;;
		esac
	done
	step "test programs" "$TOP/tools/build/selftests" || bad=1
	make -s -C "$TOP/tools/vmm" OUT="$TOP/build/vmm" || bad=1
	cross_build "$TOP/build/check/gdb-client" "$RUN/host/gdb-client.c" || bad=1
	for k in qemu7 qemu10; do step "root file system $k" "$TESTBED/make-rootfs" $k || bad=1; done
	step "guest's disk" "$TESTBED/make-disk" || bad=1
	return $bad
}

# usage: step WHAT COMMAND [ARG...]    say what is being made, and how long it took
step() {
	local what=$1 begin=$SECONDS status=0
	shift
	printf '# prepare: %s ...' "$what" >&3
	# mmdebstrap hands on the number of a file to a shell that takes one digit
	"$@" 3>&- 8>&- || status=$?
	if [ $status = 0 ]; then echo " $((SECONDS - begin)) s" >&3; else echo " FAILED" >&3; fi
	return $status
}
