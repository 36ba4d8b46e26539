-- One session's conversation: ACP v2 updates in, items out. Pure: no window, no file, no clock.
-- Owned by a session. An item stands where its first update stood; text that comes after another
-- item begins a new one, so that the order on the screen is the order in which things were said.
-- What changed since it was last asked is in `changed`: item → first changed line of its text,
-- or 0 for all of it.
local json = require('acpd.json')
local text = require('acpd.model.text')
local tools = require('acpd.model.tools')

local M = {}
M.__index = M

function M.new()
  return setmetatable({
    items = {},
    changed = {},
    facts_changed = false,
    tools = {}, -- toolCallId → item
    plans = {}, -- planId → item
    compactions = {},
    terminals = {}, -- terminalId → {command, output, exit, shown_by: item[]}
    commands = {},
    options = {},
    state = nil, -- as the last state_update said
    turn = 0,
  }, M)
end

function M:touch(item, line)
  local before = self.changed[item]
  self.changed[item] = before and math.min(before, line) or line
end

--- What changed since this was last called.
function M:take_changes()
  local changed = self.changed
  self.changed = {}
  return changed
end

function M:add(item)
  item.index = #self.items + 1
  self.items[item.index] = item
  self:touch(item, 0)
  return item
end

-- Messages.

local function speaker(kind)
  return (
    kind:gsub('_message.*', ''):gsub('_thought.*', '_thought'):gsub('^agent_thought', 'thought')
  )
end

--- A message without end is cut into items, so that old parts of it can be unloaded, too.
local lines_most = 500

