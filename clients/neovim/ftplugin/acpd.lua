-- A conversation. The buffer is drawn by acpd.ui.view; here are only its keys.
require('acpd.ui.keys').set(0, 'acpd')
vim.b.undo_ftplugin = ''
