# SPDX-License-Identifier: GPL-2.0-only
"""What the keel command is made of."""
