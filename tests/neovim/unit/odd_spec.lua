-- Peers say odd things: members that are missing, or of another type. Nothing of it raises an
-- error, and what follows is shown as ever.
local t = require('harness')
local conversation = require('acpd.model.conversation')
local question = require('acpd.model.question')
local ui = require('acpd.ui.conversation')
local view = require('acpd.ui.view')

local text = { type = 'text', text = 'said' }
local diff = { type = 'diff', changes = { { operation = 'modify', path = '/w/a' } } }
diff.patch = { format = 'git', text = '--- /w/a\n+++ /w/a\n@@ -1 +1 @@\n-old\n+new' }
local call = {
  toolCallId = 'c',
  title = 'Edit',
  kind = 'edit',
  status = 'completed',
  locations = { { path = '/w/a', line = 3 } },
  content = { { type = 'content', content = text }, diff, { type = 'terminal', terminalId = 't' } },
  rawInput = { command = 'make' },
}
local options = { { configId = 'm', name = 'Mode', category = 'mode', currentValue = 'a' } }
options[1].options = { { value = 'a', name = 'A' } }

local updates = {
  { sessionUpdate = 'user_message_chunk', messageId = 'u', content = text },
  { sessionUpdate = 'agent_message_chunk', messageId = 'm', content = text },
  { sessionUpdate = 'agent_thought', messageId = 'h', content = { text, text } },
  {
    sessionUpdate = 'agent_message_chunk',
    messageId = 'm',
    content = { type = 'image', mimeType = 'image/png', data = 'AA==' },
  },
  {
    sessionUpdate = 'agent_message_chunk',
    messageId = 'm',
    content = { type = 'resource', resource = { uri = 'file:///a', text = 'x' } },
  },
  vim.tbl_extend('error', { sessionUpdate = 'tool_call_update' }, call),
  { sessionUpdate = 'tool_call_content_chunk', toolCallId = 'c', content = diff },
  {
    sessionUpdate = 'terminal_update',
    terminalId = 't',
    command = 'make',
    output = { data = 'AA==' },
    exitStatus = { exitCode = 1, signal = 'TERM' },
  },
  { sessionUpdate = 'terminal_output_chunk', terminalId = 't', data = 'AA==' },
  {
    sessionUpdate = 'plan_update',
    plan = { planId = 'p', type = 'items', entries = { { content = 'a', status = 'pending' } } },
  },
  { sessionUpdate = 'plan_removed', planId = 'p' },
  { sessionUpdate = 'notice', severity = 'error', title = 'N', description = 'why' },
  {
    sessionUpdate = 'compaction_update',
    compactionId = 'k',
    status = 'completed',
    summary = { text },
    error = { message = 'x' },
  },
  { sessionUpdate = 'compaction_summary_chunk', compactionId = 'k', content = text },
  {
    sessionUpdate = 'available_commands_update',
    availableCommands = { { name = 'test', description = 'd', input = { hint = 'h' } } },
  },
  { sessionUpdate = 'config_option_update', configOptions = options },
  { sessionUpdate = 'session_info_update', title = 'T', updatedAt = '2026-01-01T00:00:00Z' },
  {
    sessionUpdate = 'usage_update',
    used = 1,
    size = 2,
    cost = { amount = 1.5, currency = 'USD' },
  },
  {
    sessionUpdate = 'state_update',
    state = 'idle',
    stopReason = 'error',
    error = { message = 'm', data = { acpd = { outcome = 'x' } } },
    background = { { type = 'tool_call' } },
  },
}

local odd = { 'text', 7, true, vim.NIL, {}, { 1 }, { { 1 } }, { a = 1 }, 1e300, ('x'):rep(5000) }

