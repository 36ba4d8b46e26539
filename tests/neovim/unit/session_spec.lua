-- A session against a peer that answers from a script: what is drawn, kept and asked for.
local t = require('harness')
local client = require('acpd.client')
local conversation = require('acpd.ui.conversation')
local files = require('acpd.files')
local json = require('acpd.json')
local sessions = require('acpd.session')

local daemon = require('daemon')

local script, asked, update, resumed = daemon.script, daemon.asked, daemon.update, daemon.resumed
local shown, live = daemon.shown, daemon.live
daemon.start()

--- As kill -9 would leave it: the buffer is gone, the files stay as they are.
local function killed(id)
  local session = sessions.open[id]
  session.journal:close_file()
  sessions.open[id] = nil
  files.remove(files.path(id, '.lock'))
  vim.api.nvim_del_augroup_by_name('acpd.session.' .. id)
  for _, name in ipairs({ 'acpd://prompt/', 'acpd://session/' }) do
    local buffer = require('acpd.ui.buffers').find(name .. id)
    if buffer then
      vim.api.nvim_buf_delete(buffer, { force = true })
    end
  end
end

t.it('a session is loaded from the start, and then goes on behind what was shown', function()
  script({ ['session/resume'] = resumed('a', 7, { update('a', nil, 'old ') }) })
  conversation.open('a', '/w')
  live('a')
  t.eq(asked('session/resume')[1].replayFrom, { type = 'start' })
  t.eq(sessions.open.a.banner, '')
  killed('a')
  script({
    ['session/resume'] = resumed('a', 9, { update('a', 8, 'missed '), update('a', 9, 'too') }),
  })
  conversation.open('a', '/w')
  live('a')
  t.eq(asked('session/resume')[2].replayFrom, { type = '_acpd/seq', epoch = 'e', seq = 8 })
  t.eq(shown('a'), '\nold missed too')
  t.eq(sessions.open.a.banner:match('^replayed 2 updates since '), 'replayed 2 updates since ')
end)

