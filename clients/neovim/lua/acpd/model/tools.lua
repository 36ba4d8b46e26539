-- Tool calls of a conversation and the terminals that they show. Pure; `self` is the conversation.
local json = require('acpd.json')

local M = { on = {} }

-- Calls.

local members = {
  'name',
  'title',
  'kind',
  'status',
  'content',
  'locations',
  'rawInput',
  'rawOutput',
  'capabilities',
}

--- The call's item, about to change. One that was unloaded before it was done stands at the end.
local function moved(self, id)
  local item = self.tools[json.id(id)]
  if item and not item.unloaded then
    self:touch(item, 0)
    return item
  end
  item = item or { kind = 'tool', id = id, call = {} }
  item.unloaded = nil
  self.tools[id] = item
  return self:add(item)
end

-- Terminals.

local output_most = 64 * 1024 -- bytes of a terminal that are kept: its end

local function decoded(data)
  local ok, bytes = pcall(vim.base64.decode, type(data) == 'string' and data or '')
  return ok and bytes or ''
end

local function terminal_of(self, id)
  id = json.id(id)
  self.terminals[id] = self.terminals[id] or { id = id, output = '', shown_by = {} }
  return self.terminals[id]
end

local function note_terminals(self, item)
  for _, content in ipairs(json.get(item, 'call', 'content') or {}) do
    local id = json.get(content, 'type') == 'terminal' and content.terminalId
    if type(id) == 'string' then
      terminal_of(self, id).shown_by[item] = true
    end
  end
end

local function terminal_moved(self, terminal)
  for item in pairs(terminal.shown_by) do
    moved(self, item.id)
  end
end

-- Updates.

function M.on.tool_call_update(self, update)
  local item = moved(self, update.toolCallId)
  json.patch(item.call, update, members)
  for _, name in ipairs({ 'content', 'locations' }) do
    item.call[name] = item.call[name] and json.tables(item.call[name])
  end
  note_terminals(self, item)
end

function M.on.tool_call_content_chunk(self, update)
  local item = moved(self, update.toolCallId)
  item.call.content = vim.list_extend({}, json.get(item, 'call', 'content') or {})
  vim.list_extend(item.call.content, json.tables({ update.content }))
  note_terminals(self, item)
end

function M.on.terminal_update(self, update)
  local terminal = terminal_of(self, update.terminalId)
  json.patch(terminal, update, { 'command', 'cwd', 'capabilities', 'exitStatus' })
  if update.output == json.null then
    terminal.output = ''
  elseif update.output then
    terminal.output = decoded(update.output.data):sub(-output_most)
  end
  terminal_moved(self, terminal)
end

function M.on.terminal_output_chunk(self, update)
  local terminal = terminal_of(self, update.terminalId)
  terminal.output = (terminal.output .. decoded(update.data)):sub(-output_most)
  terminal_moved(self, terminal)
end

-- Unloading, and on disk.

local running = { pending = true, in_progress = true }

--- A call has done what it does.
function M.ends(update)
  local status = json.get(update, 'status')
  return json.get(update, 'sessionUpdate') == 'tool_call_update'
    and (status == 'completed' or status == 'failed')
end

--- The item is unloaded. A call that is not done stays known, or its next update would be half of
--- one; a terminal goes with the last call that shows it.
---@return boolean known on
function M.forget(self, item)
  if item.kind ~= 'tool' then
    return false
  elseif running[item.call.status or 'pending'] then
    item.unloaded = true
    return true
  elseif self.tools[item.id] == item then
    self.tools[item.id] = nil
  end
  for id, terminal in pairs(self.terminals) do
    if terminal.shown_by[item] then
      terminal.shown_by[item] = nil
      self.terminals[id] = next(terminal.shown_by) and terminal or nil
    end
  end
  return true
end

---@param kept table the head of what is written
function M.dump(self, kept)
  kept.terminals, kept.unloaded = {}, {}
  for id, terminal in pairs(self.terminals) do
    local plain = vim.tbl_extend('force', terminal, { output = vim.base64.encode(terminal.output) })
    plain.shown_by = nil
    kept.terminals[id] = plain
  end
  for _, item in pairs(self.tools) do
    kept.unloaded[#kept.unloaded + 1] = item.unloaded and item or nil
  end
end

--- After the items.
function M.load(self, kept)
  for id, terminal in pairs(kept.terminals or {}) do
    terminal.output, terminal.shown_by = decoded(terminal.output), {}
    self.terminals[id] = terminal
  end
  for _, item in ipairs(vim.list_extend(vim.list_slice(self.items), kept.unloaded or {})) do
    if item.kind == 'tool' then
      self.tools[item.id] = item
      note_terminals(self, item)
    end
  end
end

return M
