require('acpd.ui.keys').set(0, 'acpdsearch')
vim.opt_local.wrap = false
vim.opt_local.cursorline = true
vim.b.undo_ftplugin = 'setlocal wrap< cursorline<'
