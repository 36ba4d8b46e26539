-- acpd's own buffers: `acpd://sessions`, `acpd://inbox`, `acpd://search`, `acpd://session/ID`,
-- `acpd://prompt/ID`. No modelines, no swap files, nothing in them is ever executed.
local api = vim.api
local M = {}

function M.find(name)
  for _, buffer in ipairs(api.nvim_list_bufs()) do
    if api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
end

M.rows = {} -- of lists: buffer → row (from 1) → what stands there

--- Finds or makes; `made` tells which.
---@return integer buffer
---@return boolean made
function M.get(name, filetype, setup)
  local buffer = M.find(name)
  if buffer and vim.b[buffer].acpd then
    return buffer, false
  end
  buffer = buffer or api.nvim_create_buf(true, true)
  api.nvim_buf_set_name(buffer, name)
  local options = vim.bo[buffer]
  options.buftype, options.bufhidden, options.swapfile = 'nofile', 'hide', false
  options.modeline, options.undolevels = false, filetype == 'acpdprompt' and 1000 or -1
  options.modifiable = filetype == 'acpdprompt'
  vim.b[buffer].acpd = true
  -- What is unloaded (:bdelete, :edit) can be drawn no more: it is made anew when it is wanted.
  api.nvim_create_autocmd('BufUnload', {
    buffer = buffer,
    once = true,
    callback = function()
      M.rows[buffer] = nil
      require('acpd.loop').soon(function()
        if api.nvim_buf_is_valid(buffer) then
          api.nvim_buf_delete(buffer, { force = true })
        end
      end)
    end,
  })
  if setup then
    setup(buffer)
  end
  options.filetype = filetype
  return buffer, true
end

--- Shows a buffer: in a window that has it, else in place of another of acpd's own, else in a new
--- split, as `mods` say.
---@return integer window
function M.show(buffer, mods)
  local shown = vim.fn.win_findbuf(buffer)
  for _, window in ipairs(shown) do
    if api.nvim_win_get_tabpage(window) == api.nvim_get_current_tabpage() then
      api.nvim_set_current_win(window)
      return window
    end
  end
  local here = api.nvim_get_current_buf()
  local empty = api.nvim_buf_get_name(here) == ''
    and not vim.bo[here].modified
    and api.nvim_buf_line_count(here) == 1
  local replaces = vim.b[here].acpd and vim.bo[here].filetype ~= 'acpdprompt'
  if mods and mods ~= '' then
    vim.cmd(mods .. ' split')
  elseif not replaces and not empty then
    vim.cmd('botright vsplit')
  end
  api.nvim_win_set_buf(0, buffer)
  return api.nvim_get_current_win()
end

--- Replaces all lines of a list; cursors stay where they are.
function M.fill(buffer, lines, rows, marks, namespace)
  M.rows[buffer] = rows
  if vim.deep_equal(lines, api.nvim_buf_get_lines(buffer, 0, -1, false)) then
    return
  end
  vim.bo[buffer].modifiable = true
  api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable, vim.bo[buffer].modified = false, false
  api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  for _, mark in ipairs(marks) do
    api.nvim_buf_set_extmark(buffer, namespace, mark[1], 0, { line_hl_group = mark[2] })
  end
end

--- Draws a list anew where it is looked at: `render`, given the window's width, gives lines, rows
--- and marks.
function M.refresh(name, render, namespace)
  local buffer = M.find(name)
  local window = buffer and vim.b[buffer].acpd and vim.fn.bufwinid(buffer) or -1
  if window ~= -1 then
    local lines, rows, marks = render(api.nvim_win_get_width(window))
    M.fill(buffer, lines, rows, marks, namespace)
  end
end

--- For this buffer in this window only: not for what is opened there next.
function M.set_window(window, options)
  for name, value in pairs(options) do
    api.nvim_set_option_value(name, value, { scope = 'local', win = window })
  end
end

--- Words for a 'winbar' or 'statusline', where what stands behind a percent sign is executed:
--- other people's words have none. What does not fit is cut off at the end, not at the beginning.
function M.bar(words)
  return words:gsub('%%', '%%%%') .. '%<'
end

--- Shows a list: a line is a row.
function M.show_list(buffer, mods)
  M.set_window(M.show(buffer, mods), { wrap = false, cursorline = true })
end

--- Opens a list that is kept up to date while somebody looks at it.
function M.open_list(name, filetype, mods, refresh, setup)
  local client = require('acpd.client')
  local buffer, made = M.get(name, filetype, setup)
  if made then
    api.nvim_create_autocmd('BufEnter', { buffer = buffer, callback = client.probe })
  end
  client.start()
  M.show_list(buffer, mods)
  refresh()
end

--- What stands under the cursor, in a list; {} where nothing does.
function M.row_here()
  local rows = M.rows[api.nvim_get_current_buf()]
  return rows and (rows[api.nvim_win_get_cursor(0)[1]] or {})
end

--- The session that a buffer is about; in lists, the one under the cursor.
function M.session_here()
  local buffer = api.nvim_get_current_buf()
  if vim.b[buffer].acpd_session then
    return vim.b[buffer].acpd_session
  end
  return (M.row_here() or {}).sessionId
end

return M
