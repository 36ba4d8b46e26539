-- `acpd://sessions`: all sessions by workspace, alive.
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local json = require('acpd.json')
local text = require('acpd.model.text')
local watch = require('acpd.watch')
local words = require('acpd.model.words')

local M = {}
local name = 'acpd://sessions'
local namespace = vim.api.nvim_create_namespace('acpd.sessions')

M.archived_too = false

local groups = {
  running = 'AcpdRunning',
  requires_action = 'AcpdNeedsYou',
  interrupted = 'AcpdFailed',
}

local function cell(said, width)
  return said .. (' '):rep(math.max(0, width - vim.fn.strdisplaywidth(said)))
end

local beside_title = 60 -- columns

--- One session in one line, for a window of `width` columns.
local function line_of(session, width)
  local facts = watch.facts(session)
  local state = facts.state or 'unknown'
  local room = math.max(18, math.min(40, width - beside_title))
  local parts = {
    cell(words.icon(state) .. ' ' .. words.state(state), 14),
    cell(text.line(watch.title(session), room), room),
  }
  local progress = words.progress(facts.progress)
  if progress ~= '' then
    parts[#parts + 1] = words.bar(facts.progress, 10) .. ' ' .. progress
  end
  parts[#parts + 1] = cell(facts.agent or '', 10)
  parts[#parts + 1] = cell(words.age(json.get(session, 'updatedAt')), 7)
  if session.archived == true then
    parts[#parts + 1] = 'archived'
  end
  if (facts.queued or 0) > 0 then
    parts[#parts + 1] = facts.queued .. ' queued'
  end
  return '  ' .. vim.trim(table.concat(parts, ' ')), groups[state]
end

---@param width integer columns of the window
---@return string[] lines
---@return table[] rows the session of each line
---@return table[] marks {row, group}
function M.render(width)
  local lines, rows, marks = {}, {}, {}
  local function add(line, session, group)
    lines[#lines + 1] = line
    rows[#lines] = session or {}
    if group then
      marks[#marks + 1] = { #lines - 1, group }
    end
  end
  if client.state == 'down' then
    add(words.unreachable_here(client.text), nil, 'AcpdFailed')
  end
  if require('acpd.config').missing() then
    add('')
    for _, line in ipairs(require('acpd.install').text()) do
      add(line)
    end
    return lines, rows, marks
  end
  local places = watch.by_workspace(M.archived_too)
  for _, place in ipairs(places) do
    local index = watch.facts(place.sessions[1]).index
    local coverage = require('acpd.ui.search').coverage_words(index)
    add(vim.trim(vim.fn.fnamemodify(place.cwd, ':~') .. '  ' .. coverage), nil, 'AcpdPlan')
    for _, session in ipairs(place.sessions) do
      local line, group = line_of(session, width)
      add(line, session, group)
    end
  end
  if #places == 0 and client.state ~= 'down' then
    add(watch.known and 'No sessions yet. n: new session' or 'Waiting for acpd')
  end
  add('')
  add('<CR> open  n new  r rename  c cancel  x close  d delete  gi inbox  g? keys', nil, 'Comment')
  return lines, rows, marks
end

--- The first line is a folder: who has just come stands on the session below it.
local function off_the_folder(buffer)
  local second = (buffers.rows[buffer] or {})[2] or {}
  local window = vim.fn.bufwinid(buffer)
  if second.sessionId and window ~= -1 and vim.api.nvim_win_get_cursor(window)[1] == 1 then
    vim.api.nvim_win_set_cursor(window, { 2, 0 })
  end
end

function M.refresh()
  buffers.refresh(name, M.render, namespace)
  off_the_folder(buffers.find(name) or -1)
end

function M.open(mods)
  buffers.open_list(name, 'acpdsessions', mods, M.refresh)
end

return M
