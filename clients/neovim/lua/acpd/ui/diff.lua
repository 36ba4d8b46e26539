-- A tool call's diff in Neovim's own diff mode, in a tab of its own. Both sides are texts; the file
-- itself is not touched.
local buffers = require('acpd.ui.buffers')
local json = require('acpd.json')
local patch = require('acpd.model.patch')
local paths = require('acpd.paths')

local api = vim.api
local M = {}

--- A newline at the end ends the last line, and begins none.
local function lines_in(text)
  return text == '' and {} or vim.split((text:gsub('\n$', '')), '\n')
end

--- All files of a call's diffs; the older form with both texts, too.
---@return {path: string, old: string[], new: string[]}[]
function M.files(call, workspace)
  local files = {}
  for _, content in ipairs(json.get(call, 'content') or {}) do
    local is_diff = json.get(content, 'type') == 'diff'
    local text = json.get(content, 'patch', 'text')
    if is_diff and text then
      for _, file in ipairs(patch.parse(text)) do
        local old, new = patch.sides(file, M.lines_of(file.path, workspace))
        files[#files + 1] = { path = file.path, old = old, new = new }
      end
    elseif is_diff and json.get(content, 'newText') then
      files[#files + 1] = {
        path = content.path,
        old = lines_in(json.get(content, 'oldText') or ''),
        new = lines_in(content.newText),
      }
    end
  end
  return files
end

--- Only a file of the workspace is read for it.
function M.lines_of(path, workspace)
  local whole, inside = paths.resolve(path or '', workspace)
  local bytes = inside and whole and require('acpd.files').read(whole)
  return bytes and lines_in(bytes) or nil
end

local function side(path, lines, word)
  local buffer = api.nvim_create_buf(false, true)
  api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modeline, vim.bo[buffer].bufhidden = false, 'wipe'
  vim.bo[buffer].modifiable = false
  local ok, filetype = pcall(vim.filetype.match, { filename = path, contents = lines })
  if ok and filetype then
    -- Colours only: a file type's own plugins are for files of the person's.
    vim.bo[buffer].syntax = filetype
  end
  api.nvim_win_set_buf(0, buffer)
  local bar = buffers.bar(require('acpd.model.text').line(word .. ': ' .. path))
  buffers.set_window(0, { winbar = bar })
  vim.cmd.diffthis()
end

function M.show(file)
  vim.cmd('tabnew')
  local first = api.nvim_get_current_buf()
  side(file.path, file.old, 'before')
  vim.cmd('rightbelow vsplit')
  side(file.path, file.new, 'after')
  if api.nvim_buf_is_valid(first) and api.nvim_buf_get_name(first) == '' then
    pcall(api.nvim_buf_delete, first, {})
  end
end

function M.open(call, workspace)
  local files = M.files(call or {}, workspace)
  if #files == 0 then
    return require('acpd.say').warn('there is no diff here')
  elseif #files == 1 then
    return M.show(files[1])
  end
  vim.ui.select(files, {
    prompt = 'Which file?',
    format_item = function(file)
      return require('acpd.model.text').line(file.path)
    end,
  }, function(file)
    if file then
      M.show(file)
    end
  end)
end

return M
