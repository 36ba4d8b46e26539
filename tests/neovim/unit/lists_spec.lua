-- What the list of sessions, the inbox and the statusline say, in words.
local t = require('harness')
local client = require('acpd.client')
local watch = require('acpd.watch')

require('acpd').setup({ command = vim.v.progpath })
client.state = 'up'

local function session(id, facts, more)
  return vim.tbl_extend('force', {
    sessionId = id,
    cwd = '/w',
    title = id,
    updatedAt = os.date('!%Y-%m-%dT%H:%M:%SZ', os.time() - 7200),
    _meta = { acpd = facts },
  }, more or {})
end

local function listed(all, archived_too)
  watch.sessions, watch.known = {}, true
  for _, one in ipairs(all) do
    watch.sessions[one.sessionId] = one
  end
  local sessions = require('acpd.ui.sessions')
  sessions.archived_too = archived_too or false
  return sessions.render(100)
end

--- The line that contains a text, with single spaces.
local function line_with(lines, text)
  for _, line in ipairs(lines) do
    if line:find(text, 1, true) then
      return (vim.trim(line):gsub('%s+', ' '))
    end
  end
end

t.it('each state has its word, an icon, its agent and its age; a job its progress', function()
  local progress = { done = 45, total = 100, unit = 'files' }
  local lines = listed({
    session('job', { state = 'running', agent = 'runner', progress = progress }),
    session('asks', { state = 'requires_action', agent = 'codex', queued = 2 }),
    session('rests', { state = 'idle', agent = 'codex' }),
    session('broke', { state = 'interrupted', agent = 'codex' }),
    session('odd', { state = 'of another world' }),
  })
  t.eq(
    line_with(lines, 'job'),
    '▶ running job █████░░░░░ 45/100 files runner 2 h'
  )
  t.eq(line_with(lines, 'asks'), '◆ needs you asks codex 2 h 2 queued')
  t.eq(line_with(lines, 'rests'), '○ idle rests codex 2 h')
  t.eq(line_with(lines, 'broke'), '✗ interrupted broke codex 2 h')
  t.eq(line_with(lines, 'odd'), '? unknown odd 2 h')
end)

t.it(
  'sessions stand below their workspace, with its index; a new one without a title, too',
  function()
    local index = { indexed = 3, total = 3, pending = 0, complete = true }
    local lines, rows = listed({
      session('a', { state = 'idle', index = index }),
      session('b', { state = 'idle' }, { cwd = '/other', title = vim.NIL }),
      session('c', { state = 'idle' }, { archived = true }),
    })
    t.eq({ line_with(lines, '/w'), line_with(lines, '/other') }, { '/w index: 3 files', '/other' })
    t.eq(line_with(lines, 'other b'), '○ idle other b 2 h')
    for index_of, line in ipairs(lines) do
      local is_session = line:find('idle') ~= nil
      t.eq({ line, rows[index_of].sessionId ~= nil }, { line, is_session })
    end
    t.eq({ line_with(lines, '○ idle c'), #rows }, { nil, #lines })
    lines = listed({ session('c', { state = 'idle' }, { archived = true }) }, true)
    t.eq(line_with(lines, 'archived'), '○ idle c 2 h archived')
  end
)

t.it('no session, no answer yet and no daemon are three things', function()
  t.eq(listed({})[1], 'No sessions yet. n: new session')
  watch.known = false
  t.eq(require('acpd.ui.sessions').render(80)[1], 'Waiting for acpd')
  client.state, client.text = 'down', 'no route'
  t.eq(require('acpd.ui.sessions').render(80)[1], 'acpd is not reachable (gR: try again): no route')
  t.eq(require('acpd').statusline(), 'acpd: not reachable')
  client.state = 'up'
end)

t.it('the statusline counts what waits and what runs, and says how far the one is', function()
  local statusline = require('acpd').statusline
  local progress = { done = 45, total = 100, unit = 'files' }
  listed({ session('a', { state = 'running', progress = progress }) })
  watch.asked = { q = { id = 'q', sessionId = 'b' } }
  t.eq(statusline(), 'acpd: ◆ 1 needs you, ▶ 1 running 45/100 files')
  listed({ session('a', { state = 'running' }), session('b', { state = 'running' }) })
  watch.asked = {}
  t.eq(statusline(), 'acpd: ▶ 2 running')
  listed({ session('a', { state = 'idle' }) })
  t.eq(statusline(), '')
end)

local function question(params)
  return {
    id = 'q',
    sessionId = 's',
    agent = 'codex',
    title = 'Fix it',
    method = 'session/request_permission',
    askedAt = os.date('!%Y-%m-%dT%H:%M:%SZ'),
    params = params,
  }
end

t.it('a question stands with who asks, since when, its diff or command, and its answers', function()
  local inbox = require('acpd.ui.inbox')
  local options = { { optionId = 'y', name = 'Yes', kind = 'allow_once' } }
  local patch = '--- /w/a\n+++ /w/a\n@@ -1 +1 @@\n-old\n+new'
  local change = { type = 'diff', changes = { { operation = 'modify', path = '/w/a' } } }
  change.patch = { format = 'git', text = patch }
  local call = { toolCallId = 'c', title = 'Edit a', content = { change } }
  local lines = inbox.entry(question({ toolCall = call, options = options }))
  t.eq(lines[1], '◆ Edit a')
  t.eq(lines[2]:match('^  codex · Fix it · asked %d%d:%d%d$') ~= nil, true)
  t.eq(vim.list_slice(lines, 3, 3), { '      modify /w/a' })
  t.eq({ vim.trim(lines[7]), vim.trim(lines[8]) }, { '-old', '+new' })
  t.eq({ lines[#lines - 1], lines[#lines] }, { '  [1] Yes', '' })
  -- As v1 agents ask: with both texts.
  change = { type = 'diff', path = '/w/a', oldText = 'same\nold\n', newText = 'same\nnew\n' }
  call = { toolCallId = 'c', title = 'Edit a', content = { change } }
  lines = inbox.entry(question({ toolCall = call, options = options }))
  t.eq({ lines[3], lines[5] }, { '      modify /w/a', '       same' })
  t.eq({ vim.trim(lines[6]), vim.trim(lines[7]) }, { '-old', '+new' })
  change.oldText, change.newText = nil, 'new\n'
  lines = inbox.entry(question({ toolCall = call, options = options }))
  t.eq({ lines[3], vim.trim(lines[5]) }, { '      add /w/a', '+new' })
  change.newText = ('x\n'):rep(200000)
  lines = inbox.entry(question({ toolCall = call, options = options }))
  t.eq(vim.trim(lines[4]), 'too long to be compared here: gd shows it')
  call = { toolCallId = 'c', title = 'Run', rawInput = { command = 'make all' } }
  lines = inbox.entry(question({ toolCall = call, options = options }))
  t.eq(lines[3], '    $ make all')
end)

t.it('of a long diff the inbox shows the beginning, and says how to see the rest', function()
  local call = { toolCallId = 'c', title = 'Write', content = { { type = 'content' } } }
  call.content[1].content = { type = 'text', text = ('x\n'):rep(100) }
  local lines = require('acpd.ui.inbox').entry(question({ toolCall = call, options = {} }))
  t.eq(lines[43], '    … 61 lines more (gd)')
  t.eq(lines[44], '  [<CR>] answer')
end)
