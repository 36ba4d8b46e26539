std = 'luajit'
cache = false
max_line_length = 100
-- Neovim's one global; the fields that a plugin sets.
globals = { 'vim.b', 'vim.bo', 'vim.g', 'vim.o', 'vim.opt_local', 'vim.w', 'vim.wo', 'vim.env' }
read_globals = { 'vim' }
