# SPDX-License-Identifier: GPL-2.0-only
# Shared by those who build keel broken: a copy of the module as it is built, in which one file at a
# time is another one, and only what that changes is compiled. Sourced behind tools/testbed/lib.sh.

# usage: broken_begin KERNEL DIR [MAKE-ARG...]
#   DIR/copy is broken and DIR/clean is what it comes from, each time; DIR/clean.ko is the module.
broken_begin() {
	local from=$TOP/build/$1
	broken_kernel=$1 broken_dir=$2
	shift 2
	broken_args=("$@")
	mkdir -p "$broken_dir/copy"
	rsync -a --delete "$from/" "$broken_dir/copy/" || return
	# names in objects' .cmd files are those of the copy, or Kbuild would compile all of it
	find "$broken_dir/copy" \( -name '*.cmd' -o -name '*.mod' -o -name modules.order \) \
		-exec sed -i "s,$from,$broken_dir/copy,g" {} + || return
	broken_make || return
	rsync -a --delete "$broken_dir/copy/" "$broken_dir/clean/" || return
	"${CROSS_COMPILE}strip" -g -o "$broken_dir/clean.ko" "$broken_dir/copy/keel.ko"
}

broken_make() {
	"$TOP/tools/build/for" "$broken_kernel" make -C "$KEEL_CACHE/kernel/$broken_kernel/build" \
		M="$broken_dir/copy" CONFIG_DEBUG_INFO_BTF_MODULES= "${broken_args[@]}" modules </dev/null
}

# FILE is what CHANGED is; the module is KO. Fails when it does not build. What another one has left
# is told by its contents: it may be of the same second.   usage: broken_build FILE CHANGED KO
broken_build() {
	rsync -a --delete --checksum "$broken_dir/clean/" "$broken_dir/copy/" &&
		cp "$2" "$broken_dir/copy/$1" &&
		broken_make &&
		"${CROSS_COMPILE}strip" -g -o "$3" "$broken_dir/copy/keel.ko"
}
