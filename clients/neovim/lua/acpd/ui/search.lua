-- `acpd://search`: the code index asked, its answers with their text, and how fresh it is.
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local json = require('acpd.json')
local text = require('acpd.model.text')

local M = {}
local name = 'acpd://search'
local namespace = vim.api.nvim_create_namespace('acpd.search')
local preview_most = 8

local function place(hit)
  local first = json.get(hit, 'startLine') or json.get(hit, 'first_line') or json.get(hit, 'line')
  local last = json.get(hit, 'endLine') or json.get(hit, 'last_line') or first
  return json.get(hit, 'path') or '', first, last
end

local function relative(path, folder)
  local root = folder and (folder:gsub('/$', '') .. '/')
  return root and vim.startswith(path, root) and path:sub(#root + 1) or path
end

--- A found place as a completion of an @mention.
function M.mention(hit, folder)
  local path, first, last = place(hit)
  local lines = first and ('#L%d-L%d'):format(first, last or first) or ''
  return {
    word = '@' .. relative(path, folder) .. lines,
    abbr = '@' .. text.line(json.get(hit, 'symbol') or relative(path, folder)),
    menu = text.line(relative(path, folder)),
    kind = 's',
  }
end

--- "index: 4,210/12,000 files, fresh"
function M.status_line(status)
  local done, total = json.get(status, 'done'), json.get(status, 'total')
  local state = json.get(status, 'state') or (done == total and 'fresh' or 'indexing')
  local files = total and ('%d/%d files, '):format(done or 0, total) or ''
  return ('index: %s%s'):format(files, text.line(state))
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
  local status = json.get(result, 'status')
  if status then
    add(M.status_line(status))
  end
  local hits = json.get(result, 'results') or {}
  for _, hit in ipairs(hits) do
    local path, first = place(hit)
    local stale = json.get(hit, 'stale') and ' (stale)' or ''
    local row = { path = path, line = first, folder = folder }
    add('')
    add(('%s:%s%s'):format(relative(text.line(path), folder), first or 1, stale), row, 'AcpdTool')
    local shown = text.lines(tostring(json.get(hit, 'text') or ''))
    for index = 1, math.min(#shown, preview_most) do
      add('  ' .. shown[index], row)
    end
  end
  if #hits == 0 then
    add('Nothing found.')
  end
  return lines, rows, marks
end

local function folder_here()
  local session = require('acpd.ui.prompt').here()
  return session and session.cwd or vim.fn.getcwd()
end

local no_index = 'this daemon has no index that can be asked: update acpd'

function M.search(query, mods)
  local folder = folder_here()
  client.request(
    '_acpd/index/search',
    { query = query, cwd = folder, limit = 30 },
    function(trouble, result)
      if trouble then
        local said = trouble.code == -32601 and no_index or tostring(trouble.message)
        return vim.notify('acpd: ' .. said, vim.log.levels.WARN)
      end
      local buffer = buffers.get(name, 'acpdsearch')
      local lines, rows, marks = M.render(query, result, folder)
      buffers.show(buffer, mods)
      buffers.rows[buffer] = rows
      buffers.fill(buffer, lines, marks, namespace)
    end
  )
end

function M.status()
  client.request('_acpd/index/status', { cwd = folder_here() }, function(trouble, result)
    if trouble then
      local said = trouble.code == -32601 and no_index or tostring(trouble.message)
      return vim.notify('acpd: ' .. said, vim.log.levels.WARN)
    end
    vim.notify('acpd: ' .. M.status_line(result))
  end)
end

--- What stands under the cursor.
function M.here()
  local rows = buffers.rows[vim.api.nvim_get_current_buf()]
  local row = rows and rows[vim.api.nvim_win_get_cursor(0)[1]]
  return row and row.path and row or nil
end

return M
