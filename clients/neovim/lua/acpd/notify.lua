-- Says that a session finished, failed or needs somebody: in Neovim, and on the desktop if wished.
-- Not about the session that is being looked at.
local config = require('acpd.config')

local api = vim.api
local M = { focused = true }

local function looked_at(id)
  return M.focused and vim.b.acpd_session == id
end

local sequences = { osc9 = '\27]9;%s\27\\', osc777 = '\27]777;notify;acpd;%s\27\\' }

--- For the terminal itself: Neovim before 0.12 has no way of its own, but its standard output.
local function to_terminal(bytes)
  if api.nvim_ui_send then
    return api.nvim_ui_send(bytes)
  end
  io.stdout:write(bytes)
  io.stdout:flush()
end

--- A terminal's notice ends at the first control character: agents' words have none in it. Its
--- parts end at semicolons.
local function desktop(text)
  local how = config.get().desktop
  if how == 'notify-send' and vim.fn.executable('notify-send') == 1 then
    vim.system({ 'notify-send', '--', 'acpd', text }, { detach = true }, function() end)
  elseif sequences[how] then
    to_terminal(sequences[how]:format((text:gsub('%c', ' '):gsub(';', ','))))
  end
end

local said = {
  AcpdFinished = { 'finished', vim.log.levels.INFO, 'finished' },
  AcpdFailed = { 'failed', vim.log.levels.ERROR, 'failed' },
  AcpdNeedsYou = { 'needs_you', vim.log.levels.WARN, 'needs you' },
}

function M.setup()
  local group = api.nvim_create_augroup('acpd.notify', { clear = true })
  for pattern, how in pairs(said) do
    api.nvim_create_autocmd('User', {
      group = group,
      pattern = pattern,
      callback = function(event)
        if not config.get().notify[how[1]] or looked_at(event.data.session_id) then
          return
        end
        local text = ('%s: %s'):format(how[3], event.data.title)
        -- Afterwards: an error that is said inside of an autocommand is taken for one of its own,
        -- and stops Neovim until a key is pressed.
        vim.schedule(function()
          require('acpd.say').at(how[2], text)
        end)
        desktop(text)
      end,
    })
  end
  for event, focused in pairs({ FocusGained = true, FocusLost = false }) do
    api.nvim_create_autocmd(event, {
      group = group,
      callback = function()
        M.focused = focused
        if focused then
          require('acpd.client').probe()
        end
      end,
    })
  end
end

return M
