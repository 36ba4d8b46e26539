local t = require('harness')
local conversation = require('acpd.model.conversation')
local render = require('acpd.model.render')
local view = require('acpd.ui.view')

local function new()
  local model = conversation.new()
  return model, view.new(vim.api.nvim_create_buf(false, true), model)
end

--- What the buffer must hold: all items, rendered from nothing.
local function wanted(model)
  local all = {}
  for _, item in ipairs(model.items) do
    vim.list_extend(all, render.item(item, model).lines)
  end
  return #all > 0 and all or { '' }
end

local kinds = { 'agent_message_chunk', 'agent_thought_chunk', 'user_message_chunk' }

local function say(model, text)
  model:apply({
    update = {
      sessionUpdate = 'agent_message_chunk',
      messageId = 'm',
      content = { type = 'text', text = text },
    },
  })
end

--- One of many updates, chosen by a number: the same numbers make the same conversation.
local function update(n)
  local choice = n % 7
  if choice < 4 then
    local said = ({ 'word ', 'line\n', '\n\n', ('long '):rep(300) })[n % 4 + 1]
    return {
      sessionUpdate = kinds[n % 3 + 1],
      messageId = 'm' .. math.floor(n / 5) % 3,
      content = { type = 'text', text = said },
    }
  elseif choice == 4 then
    return {
      sessionUpdate = 'tool_call_update',
      toolCallId = 'c' .. n % 11,
      title = 'T' .. n,
      status = n % 2 == 0 and 'completed' or nil,
      content = { { type = 'content', content = { type = 'text', text = ('x\n'):rep(n % 5) } } },
    }
  elseif choice == 5 then
    return {
      sessionUpdate = 'plan_update',
      plan = { planId = 'p' .. n % 2, entries = { { content = tostring(n), status = 'pending' } } },
    }
  end
  return {
    sessionUpdate = 'agent_message',
    messageId = 'm' .. n % 3,
    content = { { type = 'text', text = 'instead\nof it' } },
  }
end

t.it('drawn bit by bit, the buffer is what it would be at once', function()
  for _, every in ipairs({ 1, 3, 50 }) do
    local model, shown = new()
    local seed = 42
    for n = 1, 600 do
      seed = (seed * 1103515245 + 12345) % 2147483648
      model:apply({ update = update(math.floor(seed / 65536)) })
      if n % every == 0 then
        shown:draw(model:take_changes())
        t.eq(t.lines(shown.buffer), wanted(model))
      end
    end
    for index = 1, #model.items do
      local start = shown.layout:start(index)
      t.eq((shown.layout:at(start)), index)
      t.eq((shown.layout:at(start + shown.layout:height(index) - 1)), index)
    end
  end
end)

t.it('what a thought or a call hides is folded, its head is not', function()
  local model, shown = new()
  model:apply({
    update = {
      sessionUpdate = 'agent_thought_chunk',
      messageId = 't',
      content = { type = 'text', text = 'a\nb' },
    },
  })
  say(model, 'said')
  shown:draw(model:take_changes())
  local levels = {}
  for row = 0, #t.lines(shown.buffer) - 1 do
    levels[#levels + 1] = shown:fold_level(row)
  end
  t.eq(levels, { '>1', 1, 1, 0, 0 })
end)

t.it('the oldest parts are unloaded, and that is said', function()
  local model, shown = new()
  for n = 1, 2000 do
    model:apply({
      update = { sessionUpdate = 'tool_call_update', toolCallId = 'c' .. n, title = 'T' },
    })
  end
  shown:draw(model:take_changes())
  t.eq(shown:unload(1000), true)
  local lines = t.lines(shown.buffer)
  t.eq(#lines, 1001)
  t.eq(lines[1], '1000 earlier parts are not loaded: :Acpd earlier loads them')
  t.eq(lines, wanted(model))
  model:apply({
    update = { sessionUpdate = 'tool_call_update', toolCallId = 'c1500', title = 'New' },
  })
  shown:draw(model:take_changes())
  t.eq(t.lines(shown.buffer), wanted(model))
  t.eq(shown:unload(1000), false)
end)

t.it('what is unloaded is forgotten, but for a call that goes on: it comes back whole', function()
  local model, shown = new()
  local function tool(id, status, content)
    local moved = { sessionUpdate = 'tool_call_update', toolCallId = id, status = status }
    moved.title, moved.content = not content and ('T ' .. id) or nil, content
    model:apply({ update = moved })
  end
  local function terminal(id, output)
    local data = { data = vim.base64.encode(output) }
    model:apply({
      update = { sessionUpdate = 'terminal_update', terminalId = id, output = data },
    })
  end
  tool('long', 'in_progress')
  for n = 1, 2000 do
    tool('c' .. n, 'completed')
    tool('c' .. n, nil, { { type = 'terminal', terminalId = 't' .. n } })
    terminal('t' .. n, 'out')
  end
  shown:draw(model:take_changes())
  local before = vim.tbl_count(model.tools)
  t.eq(shown:unload(300), true)
  t.eq(before, 2001)
  t.eq(vim.tbl_count(model.tools), #model.items)
  t.eq(vim.tbl_count(model.terminals), #model.items - 1)
  -- Also when it was on disk meanwhile.
  model = t.from_disk(model)
  shown:reset(model)
  tool('long', 'completed', {})
  shown:draw(model:take_changes())
  local lines = t.lines(shown.buffer)
  t.eq(lines[#lines], '✓ done: T long')
  t.eq(lines, wanted(model))
end)

t.it('one message without end can be unloaded, too', function()
  local model, shown = new()
  for n = 1, 20000 do
    say(model, n .. '\n')
  end
  shown:draw(model:take_changes())
  t.eq(
    vim.list_slice(t.lines(shown.buffer), 2, 20001),
    vim.tbl_map(tostring, vim.fn.range(1, 20000))
  )
  t.eq(shown:unload(5000), true)
  local lines = t.lines(shown.buffer)
  t.eq(#lines <= 7500, true)
  t.eq(lines[#lines - 1], '20000')
end)

t.it('long lines are unloaded by their bytes', function()
  local model, shown = new()
  for n = 1, 10000 do
    say(model, n .. (' '):rep(1900) .. '\n')
  end
  shown:draw(model:take_changes())
  t.eq(shown:unload(20000), true)
  local lines = t.lines(shown.buffer)
  t.eq(lines, wanted(model))
  local bytes = #table.concat(lines, '\n')
  t.eq(bytes > 7e6 and bytes < 11e6, true)
  t.eq(vim.trim(lines[#lines - 1]), '10000')
  t.eq(shown:unload(20000), false)
end)

t.it('a window at the end stays at the end, another one where it is', function()
  local model, shown = new()
  local function show(text)
    say(model, text)
    shown:draw(model:take_changes())
  end
  show('1\n2\n3\n4')
  vim.api.nvim_win_set_buf(0, shown.buffer)
  vim.cmd('normal! G')
  show('\n5\n6')
  t.eq(vim.api.nvim_win_get_cursor(0)[1], 7)
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  show('\n7')
  t.eq(vim.api.nvim_win_get_cursor(0)[1], 2)
end)
