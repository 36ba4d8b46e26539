-- A list. How it is shown is its window's: acpd.ui.buffers; here are only its keys.
require('acpd.ui.keys').set(0, 'acpdsessions')
vim.b.undo_ftplugin = ''
