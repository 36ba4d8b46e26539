-- A prompt that waits, in a buffer of its own while it is edited: `:w` changes it at the daemon.
local buffers = require('acpd.ui.buffers')

local api = vim.api
local M = {}

local bar = 'a prompt that waits: :w changes it, :q leaves it as it is'

---@param turn integer
---@param text string
---@param change fun(text: string) given to the daemon; refused, it comes into the box
function M.open(turn, text, change)
  vim.cmd('botright new')
  local buffer = api.nvim_get_current_buf()
  api.nvim_buf_set_name(buffer, ('acpd://queued/%d'):format(turn))
  local options = vim.bo[buffer]
  options.buftype, options.bufhidden, options.swapfile = 'acwrite', 'wipe', false
  options.modeline = false
  api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n'))
  options.modified = false
  buffers.set_window(0, { winbar = buffers.bar(bar), wrap = true, linebreak = true })
  api.nvim_create_autocmd('BufWriteCmd', {
    buffer = buffer,
    callback = function()
      local said = table.concat(api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
      if vim.trim(said) == '' then
        return require('acpd.say').warn('a prompt cannot be empty: gq withdraws it')
      end
      change(said)
      options.modified = false
    end,
  })
end

return M
