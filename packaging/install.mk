# SPDX-License-Identifier: GPL-2.0-only
# Installs what was built, and takes it away again: for "make install", and for packages.
#
#   module    lib/modules/RELEASE/updates/keel.ko of the kernel KDIR, and depmod
#   config    udev rule, modprobe.d file, keel(8)
#   command   keel, its modules, keel(1)
#   vmm       keel-vmm, keel-vmm(1)
#
# DESTDIR, PREFIX     as everywhere; PREFIX is /usr/local
# INSTALL_MOD_PATH    root of the module, in DESTDIR
PREFIX ?= /usr/local
UDEVDIR ?= /usr/lib/udev/rules.d
MODPROBEDIR ?= /etc/modprobe.d
INSTALL ?= install

bin := $(DESTDIR)$(PREFIX)/bin
share := $(DESTDIR)$(PREFIX)/share/keel
man := $(DESTDIR)$(PREFIX)/share/man
include := $(DESTDIR)$(PREFIX)/include
modroot := $(DESTDIR)$(INSTALL_MOD_PATH)
# asked for when it is needed only
release = $(shell cat $(KDIR)/include/config/kernel.release)
updates = $(modroot)/lib/modules/$(release)/updates

install-module:
	tools/build/for $(NAME) $(MAKE) -C $(KDIR) M=$(CURDIR)/build/$(NAME) \
		INSTALL_MOD_PATH=$(modroot) INSTALL_MOD_DIR=updates INSTALL_MOD_STRIP=1 DEPMOD=true modules_install
	depmod $(if $(modroot),-b $(modroot)) $(release)

uninstall-module:
	rm -f $(updates)/keel.ko $(updates)/keel.ko.*
	[ ! -d $(updates) ] || rmdir --ignore-fail-on-non-empty $(updates)
	depmod $(if $(modroot),-b $(modroot)) $(release)

install-config:
	$(INSTALL) -Dm644 -t $(DESTDIR)$(UDEVDIR) packaging/udev/60-keel.rules
	[ -e $(DESTDIR)$(MODPROBEDIR)/keel.conf ] || \
		$(INSTALL) -Dm644 -t $(DESTDIR)$(MODPROBEDIR) packaging/modprobe.d/keel.conf
	$(INSTALL) -Dm644 -t $(man)/man8 Documentation/man/keel.8

# What an administrator has written into the file stays.
uninstall-config:
	rm -f $(DESTDIR)$(UDEVDIR)/60-keel.rules $(man)/man8/keel.8
	! cmp -s packaging/modprobe.d/keel.conf $(DESTDIR)$(MODPROBEDIR)/keel.conf || \
		rm $(DESTDIR)$(MODPROBEDIR)/keel.conf

install-command:
	$(INSTALL) -Dm755 -t $(bin) tools/keel/keel
	$(INSTALL) -Dm644 -t $(share)/keelctl tools/keel/keelctl/*.py
	$(INSTALL) -Dm644 -t $(share) VERSION
	$(INSTALL) -Dm644 -t $(man)/man1 Documentation/man/keel.1
	$(INSTALL) -Dm644 -t $(include) uapi/keel.h

uninstall-command:
	rm -f $(bin)/keel $(man)/man1/keel.1 $(include)/keel.h
	rm -rf $(share)

install-vmm:
	$(INSTALL) -Dm755 -t $(bin) build/vmm/keel-vmm
	$(INSTALL) -Dm644 -t $(man)/man1 Documentation/man/keel-vmm.1

uninstall-vmm:
	rm -f $(bin)/keel-vmm $(man)/man1/keel-vmm.1

# The files of the module's source, as dkms wants them: into DIR.
install-source:
	tools/build/copy-sources $(DIR)

.PHONY: install-module install-config install-command install-vmm install-source \
	uninstall-module uninstall-config uninstall-command uninstall-vmm