function M:open_message(kind, id, at)
  local last = self.items[#self.items]
  if not last or last.kind ~= kind or last.id ~= id then
    return self:add({ kind = kind, id = id, at = at, lines = { '' } })
  elseif #last.lines < lines_most then
    return last
  end
  local open = table.remove(last.lines)
  self:touch(last, #last.lines)
  return self:add({ kind = kind, id = id, at = at, lines = { open }, continued = true })
end

function M:chunk(update, at)
  local block = update.content
  local said = text.block(block)
  if said == '' then
    return -- some agents begin each step by saying nothing
  end
  local item = self:open_message(speaker(update.sessionUpdate), update.messageId, at)
  if type(block) == 'table' and block.type ~= 'text' and item.lines[#item.lines] ~= '' then
    said = '\n' .. said .. '\n'
  end
  self:touch(item, text.append(item.lines, said))
end

--- A whole message takes the place of what was said under its id.
function M:message(update, at)
  local kind, first = speaker(update.sessionUpdate), nil
  if update.content == nil then
    return
  end
  for _, item in ipairs(self.items) do
    if item.kind == kind and item.id == update.messageId then
      item.lines = { '' }
      self:touch(item, 0)
      first = first or item
    end
  end
  local said = text.blocks(update.content)
  if said ~= '' then
    first = first or self:open_message(kind, update.messageId, at)
    text.append(first.lines, said)
  end
end

-- One function for each kind of update.

local on = {}

on.user_message_chunk, on.agent_message_chunk, on.agent_thought_chunk = M.chunk, M.chunk, M.chunk
on.user_message, on.agent_message, on.agent_thought = M.message, M.message, M.message
on = vim.tbl_extend('error', on, tools.on)

function on.plan_update(self, update)
  local plan = type(update.plan) == 'table' and update.plan or {}
  local item = self.plans[json.id(plan.planId)]
  -- A plan of another turn is another plan, and stands where that turn does.
  if not item or item.turn ~= self.turn then
    item = self:add({ kind = 'plan', id = plan.planId, turn = self.turn })
    self.plans[plan.planId] = item
  end
  item.plan = plan
  self:touch(item, 0)
end

function on.plan_removed(self, update)
  local item = self.plans[update.planId]
  if item then
    item.plan = { entries = {} }
    self:touch(item, 0)
  end
end

function on.notice(self, update, at)
  self:add({
    kind = 'notice',
    at = at,
    severity = update.severity,
    title = text.line(update.title),
    description = json.get(update, 'description'),
  })
end

local function compaction(self, update)
  local item = self.compactions[json.id(update.compactionId)]
  if not item then
    item = self:add({ kind = 'compaction', id = update.compactionId, lines = { '' } })
    self.compactions[update.compactionId] = item
  end
  self:touch(item, 0)
  return item
end

function on.compaction_update(self, update)
  local item = compaction(self, update)
  json.patch(item, update, { 'status', 'error' })
  if update.summary == json.null then
    item.lines = { '' }
  elseif update.summary then
    item.lines = text.lines(text.blocks(update.summary))
  end
end

function on.compaction_summary_chunk(self, update)
  text.append(compaction(self, update).lines, text.block(update.content))
end

-- Facts beside the conversation.

--- What a session offers, as an update or the answer to an attach says it; what is not said stays.
function M:take_offers(said)
  if json.get(said, 'availableCommands') then
    self.commands = vim.tbl_filter(function(command)
      return type(command.name) == 'string'
    end, json.tables(said.availableCommands))
  end
  if json.get(said, 'configOptions') then
    self.options = json.tables(said.configOptions)
  end
end

on.available_commands_update, on.config_option_update = M.take_offers, M.take_offers

function on.session_info_update(self, update)
  json.patch(self, update, { 'title', 'updatedAt' })
  self.title = self.title and text.line(self.title)
end

function on.usage_update(self, update)
  self.usage = self.usage or {}
  json.patch(self.usage, update, { 'used', 'size', 'cost' })
end

function on.state_update(self, update, at)
  local was = self.state
  self.state, self.background = update.state, json.get(update, 'background')
  local reason = json.get(update, 'stopReason')
  -- A snapshot that says again what is known ends nothing.
  if update.state == 'idle' and was ~= nil and was ~= 'idle' and reason then
    self:add({ kind = 'end', at = at, reason = reason, error = json.get(update, 'error') })
  end
end

local facts = {
  available_commands_update = true,
  config_option_update = true,
  session_info_update = true,
  usage_update = true,
  state_update = true,
}

--- One `session/update`. Variants that nobody knows yet change nothing; one whose members are not
--- what they should be says so where it stands, and what follows goes on.
---@param params {update: table, _meta: table?}
function M:apply(params)
  local update, meta = params.update, json.get(params, '_meta') or {}
  local handle = type(update) == 'table' and on[update.sessionUpdate]
  self.turn = json.get(meta, 'acpd/turn') or self.turn
  if json.get(meta, 'acpd/progress') then
    self.progress, self.facts_changed = meta['acpd/progress'], true
  end
  if handle then
    local ok = pcall(handle, self, update, json.get(meta, 'acpd/at'))
    if not ok then
      self:add({ kind = 'odd', what = update.sessionUpdate })
    end
    self.facts_changed = self.facts_changed or facts[update.sessionUpdate] or false
  end
end

--- What is only known for an item's sake goes with it.
function M:forget(item)
  self.changed[item] = nil
  if tools.forget(self, item) then
    return
  end
  for _, known in ipairs({ self.plans, self.compactions }) do
    if item.id and known[item.id] == item then
      known[item.id] = nil
    end
  end
end

--- Forgets the oldest items; says so in their place.
---@return table[] gone
function M:drop_oldest(count)
  local gone = vim.list_slice(self.items, 1, count)
  local earlier = 0
  for _, item in ipairs(gone) do
    earlier = earlier + (item.kind == 'gap' and item.count or 1)
    self:forget(item)
  end
  self.items = vim.list_slice(self.items, count + 1)
  table.insert(self.items, 1, { kind = 'gap', count = earlier })
  for index, item in ipairs(self.items) do
    item.index = index
  end
  self:touch(self.items[1], 0)
  return gone
end

-- On disk: the items and facts as plain data.

local fact_names = {
  'commands',
  'options',
  'title',
  'updatedAt',
  'usage',
  'state',
  'turn',
  'progress',
  'background',
}

function M:dump()
  local kept = { facts = {} }
  for _, name in ipairs(fact_names) do
    kept.facts[name] = self[name]
  end
  tools.dump(self, kept)
  return kept, self.items
end

local by_kind = { plan = 'plans', compaction = 'compactions' }

function M.load(kept, items)
  local self = M.new()
  for _, name in ipairs(fact_names) do
    self[name] = kept.facts[name] ~= nil and kept.facts[name] or self[name]
  end
  for _, item in ipairs(items) do
    self:add(item)
    if by_kind[item.kind] then
      self[by_kind[item.kind]][item.id] = item
    end
  end
  tools.load(self, kept)
  return self
end

return M
