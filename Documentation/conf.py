# SPDX-License-Identifier: GPL-2.0-only
# For "make htmldocs"; the pages are plain reStructuredText and read as they are.
project = 'keel'
author = 'the keel developers'
copyright = 'GPL-2.0-only'
master_doc = 'index'
html_theme = 'alabaster'
html_theme_options = {'fixed_sidebar': True, 'page_width': '1100px'}
html_show_sourcelink = False
highlight_language = 'none'
