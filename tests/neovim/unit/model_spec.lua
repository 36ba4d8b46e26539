local t = require('harness')
local conversation = require('acpd.model.conversation')
local json = require('acpd.json')
local render = require('acpd.model.render')
local text = require('acpd.model.text')
local words = require('acpd.model.words')

local function apply(model, ...)
  for _, update in ipairs({ ... }) do
    model:apply({ update = update })
  end
end

local function chunk(kind, id, said)
  return {
    sessionUpdate = kind .. '_chunk',
    messageId = id,
    content = { type = 'text', text = said },
  }
end

local function shown(model)
  local all = {}
  for _, item in ipairs(model.items) do
    vim.list_extend(all, render.item(item, model).lines)
  end
  return all
end

t.it('chunks of a message are one item, also across a line that grows', function()
  local model = conversation.new()
  apply(model, chunk('agent_message', 'm', 'one '), chunk('agent_message', 'm', 'line\ntwo'))
  t.eq(#model.items, 1)
  t.eq(model.items[1].lines, { 'one line', 'two' })
end)

t.it('text after a tool call stands behind it, though the message is the same', function()
  local model = conversation.new()
  apply(
    model,
    chunk('agent_message', 'm', 'before'),
    { sessionUpdate = 'tool_call_update', toolCallId = 'c', title = 'Run', status = 'completed' },
    chunk('agent_message', 'm', 'after')
  )
  t.eq(shown(model), { '', 'before', '✓ done: Run', '', 'after' })
end)

t.it('a whole message takes the place of its chunks', function()
  local model = conversation.new()
  apply(model, chunk('agent_message', 'm', 'draft'), {
    sessionUpdate = 'agent_message',
    messageId = 'm',
    content = { { type = 'text', text = 'final' } },
  })
  t.eq(shown(model), { '', 'final' })
end)

t.it('a tool call is patched: absent stays, null clears', function()
  local model = conversation.new()
  apply(model, {
    sessionUpdate = 'tool_call_update',
    toolCallId = 'c',
    title = 'Edit',
    kind = 'edit',
    status = 'in_progress',
  }, { sessionUpdate = 'tool_call_update', toolCallId = 'c', status = 'failed', kind = json.null })
  t.eq(#model.items, 1)
  t.eq(shown(model), { '✗ failed: Edit' })
end)

t.it('a terminal that a call shows is drawn in it, without escape sequences', function()
  local model = conversation.new()
  apply(model, {
    sessionUpdate = 'tool_call_update',
    toolCallId = 'c',
    title = 'make',
    content = { { type = 'terminal', terminalId = 't' } },
  }, { sessionUpdate = 'terminal_update', terminalId = 't', command = 'make' })
  model:take_changes()
  apply(model, {
    sessionUpdate = 'terminal_output_chunk',
    terminalId = 't',
    data = vim.base64.encode('\27[31mred\27[0m\r\nold\rnew\n'),
  }, { sessionUpdate = 'terminal_update', terminalId = 't', exitStatus = { exitCode = 2 } })
  t.eq(model:take_changes()[model.items[1]], 0)
  t.eq(shown(model), { '○ pending: make', '  $ make', '  red', '  new', '  exit 2' })
end)

t.it('a turn ends once: a snapshot that says idle again ends nothing', function()
  local model = conversation.new()
  local idle = { sessionUpdate = 'state_update', state = 'idle', stopReason = 'end_turn' }
  apply(model, idle)
  t.eq(#model.items, 0)
  apply(model, { sessionUpdate = 'state_update', state = 'running' }, idle, idle)
  t.eq(shown(model), { '', '── finished ──' })
end)

t.it('a turn whose outcome nobody knows says so', function()
  local unknown =
    { code = -32603, message = 'x', data = { acpd = { outcome = 'outcome_unknown' } } }
  t.eq(words.turn_end('error', unknown), 'outcome unknown')
  t.eq(words.turn_end('error', { message = 'no\nmoney' }), 'failed: no money')
  t.eq(words.turn_end('cancelled'), 'cancelled')
  t.eq(words.turn_end('_x'), 'stopped: _x')
end)

t.it('what nobody knows yet changes nothing', function()
  local model = conversation.new()
  apply(model, { sessionUpdate = '_new', x = 1 }, { sessionUpdate = 'session_message', y = {} })
  model:apply({ update = 'nonsense' })
  t.eq(#model.items, 0)
  t.eq(text.blocks({ { type = 'hologram' } }), '[hologram]')
end)

t.it('a plan is replaced in its turn, and another one in the next', function()
  local model = conversation.new()
  local function plan(turn, status)
    local entries = { { content = 'a', status = status } }
    model:apply({
      _meta = { ['acpd/turn'] = turn },
      update = {
        sessionUpdate = 'plan_update',
        plan = { type = 'items', planId = 'main', entries = entries },
      },
    })
  end
  plan(1, 'pending')
  plan(1, 'completed')
  plan(2, 'in_progress')
  t.eq(shown(model), { '', 'Plan', '- [x] a', '', 'Plan', '- [>] a' })
end)

t.it('what is dumped and loaded again goes on as if nothing had been', function()
  local updates = {
    chunk('user_message', 'u', 'do it'),
    chunk('agent_thought', 't', 'hm\nhm'),
    { sessionUpdate = 'state_update', state = 'running' },
    {
      sessionUpdate = 'tool_call_update',
      toolCallId = 'c',
      title = 'Run',
      content = { { type = 'terminal', terminalId = 't' } },
    },
    { sessionUpdate = 'terminal_update', terminalId = 't', command = 'x' },
    chunk('agent_message', 'm', 'half'),
    chunk('agent_message', 'm', ' whole'),
    {
      sessionUpdate = 'terminal_output_chunk',
      terminalId = 't',
      data = vim.base64.encode('out\n'),
    },
    { sessionUpdate = 'tool_call_update', toolCallId = 'c', status = 'completed' },
    { sessionUpdate = 'state_update', state = 'idle', stopReason = 'end_turn' },
  }
  local straight = conversation.new()
  apply(straight, unpack(updates))
  for cut = 0, #updates do
    local first = conversation.new()
    apply(first, unpack(updates, 1, cut))
    local second = t.from_disk(first)
    apply(second, unpack(updates, cut + 1))
    t.eq(shown(second), shown(straight))
  end
end)

t.it('a line without end goes on in the next, and no character is cut', function()
  local whole = ('ä'):rep(5000)
  local got = text.lines(whole)
  t.eq(table.concat(got), whole)
  t.eq(#got, 5)
  for _, line in ipairs(got) do
    t.eq(#line % 2, 0)
  end
  local spaced = text.lines(('word '):rep(1000))
  t.eq(table.concat(spaced), ('word '):rep(1000))
  t.eq(spaced[1]:sub(-1), ' ')
end)

t.it('titles are one line without control characters', function()
  t.eq(text.line('a\n\27]0;evil\7b'), 'a ]0;evil b')
  t.eq(text.line(('x'):rep(10), 5), 'xxxx…')
end)

t.it('times are this machine’s, banners count', function()
  vim.env.TZ = 'UTC'
  local now = os.time()
  local at = tostring(os.date('!%Y-%m-%dT18:02:11.123Z', now))
  t.eq(words.banner(214, at, now), 'replayed 214 updates since 18:02')
  t.eq(words.banner(1, at, now), 'replayed 1 update since 18:02')
  t.eq(words.banner(0, at, now), '')
  t.eq(
    words.banner(2, '2020-01-02T03:04:05.000Z', now),
    'replayed 2 updates since 2020-01-02 03:04'
  )
  t.eq(words.seconds('2026-07-01T00:00:00.000Z'), 1782864000)
end)

t.it('tokens and cost in words; what is not said is left out', function()
  local cost = { amount = 0.451, currency = 'USD' }
  t.eq(words.usage({ used = 12345, size = 200000, cost = cost }), '12k/200k tokens, 0.45 USD')
  t.eq(words.usage({ used = 999, size = 1000000 }), '999/1M tokens')
  t.eq(words.usage({ cost = cost }), '0.45 USD')
  t.eq(words.usage(nil), '')
end)

t.it('progress in words and as a bar', function()
  t.eq(words.progress({ done = 45, total = 100, unit = 'files' }), '45/100 files')
  t.eq(words.bar({ done = 45, total = 100 }, 10), '█████░░░░░')
  t.eq(words.bar({ done = 1, total = 0 }, 10), '')
  t.eq(words.progress('nonsense'), '')
end)

t.it('a title takes as many columns as it may, whatever its letters', function()
  for _, title in ipairs({ ('x'):rep(50), ('漢'):rep(50), 'é' .. ('👍'):rep(30), 'a\tb\0c' }) do
    local line = text.line(title, 20)
    t.eq({ title, vim.fn.strdisplaywidth(line) <= 20, line:find('%c') }, { title, true, nil })
  end
  t.eq(text.line('漢字', 4), '漢字')
  t.eq(text.line('漢字漢字', 6), '漢字…')
end)

t.it('an address of the web is found under the cursor, and nothing else is', function()
  local line = 'see [it](https://example.org/a?b=c), or http://x.org. file:///etc/passwd'
  t.eq(text.address_at(line, 12), 'https://example.org/a?b=c')
  t.eq(text.address_at(line, 42), 'http://x.org')
  t.eq(text.address_at(line, 3), nil)
  t.eq(text.address_at(line, #line), nil)
end)

t.it('a line without end is cut in time that grows with it, and not with its square', function()
  for _, letter in ipairs({ 'x', '漢', 'word ' }) do
    local said = letter:rep(200000)
    local began = vim.uv.hrtime()
    local lines = text.lines(said)
    t.eq(table.concat(lines), said)
    for _, line in ipairs(lines) do
      t.eq({ #line <= 2000, vim.fn.strchars(line) > 0 }, { true, true })
    end
    -- A guard against the square of it, which takes minutes; not a measurement.
    t.eq((vim.uv.hrtime() - began) / 1e9 < 20, true)
  end
end)

t.it('of a long diff a thousand lines are drawn, and how many more there are is said', function()
  for _, count in ipairs({ 999, 1000, 1001, 50000 }) do
    local patch = { format = 'git', text = vim.trim(('+line\n'):rep(count)) }
    local call = { title = 'T', content = { { type = 'diff', patch = patch } } }
    local lines = render.item({ kind = 'tool', call = call }, { terminals = {} }).lines
    local more = ('  … %d lines more (gd shows all)'):format(count - 1000)
    t.eq({ count, #lines, lines[#lines] }, {
      count,
      math.min(count, 1000) + (count > 1000 and 2 or 1),
      count > 1000 and more or '  +line',
    })
  end
end)

t.it('who says nothing takes no room; a call without a title is called by its file', function()
  local model = conversation.new()
  apply(
    model,
    chunk('agent_message', 'm1', ''),
    chunk('agent_thought', 't1', ''),
    chunk('agent_message', 'm2', 'said'),
    chunk('agent_message', 'm2', ''),
    { sessionUpdate = 'agent_message', messageId = 'm3', content = {} },
    {
      sessionUpdate = 'tool_call_update',
      toolCallId = 'c',
      status = 'completed',
      content = { { type = 'diff', changes = { { operation = 'modify', path = '/w/a' } } } },
    }
  )
  t.eq(vim.list_slice(shown(model), 1, 3), { '', 'said', '✓ done: /w/a' })
end)
