-- The connection and what a person sees of it, against a peer that answers from a script.
local t = require('harness')
local client = require('acpd.client')
local conversation = require('acpd.ui.conversation')
local daemon = require('daemon')
local files = require('acpd.files')
local json = require('acpd.json')
local sessions = require('acpd.session')

daemon.start()

--- A connection of its own, with these answers.
local function reconnected(answers, state)
  client.stop()
  daemon.script(answers)
  client.retry()
  t.wait(function()
    return client.state == state
  end, 'the state ' .. state)
end

local function initialized(version, extensions)
  return {
    initialize = {
      result = {
        protocolVersion = version,
        info = { name = 'peer', version = '1' },
        capabilities = { session = {}, _meta = { acpd = extensions } },
      },
    },
  }
end

t.it('a version that is too old on either side is one sentence in the list, in one line', function()
  local cases = {
    { initialized(1), 'this acpd speaks ACP 1 only, the plugin needs 2: update acpd' },
    { initialized(2, { version = 9 }), 'this acpd has extensions of version 9' },
    { initialized(2), 'what answers is not an acpd daemon' },
  }
  for _, case in ipairs(cases) do
    reconnected(case[1], 'down')
    local lines = require('acpd.ui.sessions').render(80)
    local said = vim.startswith(lines[1], 'acpd is not reachable (gR: try again): ' .. case[2])
    t.eq({ lines[1], said }, { lines[1], true })
  end
  reconnected({}, 'up')
end)

t.it('agents complete without waiting: as they were said when the daemon was reached', function()
  local agents = { { name = 'codex', title = 'Codex' }, { name = 'runner', title = 'Runner' } }
  require('acpd.command').all()
  reconnected({ ['_acpd/agents/list'] = { result = { agents = agents } } }, 'up')
  t.wait(function()
    return #vim.fn.getcompletion('Acpd new ', 'cmdline') == 2
  end, 'the agents')
  t.eq(vim.fn.getcompletion('Acpd import co', 'cmdline'), { 'codex' })
end)

