-- When what comes from outside may be worked off. Somebody else's function may wait in the middle
-- of an insertion (a 'completefunc', an <expr> map): what is scheduled runs in there, and no buffer
-- may be changed (|textlock|). What would be drawn waits for the end of that, or it would be lost.
local api = vim.api
local M = {}

local again_ms = 10
local probe -- a buffer of our own that nobody sees

--- Found out by trying: no function of Neovim's says so.
function M.text_is_locked()
  if not (probe and api.nvim_buf_is_valid(probe)) then
    probe = api.nvim_create_buf(false, true)
    vim.bo[probe].undolevels = -1
  end
  return not pcall(api.nvim_buf_set_lines, probe, 0, -1, false, {})
end

--- Like vim.schedule(), but when text may be changed.
function M.soon(callback)
  vim.schedule(function()
    if M.text_is_locked() then
      vim.defer_fn(function()
        M.soon(callback)
      end, again_ms)
    else
      callback()
    end
  end)
end

--- Like vim.schedule_wrap(), but when text may be changed.
function M.wrap(callback)
  return function(...)
    local given = vim.F.pack_len(...)
    M.soon(function()
      callback(vim.F.unpack_len(given))
    end)
  end
end

return M