t.it('frames of an entry that did not come whole come again, once', function()
  local id = 'b'
  script({ ['session/resume'] = resumed(id, 1, { update(id, nil, 'one ') }) })
  conversation.open(id, '/w')
  live(id)
  local session = sessions.open[id]
  -- Entry 2 came whole; of entry 3 only the first frame, which has no number.
  session:on_update(update(id, 2, 'two ').params, json.encode(update(id, 2, 'two ')))
  session:on_update(update(id, nil, 'three ').params, json.encode(update(id, nil, 'three ')))
  session:flush()
  -- And then half a line.
  session.journal:append({ '{"jsonrpc":"2.0","met' })
  killed(id)
  script({
    ['session/resume'] = resumed(id, 3, { update(id, nil, 'three '), update(id, 3, 'end') }),
  })
  conversation.open(id, '/w')
  live(id)
  t.eq(shown(id), '\none two three end')
  local all = asked('session/resume')
  t.eq(all[#all].replayFrom.seq, 3)
end)

t.it('states are not counted among what was missed', function()
  local id = 'c'
  script({ ['session/resume'] = resumed(id, 1, {}) })
  conversation.open(id, '/w')
  live(id)
  killed(id)
  local running = update(id, 2, '', { sessionUpdate = 'state_update', state = 'running' })
  script({ ['session/resume'] = resumed(id, 3, { running, update(id, 3, 'x') }) })
  conversation.open(id, '/w')
  live(id)
  t.eq(sessions.open[id].banner:match('^replayed 1 update since '), 'replayed 1 update since ')
end)

t.it('a cursor that the daemon refuses leads to the whole, not to a mixture', function()
  local id = 'd'
  script({ ['session/resume'] = resumed(id, 5, { update(id, nil, 'of the old log') }) })
  conversation.open(id, '/w')
  live(id)
  killed(id)
  local refused = { error = { code = -32602, message = 'no', data = { epoch = 'f', head = 2 } } }
  local anew = resumed(id, 2, { update(id, nil, 'of the new log') })
  script({ ['session/resume'] = { refused, anew } })
  conversation.session(id, '/w')
  live(id)
  t.eq(shown(id), '\nof the new log')
end)

t.it('the unsent prompt and the place in the text are as they were', function()
  local id = 'e'
  script({ ['session/resume'] = resumed(id, 1, { update(id, nil, ('line\n'):rep(50)) }) })
  local session = conversation.open(id, '/w')
  live(id)
  local box = require('acpd.ui.prompt').buffer(session)
  vim.api.nvim_buf_set_lines(box, 0, -1, false, { 'half a', 'thought' })
  vim.api.nvim_win_set_cursor(vim.fn.bufwinid(session.buffer), { 12, 1 })
  conversation.remember(session, 'view', { lnum = 12, col = 1, topline = 9 })
  t.wait(function()
    return (files.read(files.path(id, '.ui.json')) or ''):find('thought')
  end, 'the prompt to be on disk')
  killed(id)
  script({ ['session/resume'] = resumed(id, 2, { update(id, 2, 'more\n') }) })
  session = conversation.open(id, '/w')
  live(id)
  t.eq(t.lines(require('acpd.ui.prompt').buffer(session)), { 'half a', 'thought' })
  t.eq(vim.api.nvim_win_get_cursor(vim.fn.bufwinid(session.buffer)), { 12, 1 })
end)

t.it('a prompt is kept until the daemon has it, and emptied then', function()
  local id = 'f'
  script({
    ['session/resume'] = resumed(id, 1, {}),
    ['_acpd/session/prompt'] = { error = { code = -32603, message = 'the disk is full' } },
  })
  local session = conversation.open(id, '/w')
  live(id)
  local prompt = require('acpd.ui.prompt')
  vim.api.nvim_buf_set_lines(prompt.buffer(session), 0, -1, false, { 'do it' })
  prompt.send(session)
  t.wait(function()
    return not session.sending
  end, 'the refusal')
  t.eq(t.lines(prompt.buffer(session)), { 'do it' })
  script({ ['_acpd/session/prompt'] = { result = { turn = 1 } } })
  prompt.send(session)
  t.wait(function()
    return not session.sending
  end, 'the answer')
  t.eq(t.lines(prompt.buffer(session)), { '' })
  t.eq(asked('_acpd/session/prompt')[2].prompt, { { type = 'text', text = 'do it' } })
end)

t.it('what is typed behind a prompt on its way stays, and what was refused comes back', function()
  local id = 'f2'
  script({
    ['session/resume'] = resumed(id, 1, {}),
    ['_acpd/session/prompt'] = { result = { turn = 1 } },
  })
  local session = conversation.open(id, '/w')
  live(id)
  local prompt = require('acpd.ui.prompt')
  local box = prompt.buffer(session)
  vim.api.nvim_buf_set_lines(box, 0, -1, false, { 'do it' })
  prompt.send(session)
  vim.api.nvim_buf_set_lines(box, -1, -1, false, { 'and then' })
  t.wait(function()
    return not session.sending
  end, 'the answer')
  t.eq(t.lines(box), { 'and then' })
  script({ ['_acpd/session/prompt'] = { error = { code = -32603, message = 'no' } } })
  vim.api.nvim_set_current_buf(session.buffer)
  vim.cmd('Acpd prompt this, too')
  t.wait(function()
    return #t.lines(box) > 1
  end, 'the refused prompt')
  t.eq(t.lines(box), { 'and then', 'this, too' })
end)

t.it('a bridge that ends is started again, and nothing is shown twice', function()
  local id = 'g'
  vim.iter(vim.tbl_keys(sessions.open)):each(killed)
  script({ ['session/resume'] = resumed(id, 1, { update(id, nil, 'one ') }) })
  conversation.open(id, '/w')
  live(id)
  vim.api.nvim_win_set_cursor(vim.fn.bufwinid(sessions.open[id].buffer), { 1, 0 })
  script({ ['_acpd/ping'] = { before = { update(id, 2, 'two ') }, exit = true, silent = true } })
  client.probe()
  t.wait(function()
    return client.state == 'down'
  end, 'the end of the bridge')
  local said = conversation.bar_words(sessions.open[id])
  t.eq(vim.startswith(said, 'acpd is not reachable (gR: try again): '), true)
  script({ ['session/resume'] = resumed(id, 3, { update(id, 3, 'three') }) })
  client.retry()
  live(id)
  t.eq(shown(id), '\none two three')
  t.eq(vim.api.nvim_win_get_cursor(vim.fn.bufwinid(sessions.open[id].buffer))[1], 1)
  local all = asked('session/resume')
  t.eq(all[#all].replayFrom.seq, 3)
end)

t.it('a bridge that has lost its daemon says so, and that it is back', function()
  local function link(params)
    return { jsonrpc = '2.0', method = '_acpd/link', params = params }
  end
  local down = link({ up = false, text = 'no route' })
  script({ ['_x'] = { before = { down }, result = {} } })
  client.request('_x', {}, function() end)
  t.wait(function()
    return client.state == 'down'
  end, 'the link to be down')
  t.eq(client.text, 'no route')
  t.eq(require('acpd').statusline(), 'acpd: not reachable')
  script({ ['_x'] = { before = { link({ up = true }) }, result = {} } })
  client.request('_x', {}, function() end)
  t.wait(function()
    return client.state == 'up'
  end, 'the link to be up')
end)

t.it('only one Neovim writes what is kept of a session', function()
  local path = files.path('lock', '.lock')
  t.eq(files.lock(path), true)
  t.eq(files.lock(path), true)
  -- Another process that lives, and one that does not.
  local child = vim.uv.spawn('sleep', { args = { '60' } }, function() end)
  local pid = child:get_pid()
  local since = vim.split(files.read('/proc/' .. pid .. '/stat'):gsub('^.*%) ', ''), ' ')[20]
  files.replace(path, ('%d %s'):format(pid, since))
  t.eq(files.lock(path), false)
  files.replace(path, ('%d %s'):format(pid, '1'))
  t.eq(files.lock(path), true)
  child:kill('sigkill')
  -- One that has ended, and that nobody waited for.
  local out = vim.uv.new_pipe()
  local ended
  child = vim.uv.spawn('sh', {
    args = { '-c', 'sleep 0.3 & echo $!; exec sleep 60' },
    stdio = { nil, out },
  }, function() end)
  out:read_start(function(_, said)
    ended = ended or said
  end)
  local function state()
    local stat = ended and files.read('/proc/' .. vim.trim(ended) .. '/stat')
    return stat and vim.split(stat:gsub('^.*%) ', ''), ' ') or {}
  end
  t.wait(function()
    return state()[1] == 'Z'
  end, 'a process to end')
  files.replace(path, ('%d %s'):format(tonumber(ended), state()[20]))
  t.eq(files.lock(path), true)
  child:kill('sigkill')
end)

t.it('a folder that cannot be written is said, and the session is shown all the same', function()
  local folder_of, say, said = files.folder, require('acpd.say'), {}
  local at = say.at
  files.folder = function()
    return '/proc/nowhere'
  end
  say.at = function(_, text)
    said[#said + 1] = text
  end
  local id = 'unkept'
  script({ ['session/resume'] = resumed(id, 1, { update(id, 1, 'shown') }) })
  local session = conversation.open(id, '/w')
  live(id)
  files.folder, say.at = folder_of, at
  t.eq(shown(id), '\nshown')
  t.eq(session.journal.kept, false)
  said = vim.tbl_filter(function(text)
    return text:find('/unkept.jsonl', 1, true) ~= nil
  end, said)
  t.eq({ #said, said[1]:match('^a conversation cannot be kept %((%w+):') }, { 1, 'ENOENT' })
end)

t.it('an id becomes no path, and what is kept is nobody else’s', function()
  t.eq(vim.fs.dirname(files.path('../../etc/passwd', '.jsonl')), files.folder())
  t.eq(files.path('a/b', '') ~= files.path('a_b', ''), true)
  t.eq(vim.fn.getfperm(files.folder()), 'rwx------')
  t.eq(vim.fn.getfperm(files.path('a', '.jsonl')), 'rw-------')
end)

t.it('what was once too much to keep is folded into items', function()
  local id = 'h'
  script({ ['session/resume'] = resumed(id, 1, {}) })
  conversation.session(id, '/w')
  live(id)
  local session = sessions.open[id]
  for seq = 2, 12000 do
    local one = update(id, seq, ('x'):rep(300) .. '\n')
    session:on_update(one.params, json.encode(one))
    if seq % 500 == 0 then
      session:flush()
    end
  end
  session:flush()
  local kept = #files.read(files.path(id, '.jsonl'))
  t.eq(kept < 12000 * 480, true)
  local before = shown(id)
  killed(id)
  script({ ['session/resume'] = resumed(id, 12000, {}) })
  conversation.session(id, '/w')
  live(id)
  t.eq(shown(id), before)
end)

client.stop()
