-- `acpd://search`: the code index asked, its answers with their text, and how fresh it is.
local ask = require('acpd.ask')
local buffers = require('acpd.ui.buffers')
local json = require('acpd.json')
local text = require('acpd.model.text')

local M = {}
local buffer_name = 'acpd://search'
local namespace = vim.api.nvim_create_namespace('acpd.search')
local preview_most = 8

--- Paths are relative to the indexed folder, which may be above the workspace.
local function place(hit, root)
  local path = text.line(json.get(hit, 'path'))
  local first = json.get(hit, 'start_line') or json.get(hit, 'line')
  return root and vim.fs.joinpath(root, path) or path, first, json.get(hit, 'end_line') or first
end

local function relative(path, folder)
  local root = folder and (folder:gsub('/$', '') .. '/')
  return root and vim.startswith(path, root) and path:sub(#root + 1) or path
end

--- A found place as a completion of an @mention.
function M.mention(hit, root, folder)
  local path, first, last = place(hit, root)
  local lines = first and ('#L%d-L%d'):format(first, last) or ''
  return {
    word = '@' .. relative(path, folder) .. lines,
    abbr = '@' .. text.line(json.get(hit, 'qname') or json.get(hit, 'name') or hit.path),
    menu = relative(path, folder),
    kind = 's',
  }
end

local function grouped(number)
  local digits = tostring(number):reverse():gsub('(%d%d%d)', '%1,'):reverse()
  return (digits:gsub('^,', ''))
end

--- "index: 4,210/12,000 files" while it is being made, "index: 12,000 files" when it is fresh.
function M.coverage_words(coverage)
  local indexed, total = json.get(coverage, 'indexed'), json.get(coverage, 'total')
  if not indexed or not total then
    return ''
  end
  local complete = json.get(coverage, 'complete') and (json.get(coverage, 'pending') or 0) == 0
  local count = complete and grouped(indexed) or (grouped(indexed) .. '/' .. grouped(total))
  local said = ('index: %s files%s'):format(count, complete and '' or ', not complete yet')
  for _, name in ipairs({ 'problem', 'reason' }) do
    local trouble = json.get(coverage, name)
    said = said .. (trouble and ('; ' .. text.line(trouble)) or '')
  end
  return said
end

function M.render(query, result, folder)
  local lines, rows, marks = { 'search: ' .. text.line(query) }, { {} }, { { 0, 'AcpdPlan' } }
  local function add(line, row, group)
    lines[#lines + 1] = line
    rows[#lines] = row or {}
    if group then
      marks[#marks + 1] = { #lines - 1, group }
    end
  end
  local root = json.get(result, 'root')
  add(M.coverage_words(json.get(result, 'coverage')))
  for _, hit in ipairs(json.get(result, 'hits') or {}) do
    local path, first = place(hit, root)
    local stale = json.get(hit, 'stale') and '  (changed since it was indexed)' or ''
    local name = text.line(json.get(hit, 'qname') or json.get(hit, 'name') or '')
    local row = { path = path, line = first, folder = root or folder }
    add('')
    add(
      vim.trim(('%s:%s  %s%s'):format(relative(path, folder), first or 1, name, stale)),
      row,
      'AcpdTool'
    )
    local shown = text.lines((tostring(json.get(hit, 'text') or ''):gsub('\n$', '')))
    for index = 1, math.min(#shown, preview_most) do
      add('  ' .. shown[index], row)
    end
  end
  -- "Not indexed yet" is not "nothing found": the daemon's own words say which.
  local note = json.get(result, 'note')
  if note then
    add(text.line(note))
  elseif #(json.get(result, 'hits') or {}) == 0 then
    add('Nothing found.')
  end
  return lines, rows, marks
end

local function folder_here()
  local session = require('acpd.ui.prompt').here()
  return session and session.cwd or vim.fn.getcwd()
end

local no_index = { [-32601] = 'this daemon has no index that can be asked: update acpd' }

function M.search(query, mods)
  local folder = folder_here()
  local params = { query = query, cwd = folder, limit = 30, text = true }
  ask('_acpd/index/search', params, function(result)
    local buffer = buffers.get(buffer_name, 'acpdsearch')
    local lines, rows, marks = M.render(query, result, folder)
    buffers.show_list(buffer, mods)
    buffers.fill(buffer, lines, rows, marks, namespace)
  end, no_index)
end

function M.status()
  local folder = folder_here()
  ask('_acpd/index/status', { cwd = folder }, function(result)
    local said = M.coverage_words(json.get(result, 'coverage'))
    local state = text.line(json.get(result, 'state') or '')
    local root = text.line(json.get(result, 'root') or folder)
    require('acpd.say').info(('%s: %s'):format(root, said ~= '' and said or ('index ' .. state)))
  end, no_index)
end

--- What stands under the cursor.
function M.here()
  local row = buffers.row_here()
  return row and row.path and row or nil
end

return M
