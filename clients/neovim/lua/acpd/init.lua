-- What people call: setup(), statusline(), and how `acpd://…` buffers are opened by name.
local M = {}

local ready = false

--- Wires the parts together, once, when something of acpd is first used.
function M.load()
  if ready then
    return
  end
  ready = true
  require('acpd.highlights').define()
  require('acpd.notify').setup()
  require('acpd.session')
  local function redraw()
    require('acpd.ui.sessions').refresh()
    require('acpd.ui.inbox').refresh()
    vim.cmd.redrawstatus({ bang = true })
  end
  require('acpd.watch').on_change(redraw)
  local group = vim.api.nvim_create_augroup('acpd.parts', { clear = true })
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = { 'AcpdFinished', 'AcpdFailed' },
    callback = function()
      require('acpd.reload').soon()
    end,
  })
  vim.api.nvim_create_autocmd('VimLeavePre', {
    group = group,
    callback = function()
      M.leave()
    end,
  })
end

--- Neovim ends in good order: what is shown is written down, and the bridge asked to go.
function M.leave()
  local sessions = require('acpd.session')
  for _, session in pairs(sessions.open) do
    session:flush()
    session.journal:close()
  end
  sessions.open = {} -- the ends of their buffers say nothing more
  require('acpd.client').stop()
end

--- Optional: without it everything is as `:help acpd-config` says.
function M.setup(given)
  require('acpd.config').set(given or {})
end

function M.statusline()
  return require('acpd.statusline').text()
end

--- `:edit acpd://inbox`, and what `:mksession` brings back.
function M.read(buffer, name)
  M.load()
  local id = name:match('^acpd://session/(.+)$') or name:match('^acpd://prompt/(.+)$')
  local opens = { ['acpd://sessions'] = 'sessions', ['acpd://inbox'] = 'inbox' }
  require('acpd.loop').soon(function()
    if id then
      require('acpd.ui.conversation').open(id)
    elseif opens[name] then
      require('acpd.ui.' .. opens[name]).open()
    else
      require('acpd.say').warn(('there is no buffer %s'):format(name))
    end
    if vim.api.nvim_buf_is_valid(buffer) and not vim.b[buffer].acpd then
      vim.api.nvim_buf_delete(buffer, { force = true })
    end
  end)
end

return M
