-- Commands, maps and the names of buffers; everything else is loaded when it is first used.
if vim.g.loaded_acpd == 1 then
  return
end
vim.g.loaded_acpd = 1
if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('acpd: Neovim 0.10 or newer is needed', vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Acpd', function(options)
  require('acpd.command').run(options)
end, {
  nargs = '*',
  desc = 'acpd: sessions of coding agents that outlive the editor (:help acpd)',
  complete = function(lead, line, at)
    return require('acpd.command').complete(lead, line:sub(1, at))
  end,
})

for _, name in ipairs({
  'sessions',
  'new',
  'attach',
  'prompt',
  'send',
  'queue',
  'cancel',
  'now',
  'rename',
  'close',
  'archive',
  'delete',
  'inbox',
  'answer',
  'mode',
  'model',
  'config',
  'search',
  'index',
  'import',
  'start',
  'stop',
  'health',
  'log',
  'open',
  'diff',
  'earlier',
  'retry',
  'next',
  'previous',
  'help',
  'install',
}) do
  vim.keymap.set(
    { 'n', 'i' },
    ('<Plug>(acpd-%s)'):format(name),
    ('<Cmd>Acpd %s<CR>'):format(name),
    {
      desc = 'acpd: ' .. name,
    }
  )
end

vim.api.nvim_create_autocmd('BufReadCmd', {
  group = vim.api.nvim_create_augroup('acpd', { clear = true }),
  pattern = 'acpd://*',
  callback = function(event)
    require('acpd').read(event.buf, event.match)
  end,
})
