-- What the daemon says of all sessions: their states, and what waits for a person. One table each,
-- kept by `_acpd/watch/changed`; lists and the inbox are drawn from here, the statusline counts
-- here, and here it is noticed that something finished, failed or needs somebody.
local client = require('acpd.client')
local json = require('acpd.json')
local loop = require('acpd.loop')

local M = {
  sessions = {}, -- id → item of session/list
  asked = {}, -- id → question, as in _acpd/pending/list
  queues = {}, -- sessionId → prompts that wait, as in _acpd/queue/list
  known = false, -- the daemon has told everything at least once
}

local listeners = {}

--- Called after every change, at most once a tick.
function M.on_change(listener)
  table.insert(listeners, listener)
end

local due = false
function M.changed()
  if due then
    return
  end
  due = true
  loop.soon(function()
    due = false
    for _, listener in ipairs(listeners) do
      listener()
    end
  end)
end

function M.facts(session)
  return json.get(session, '_meta', 'acpd') or {}
end

--- A person's word for a session: its title, else where it works.
function M.title(session)
  local text = require('acpd.model.text')
  local title = json.get(session, 'title')
  if title and title ~= '' then
    return text.line(title, 60)
  end
  local short = tostring(session.sessionId):gsub('^acpd%-', ''):sub(1, 6)
  return vim.fs.basename(session.cwd or '') .. ' ' .. short
end

-- Events.

local function autocommand(pattern, data)
  vim.api.nvim_exec_autocmds('User', { pattern = pattern, data = data, modeline = false })
end

local busy = { running = true, requires_action = true }
local lately_s = 10 -- clocks that differ by more hide how a new session ended

--- Told of for the first time, it may be over already; what only comes back from the archive has
--- done nothing lately.
local function has_begun_lately(session)
  local lately = os.date('!%Y-%m-%dT%H:%M:%S', os.time() - lately_s)
  return M.facts(session).turn ~= 0 and (session.updatedAt or '') >= lately
end

local function announce(before, session)
  local was, now = before and M.facts(before), M.facts(session)
  local another_turn
  if was then
    another_turn = was.turn ~= now.turn
  else
    another_turn = has_begun_lately(session)
  end
  if was and was.state == now.state and was.outcome == now.outcome and not another_turn then
    return
  end
  local data = {
    session_id = session.sessionId,
    title = M.title(session),
    state = now.state,
    outcome = now.outcome,
  }
  autocommand('AcpdState', data)
  -- A turn may be over before anybody was told that it runs.
  if not busy[now.state] and (another_turn or (was and busy[was.state])) then
    local failed = now.state == 'interrupted'
      or (now.outcome and now.outcome ~= 'end_turn' and now.outcome ~= 'cancelled')
    autocommand(failed and 'AcpdFailed' or 'AcpdFinished', data)
  end
end

local function put_session(session)
  local before = M.sessions[session.sessionId]
  M.sessions[session.sessionId] = session
  announce(before, session)
end

function M.put_question(question)
  local before = M.asked[question.id]
  M.asked[question.id] = vim.tbl_extend('keep', question, before or {})
  if not before then
    autocommand('AcpdNeedsYou', {
      id = question.id,
      session_id = question.sessionId,
      title = require('acpd.model.question').read(question).title,
    })
  end
  M.changed()
end

function M.settle(id)
  if M.asked[id] then
    M.asked[id] = nil
    autocommand('AcpdAnswered', { id = id })
    M.changed()
  end
end

-- What comes.

local function reset(params)
  local before, asked = M.sessions, M.asked
  M.sessions, M.asked, M.known = {}, {}, true
  for _, session in ipairs(params.sessions or {}) do
    M.sessions[session.sessionId] = session
    if before[session.sessionId] then
      announce(before[session.sessionId], session)
    end
  end
  for _, question in ipairs(params.asked or {}) do
    M.asked[question.id] = asked[question.id]
    M.put_question(question)
  end
end

--- A session's questions go with it.
local function forget_questions(session)
  for id, question in pairs(M.asked) do
    if question.sessionId == session then
      M.settle(id)
    end
  end
end

local function changed(params)
  for _, session in ipairs(params.sessions or {}) do
    put_session(session)
  end
  for _, id in ipairs(params.removed or {}) do
    M.sessions[id], M.queues[id] = nil, nil
    forget_questions(id)
  end
  for _, question in ipairs(params.asked or {}) do
    M.put_question(question)
  end
  for _, id in ipairs(params.settled or {}) do
    M.settle(id)
  end
end

local reading = {} -- sessions whose queue is asked for: id → it has changed again meanwhile

--- A state says that prompts wait; their words are asked for, one answer at a time.
local function read_queue(id)
  if reading[id] ~= nil then
    reading[id] = true
    return
  end
  reading[id] = false
  client.request('_acpd/queue/list', { sessionId = id }, function(_, result)
    local again = reading[id]
    reading[id] = nil
    if again then
      return read_queue(id)
    end
    M.queues[id] = json.get(result, 'queue')
    M.changed()
  end)
end

local function on_state(params)
  if #(json.get(params, 'queue') or {}) > 0 then
    return read_queue(params.sessionId)
  elseif reading[params.sessionId] ~= nil then
    reading[params.sessionId] = true
  end
  M.queues[params.sessionId] = nil
  M.changed()
end

client.on('told', function(method, params)
  if method == '_acpd/watch/changed' then
    (params.reset == true and reset or changed)(params)
    M.changed()
  elseif method == '_acpd/state' then
    on_state(params)
  end
end)

client.on('lost', function()
  M.queues = {}
end)

--- What is asked on a session's own stream has the same id as in the watch.
client.on('asked', function(id, method, params)
  local session = M.sessions[params.sessionId] or {}
  M.put_question({
    id = id,
    method = method,
    params = params,
    sessionId = params.sessionId,
    agent = M.facts(session).agent,
    cwd = session.cwd,
    title = json.get(session, 'title'),
    askedAt = os.date('!%Y-%m-%dT%H:%M:%SZ'),
  })
end)

client.on('withdrawn', M.settle)

client.on('state', function()
  M.changed()
end)

--- Sessions by workspace, the busiest and newest first.
---@return {cwd: string, sessions: table[]}[]
function M.by_workspace(archived_too)
  local places, order = {}, {}
  local all = vim.tbl_filter(function(session)
    return archived_too or session.archived ~= true
  end, vim.tbl_values(M.sessions))
  table.sort(all, function(a, b)
    local first, second = a.updatedAt or '', b.updatedAt or ''
    return first == second and a.sessionId < b.sessionId or first > second
  end)
  for _, session in ipairs(all) do
    local place = places[session.cwd]
    if not place then
      place = { cwd = session.cwd, sessions = {} }
      places[session.cwd] = place
      order[#order + 1] = place
    end
    table.insert(place.sessions, session)
  end
  return order
end

---@return table[] questions, the oldest first
function M.questions()
  local all = vim.tbl_values(M.asked)
  table.sort(all, function(a, b)
    local first, second = a.askedAt or '', b.askedAt or ''
    return first == second and a.id < b.id or first < second
  end)
  return all
end

function M.count(state)
  return #vim.tbl_filter(function(session)
    return M.facts(session).state == state
  end, vim.tbl_values(M.sessions))
end

return M