--- Calls with each copy of a value in which one member, however deep, is missing or odd.
local function each_odd(value, see)
  local function within(at, path)
    for _, key in ipairs(vim.tbl_keys(at)) do
      local before = at[key]
      local name = path .. '.' .. tostring(key)
      if type(key) == 'string' then
        at[key] = nil
        see(value, name .. ' missing')
      end
      for _, other in ipairs(odd) do
        at[key] = vim.deepcopy(other)
        see(value, name .. ' = ' .. vim.inspect(other):sub(1, 20))
      end
      at[key] = before
      if type(before) == 'table' then
        within(before, name)
      end
    end
  end
  within(value, '')
end

--- What has been drawn with it, and a text behind it; then the same from what is kept of it.
local function shown_with(update, before)
  local model = conversation.new()
  local shown = view.new(vim.api.nvim_create_buf(false, true), model)
  local function apply(one)
    model:apply({ update = one, _meta = { ['acpd/at'] = '2026-01-01T00:00:00.000Z' } })
    shown:draw(model:take_changes())
  end
  apply({ sessionUpdate = 'state_update', state = 'running' })
  for _, one in ipairs(before or {}) do
    apply(one)
  end
  apply(update)
  apply({ sessionUpdate = 'agent_message_chunk', messageId = 'last', content = text })
  local lines = t.lines(shown.buffer)
  local kept = t.from_disk(model)
  shown:reset(kept)
  shown:draw(kept:take_changes())
  local again = t.lines(shown.buffer)
  require('acpd.session').open.odd = { id = 'odd', phase = 'live', model = model }
  local bar = ui.bar_words(require('acpd.session').open.odd)
  local commands = require('acpd.complete').commands({ model = model }, '')
  vim.api.nvim_buf_delete(shown.buffer, { force = true })
  return lines, again, { bar, commands }
end

t.it('an update with any odd member is shown as far as it goes, and so is what follows', function()
  require('acpd.client').state = 'up'
  local count = 0
  for _, update in ipairs(updates) do
    each_odd(vim.deepcopy(update), function(odd_one, what)
      count = count + 1
      local ok, lines, again = pcall(shown_with, vim.deepcopy(odd_one), { updates[6] })
      what = update.sessionUpdate .. what
      t.eq({ what, ok, not ok and lines or nil }, { what, true })
      t.eq({ what, lines[#lines] }, { what, 'said' })
      t.eq({ what, again[#again] }, { what, 'said' })
    end)
  end
  t.eq(count > 500, true)
  require('acpd.session').open.odd = nil
end)

t.it('a question with any odd member stands in the inbox', function()
  local choices = { { optionId = 'y', name = 'Yes', kind = 'allow_once' } }
  local schema = { type = 'object', required = { 'a' }, properties = { a = { type = 'string' } } }
  schema.properties.b = { type = 'array', minItems = 1, items = { enum = { 'x' } } }
  schema.properties.c = { type = 'integer', minimum = 1, oneOf = { { const = 1, title = 'One' } } }
  local questions = {
    {
      method = 'session/request_permission',
      params = { toolCall = call, options = choices, title = 'T', description = 'd' },
    },
    {
      method = 'session/request_permission',
      params = {
        subject = { type = 'tool_call', toolCall = call, command = 'x' },
        options = choices,
      },
    },
    {
      method = 'elicitation/create',
      params = { mode = 'form', message = 'Well?', requestedSchema = schema },
    },
    {
      method = 'elicitation/create',
      params = { mode = 'url', message = 'Log in', url = 'https://x' },
    },
  }
  local inbox = require('acpd.ui.inbox')
  for _, one in ipairs(questions) do
    local whole = vim.tbl_extend('error', { id = 'q', sessionId = 's', agent = 'a' }, one)
    each_odd(vim.deepcopy(whole), function(odd_one, what)
      local copy = vim.deepcopy(odd_one)
      local ok, lines = pcall(function()
        require('acpd.watch').put_question(vim.tbl_extend('force', copy, { id = 'q' }))
        require('acpd.watch').asked = {}
        return inbox.entry(copy)
      end)
      t.eq({ what, ok, not ok and lines or nil }, { what, true })
      t.eq({ what, #lines >= 3 }, { what, true })
      t.eq(type(question.read(copy).title), 'string')
    end)
  end
end)