t.it('a mistake of the plugin is said, and costs one line of what the daemon says', function()
  local said, answered = {}, false
  local at = require('acpd.say').at
  require('acpd.say').at = function(level, text)
    said[#said + 1] = { level, text:match('mistake in the plugin: .*a mistake') ~= nil }
  end
  client.on('told', function(method)
    assert(method ~= '_mistaken', 'a mistake')
  end)
  local told = { jsonrpc = '2.0', method = '_mistaken', params = {} }
  daemon.script({ _x = { before = { told }, result = {} } })
  client.request('_x', {}, function()
    answered = true
  end)
  t.wait(function()
    return answered
  end, 'the answer behind it')
  require('acpd.say').at = at
  t.eq(said, { { vim.log.levels.ERROR, true } })
end)

--- A completion or map of somebody else's that waits in the middle of an insertion.
local function in_an_insertion(act)
  vim.cmd.enew()
  vim.keymap.set('i', '<F2>', function()
    act()
    return ''
  end, { expr = true })
  vim.fn.feedkeys(vim.keycode('i<F2><Esc>'), 'x')
  vim.cmd('bwipeout!')
end

t.it('what comes while no text may be changed is drawn and kept when it may', function()
  local id = 'locked'
  daemon.script({ ['session/resume'] = daemon.resumed(id, 1, {}) })
  conversation.open(id, '/w')
  daemon.live(id)
  daemon.script({ _x = { before = { daemon.update(id, 2, 'meanwhile') }, result = {} } })
  local locked
  in_an_insertion(function()
    client.request('_x', {}, function() end)
    vim.wait(200, function()
      return daemon.shown(id):find('meanwhile') ~= nil
    end, 5)
    locked = require('acpd.loop').text_is_locked()
  end)
  t.eq(locked, true)
  t.wait(function()
    return daemon.shown(id) == '\nmeanwhile'
  end, 'the text')
  t.wait(function()
    return (files.read(files.path(id, '.jsonl')) or ''):find('meanwhile') ~= nil
  end, 'it on disk')
  t.eq(sessions.open[id].cursor.seq, 2)
end)

t.it('a drawing that was asked for before text was locked waits, too', function()
  local id = 'locked'
  local one = daemon.update(id, 3, ', and again')
  in_an_insertion(function()
    sessions.open[id]:on_update(one.params, json.encode(one))
    require('acpd.watch').changed()
    vim.wait(50)
  end)
  t.wait(function()
    return daemon.shown(id) == '\nmeanwhile, and again'
  end, 'the text')
  t.eq(vim.v.errmsg, '')
end)

t.it('files are looked at again when what was missed has a tool call that ended', function()
  local id, looked = 'replayed', 0
  daemon.script({ ['session/resume'] = daemon.resumed(id, 1, {}) })
  conversation.open(id, '/w')
  daemon.live(id)
  local reload = require('acpd.reload')
  local soon = reload.soon
  reload.soon = function()
    looked = looked + 1
  end
  local ended = { sessionUpdate = 'tool_call_update', toolCallId = 'c', status = 'completed' }
  client.stop()
  sessions.open[id]:detached()
  reconnected({
    ['session/resume'] = daemon.resumed(id, 2, { daemon.update(id, 2, '', ended) }),
  }, 'up')
  daemon.live(id)
  reload.soon = soon
  t.eq(looked, 1)
end)

t.it('an open session says when it is attached and when it is lost, with its banner', function()
  local id, said = 'told', {}
  local watching = vim.api.nvim_create_autocmd('User', {
    pattern = 'AcpdSession',
    callback = function(event)
      said[#said + 1] = { event.data.session_id, event.data.phase, event.data.banner }
    end,
  })
  daemon.script({ ['session/resume'] = daemon.resumed(id, 1, {}) })
  conversation.open(id, '/w')
  daemon.live(id)
  sessions.open[id]:detached()
  vim.api.nvim_del_autocmd(watching)
  t.eq(said, { { id, 'live', '' }, { id, 'away', '' } })
end)

-- :checkhealth, where there is a daemon.

--- What is said with these answers; `patience` false: as if it had not answered in time.
local function health_with(answers, extensions, patience)
  local all = vim.tbl_extend('error', initialized(2, extensions), answers)
  reconnected(all, 'up')
  local wait, said = vim.wait, {}
  local health = vim.health
  rawset(vim, 'wait', function(ms, ...)
    return (patience ~= false or ms < 10000) and wait(ms, ...)
  end)
  local recorded = {}
  for _, kind in ipairs({ 'start', 'ok', 'info', 'warn', 'error' }) do
    recorded[kind] = health[kind]
    rawset(health, kind, function(text, how)
      said[#said + 1] = ('%s %s%s'):format(kind, text, how and (' -> ' .. how[1]) or '')
    end)
  end
  require('acpd.health').check()
  for kind, own in pairs(recorded) do
    rawset(health, kind, own)
  end
  rawset(vim, 'wait', wait)
  return said
end

local function has(said, line)
  t.eq({ line, vim.tbl_contains(said, line), said }, { line, true, said })
end

t.it('health says which daemon answers, what troubles it, and what it cannot do', function()
  local status = { version = '0.1.0', pid = 7, sessions = 3 }
  local searches = { version = 1, methods = { '_acpd/index/search' } }
  local said = health_with({ ['_acpd/status'] = { result = status } }, searches)
  has(said, 'ok daemon 0.1.0, pid 7, 3 sessions')
  t.eq(said[2], 'ok Neovim ' .. tostring(vim.version()))
  t.eq(#vim.tbl_filter(function(line)
    return line:find('^ok .*peer%.mjs: ') ~= nil
  end, said), 1)
  for _, line in ipairs(said) do
    t.eq({ line, line:find('^start ') or line:find('^ok ') }, { line, 1 })
  end
  status.trouble = 'the disk is full'
  said = health_with({ ['_acpd/status'] = { result = status } }, { version = 1 })
  has(said, 'warn the disk is full')
  has(said, 'info this daemon has no code index for clients: :Acpd search will say so')
end)

t.it('health says that the daemon refuses, or is silent', function()
  local refused = { error = { code = -32000, message = 'not for you' } }
  local said = health_with({ ['_acpd/status'] = refused }, { version = 1 })
  has(said, 'error not for you -> `acpctl doctor` says more')
  said = health_with({ ['_acpd/status'] = { silent = true } }, { version = 1 }, false)
  has(said, 'error the daemon did not answer in 10 seconds -> `acpctl doctor` says more')
end)

client.stop()
