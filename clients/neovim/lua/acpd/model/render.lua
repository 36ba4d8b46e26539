-- Items → lines. Pure. The first line of an item that has a head is its head; what a fold hides
-- stands below it.
local json = require('acpd.json')
local text = require('acpd.model.text')
local words = require('acpd.model.words')

local M = {}

---@class acpd.rendered
---@field lines string[]
---@field head integer|nil line (from 1) that is ours and not the peer's
---@field group string|nil its highlight
---@field fold boolean|nil the lines below the head are folded away

local function indented(lines, into)
  for _, line in ipairs(lines) do
    into[#into + 1] = '  ' .. line
  end
end

local function clock(item)
  return item.at and (' · ' .. words.clock(item.at)) or ''
end

local as = {}

function as.user(item)
  if item.continued then
    return { lines = item.lines }
  end
  local lines = { '', 'You' .. clock(item) }
  return { lines = vim.list_extend(lines, item.lines), head = 2, group = 'AcpdUser' }
end

function as.agent(item)
  if item.continued then
    return { lines = item.lines }
  end
  return { lines = vim.list_extend({ '' }, item.lines) }
end

function as.thought(item)
  local first = item.lines[1] ~= '' and item.lines[1] or item.lines[2] or ''
  local lines = { ('%s thought: %s'):format(words.icon('thought'), text.line(first, 70)) }
  indented(item.lines, lines)
  return { lines = lines, head = 1, group = 'AcpdThought', fold = true }
end

-- What a tool call shows.

local diff_most = 1000 -- lines of a diff; gd shows all of it

local compared_most = 256 * 1024 -- bytes: more takes longer than a key may wait
local compare = vim.text and vim.text.diff or vim.diff

--- The form of ACP v1, with both texts: as questions of v1 agents have it.
local function both_texts(content)
  local old, new = json.get(content, 'oldText'), tostring(content.newText)
  local operation = old and 'modify' or 'add'
  if #(old or '') + #new > compared_most then
    return operation, 'too long to be compared here: gd shows it'
  end
  return operation, compare(old or '', new, { ctxlen = 3 })
end

local function diff_lines(content, into)
  for _, change in ipairs(json.get(content, 'changes') or {}) do
    local path = text.line(json.get(change, 'path'))
    local from = json.get(change, 'oldPath')
    into[#into + 1] = ('  %s %s%s'):format(
      text.line(change.operation),
      from and (text.line(from) .. ' → ') or '',
      path
    )
  end
  local patch = tostring(json.get(content, 'patch', 'text') or '')
  if json.get(content, 'newText') then
    local operation
    operation, patch = both_texts(content)
    into[#into + 1] = ('  %s %s'):format(operation, text.line(content.path))
  end
  local shown, more = text.first_lines((patch:gsub('\n$', '')), diff_most)
  indented(shown, into)
  if more > 0 then
    into[#into + 1] = ('  … %d lines more (gd shows all)'):format(more)
  end
end

local function terminal_lines(terminal, into)
  if not terminal then
    return
  end
  into[#into + 1] = '  $ ' .. text.line(terminal.command)
  indented(text.lines((text.plain(terminal.output):gsub('\n$', ''))), into)
  local exit = terminal.exitStatus
  if type(exit) == 'table' then
    local how = json.get(exit, 'exitCode') or json.get(exit, 'signal') or 'unknown'
    into[#into + 1] = '  exit ' .. tostring(how)
  end
end

local function content_lines(content, model, into)
  if type(content) ~= 'table' then
    return
  elseif content.type == 'diff' then
    diff_lines(content, into)
  elseif content.type == 'terminal' then
    terminal_lines(model.terminals[content.terminalId], into)
  elseif content.type == 'content' then
    indented(text.lines(text.block(content.content)), into)
  else
    into[#into + 1] = ('  [%s]'):format(text.line(content.type))
  end
end

--- "src/a.c:12"
local function location(place)
  local line = json.get(place, 'line')
  return text.line(json.get(place, 'path')) .. (line and (':' .. ('%d'):format(line)) or '')
end

--- What a call is about that has no title: some agents give it only with their question.
local function about(call)
  local content = json.get(call, 'content', 1)
  return json.get(content, 'changes', 1, 'path')
    or json.get(content, 'path')
    or json.get(call, 'locations', 1, 'path')
    or 'tool call'
end

function M.tool_title(call)
  return text.line(call.title or call.name or about(call), 120)
end

function as.tool(item, model)
  local call = item.call
  local status = call.status or 'pending'
  local kind = call.kind and (' [' .. text.line(call.kind) .. ']') or ''
  local icon = words.icons[status] or words.icon('in_progress')
  local title = ('%s %s: %s%s'):format(icon, words.status(status), M.tool_title(call), kind)
  local lines = { title }
  for _, place in ipairs(call.locations or {}) do
    lines[#lines + 1] = '  at ' .. location(place)
  end
  for _, content in ipairs(call.content or {}) do
    content_lines(content, model, lines)
  end
  local group = status == 'failed' and 'AcpdFailed' or 'AcpdTool'
  return { lines = lines, head = 1, group = group, fold = #lines > 1 }
end

local marks = { completed = 'x', in_progress = '>', cancelled = '-' }

function as.plan(item)
  local lines = { '', 'Plan' }
  for _, entry in ipairs(json.get(item, 'plan', 'entries') or {}) do
    local status = text.line(entry.status)
    local mark = marks[status] or ' '
    lines[#lines + 1] = ('- [%s] %s'):format(mark, text.line(entry.content))
  end
  local other = json.get(item, 'plan', 'content') or json.get(item, 'plan', 'uri')
  if other then
    vim.list_extend(lines, text.lines(tostring(other)))
  end
  return { lines = lines, head = 2, group = 'AcpdPlan' }
end

as['end'] = function(item)
  local how = words.turn_end(item.reason, item.error)
  return {
    lines = { '', '── ' .. how .. clock(item) .. ' ──' },
    head = 2,
    group = 'AcpdEnd',
  }
end

function as.notice(item)
  local severity = text.line(item.severity or 'info')
  local lines = { '', ('%s %s: %s'):format(words.icon(severity), severity, item.title) }
  if item.description then
    indented(text.lines(item.description), lines)
  end
  local group = severity == 'error' and 'AcpdFailed' or 'AcpdNotice'
  return { lines = lines, head = 2, group = group }
end

function as.compaction(item)
  local lines = {
    ('%s the agent shortens its memory: %s'):format(
      words.icon('thought'),
      text.line(item.status or 'in_progress')
    ),
  }
  indented(item.lines, lines)
  return { lines = lines, head = 1, group = 'AcpdThought', fold = true }
end

function as.gap(item)
  local what = ('%d earlier parts are not loaded: :Acpd earlier loads them'):format(item.count)
  return { lines = { what }, head = 1, group = 'AcpdNotice' }
end

function as.odd(item)
  local what = ('%s cannot be shown: its members are not as ACP says'):format(text.line(item.what))
  return { lines = { what }, head = 1, group = 'AcpdNotice' }
end

--- Members may be of any type: only what ACP says of them is drawn.
---@return acpd.rendered
function M.item(item, model)
  local ok, rendered = pcall(as[item.kind], item, model)
  return ok and rendered or as.odd({ what = item.kind })
end

local before = { user = 2, agent = 1, thought = 1 }

--- A text that only grew at its end is not rendered as a whole: its lines from `first` on.
---@return string[]|nil lines
---@return integer at where they stand in the item (from 0); nil: render all of it
function M.tail(item, first)
  local offset = before[item.kind]
  if not offset or first < 3 then
    return nil, 0
  end
  local lines = vim.list_slice(item.lines, first)
  if item.kind == 'thought' then
    local shown = {}
    indented(lines, shown)
    lines = shown
  elseif item.continued then
    offset = 0
  end
  return lines, offset + first - 1
end

return M
