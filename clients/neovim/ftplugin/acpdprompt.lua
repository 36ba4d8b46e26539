-- The box below a conversation: /commands and @files with <C-x><C-u> or <C-x><C-o>.
require('acpd.ui.keys').set(0, 'acpdprompt')
vim.opt_local.completefunc = "v:lua.require'acpd.complete'.func"
vim.opt_local.omnifunc = "v:lua.require'acpd.complete'.func"
vim.opt_local.textwidth = 0
vim.b.undo_ftplugin = 'setlocal completefunc< omnifunc< textwidth<'
