-- Files that are open here while an agent changes them. What has no changes of the person's is read
-- again, as 'autoread' says; where both changed a file nothing is touched, and the person is told:
-- Neovim itself would ask, and wait for a key in the middle of what somebody types.
local M = {}

local pause_ms = 200
local timer

--- What Neovim found out about a buffer's file, in words; nil where nothing has to be said.
local words = {
  conflict = 'changed on disk and here, yours stays (:w! writes it, :e! drops it): %s',
  changed = 'changed on disk (:e reads it): %s',
  deleted = 'gone from the disk, here it still is (:w writes it again): %s',
}

local gone = {} -- buffers whose file was said to be gone

local function look(buffer)
  local reason
  local watching = vim.api.nvim_create_autocmd('FileChangedShell', {
    callback = function()
      -- Where nobody else has chosen, nothing is done.
      reason = vim.v.fcs_choice == '' and vim.v.fcs_reason or nil
    end,
  })
  local ok, trouble = pcall(vim.cmd.checktime, { args = { tostring(buffer) } })
  vim.api.nvim_del_autocmd(watching)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.')
  if not ok then
    require('acpd.say').warn(('%s could not be read again: %s'):format(name, trouble))
  elseif words[reason] and not (reason == 'deleted' and gone[buffer]) then
    require('acpd.say').warn(words[reason]:format(name))
  end
  gone[buffer] = reason == 'deleted' or nil
end

--- Looks at all files that are open. Costs a stat each.
function M.look()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local is_file = vim.api.nvim_buf_is_loaded(buffer)
      and vim.bo[buffer].buftype == ''
      and vim.api.nvim_buf_get_name(buffer) ~= ''
    if is_file then
      look(buffer)
    end
  end
end

--- An agent may have changed files: looked at soon, once for many that come together.
function M.soon()
  if require('acpd.config').get().remote ~= '' then
    return -- its files are on another machine
  end
  timer = timer or vim.uv.new_timer()
  if not timer:is_active() then
    timer:start(pause_ms, 0, require('acpd.loop').wrap(M.look))
  end
end

return M
