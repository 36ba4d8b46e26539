-- A path that an agent said is opened only inside the workspace, unless the person says so.
local uv = vim.uv
local M = {}

--- "$HOME" is a name like any other.
local function normal(path)
  return vim.fs.normalize(path, { expand_env = false })
end

--- Where a path really is: links followed as far as it exists.
local function real(path)
  local rest = {}
  path = normal(path)
  while true do
    local found = uv.fs_realpath(path)
    if found then
      return normal(vim.fs.joinpath(found, unpack(rest)))
    end
    local parent = vim.fs.dirname(path)
    if parent == path then
      return nil
    end
    table.insert(rest, 1, vim.fs.basename(path))
    path = parent
  end
end

---@return string|nil path absolute, with links resolved
---@return boolean inside
function M.resolve(path, workspace)
  -- What would be expanded ("~", "$HOME", "`cmd`") is taken as it is written.
  local whole = vim.startswith(path, '/') and path or vim.fs.joinpath(workspace or '/', path)
  if
    path:find('%z') or vim.tbl_contains(vim.split(whole, '/'), '..') and not uv.fs_realpath(whole)
  then
    return nil, false
  end
  whole = real(whole)
  local root = workspace and real(workspace)
  local inside = whole ~= nil
    and root ~= nil
    and (whole == root or vim.startswith(whole, (root:gsub('/$', '')) .. '/'))
  return whole, inside
end

local function edit(path, line, window)
  if window and vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_set_current_win(window)
  end
  -- As it is: nothing in a name is expanded, executed or a second command.
  local how = { args = { path }, magic = { file = false, bar = false } }
  local ok, trouble = pcall(vim.cmd.edit, how)
  if not ok then
    require('acpd.say').warn(trouble) -- changes that are not written, or an autocommand's error
  end
  if line and vim.api.nvim_buf_get_name(0) == path then
    local last = vim.api.nvim_buf_line_count(0)
    vim.api.nvim_win_set_cursor(0, { math.max(1, math.min(line, last)), 0 })
  end
end

--- Opened outside acpd's own windows where there is such a window.
local function target_window()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local buffer = vim.api.nvim_win_get_buf(window)
    if not vim.b[buffer].acpd and vim.bo[buffer].buftype == '' then
      return window
    end
  end
  vim.cmd('aboveleft vsplit')
  return vim.api.nvim_get_current_win()
end

function M.open(path, line, workspace)
  local whole, inside = M.resolve(path, workspace)
  if not whole or not uv.fs_stat(whole) then
    return require('acpd.say').warn(('there is no file %s'):format(path))
  elseif inside then
    return edit(whole, line, target_window())
  end
  vim.ui.select({ 'no', 'open it' }, {
    prompt = ('%s is outside the workspace %s'):format(whole, workspace or ''),
  }, function(choice)
    if choice == 'open it' then
      edit(whole, line, target_window())
    end
  end)
end

return M
