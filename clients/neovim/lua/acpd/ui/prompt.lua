-- The box below a conversation: what is typed there is kept until the daemon has it on disk.
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local json = require('acpd.json')
local mentions = require('acpd.mentions')
local sessions = require('acpd.session')
local text = require('acpd.model.text')
local watch = require('acpd.watch')
local workspace = require('acpd.workspace')

local api = vim.api
local M = {}

local function lines_of(buffer)
  return api.nvim_buf_get_lines(buffer, 0, -1, false)
end

local function empty(lines)
  return vim.trim(table.concat(lines, '\n')) == ''
end

local function remember(session, buffer)
  local lines = lines_of(buffer)
  -- Nothing, too, since that is what a sent prompt leaves.
  require('acpd.ui.conversation').remember(session, 'prompt', empty(lines) and {} or lines)
end

local function setup(buffer, session)
  local id = session.id
  vim.b[buffer].acpd_session = id
  local kept = require('acpd.ui.conversation').remembered(session).prompt
  if type(kept) == 'table' and #kept > 0 then
    api.nvim_buf_set_lines(buffer, 0, -1, false, kept)
  end
  api.nvim_buf_attach(buffer, false, {
    on_lines = function()
      -- On the next tick: a buffer is not read while it is changed.
      vim.schedule(function()
        -- The one that is open now: its conversation may have been closed and opened since.
        if api.nvim_buf_is_loaded(buffer) and sessions.open[id] then
          remember(sessions.open[id], buffer)
        end
      end)
    end,
  })
  api.nvim_create_autocmd('InsertEnter', {
    buffer = buffer,
    callback = function()
      workspace.files(session.cwd or vim.fn.getcwd()) -- known when it is completed
    end,
  })
end

function M.buffer(session)
  return (
    buffers.get('acpd://prompt/' .. session.id, 'acpdprompt', function(new)
      setup(new, session)
    end)
  )
end

--- Opens the box below `window`, and goes back there.
function M.open(session, window)
  local buffer = M.buffer(session)
  if vim.fn.bufwinid(buffer) ~= -1 then
    return vim.fn.bufwinid(buffer)
  end
  local box = api.nvim_open_win(buffer, false, {
    win = window,
    split = 'below',
    height = require('acpd.config').get().prompt_height,
  })
  buffers.set_window(box, {
    winfixheight = true,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    wrap = true,
    linebreak = true,
    winbar = "%{%v:lua.require'acpd.ui.prompt'.bar()%}",
  })
  return box
end

--- A box goes with the last window of its conversation in a tab; `leaving`: that window, which is
--- about to go. The last window of all stays.
function M.close_orphans(session, leaving)
  local tabs = {}
  for _, window in ipairs(vim.fn.win_findbuf(session.buffer)) do
    if window ~= leaving then
      tabs[api.nvim_win_get_tabpage(window)] = true
    end
  end
  local box = buffers.find('acpd://prompt/' .. session.id)
  for _, window in ipairs(box and vim.fn.win_findbuf(box) or {}) do
    local tab = api.nvim_win_get_tabpage(window)
    local alone = #api.nvim_list_tabpages() == 1 and #api.nvim_tabpage_list_wins(tab) == 1
    if not tabs[tab] and not alone then
      api.nvim_win_close(window, true)
    end
  end
end

--- Above the box: its keys, or the prompts that wait, which may be other people's.
function M.bar()
  local session = M.here()
  local queue = session and watch.queues[session.id] or {}
  if #queue == 0 then
    return buffers.bar('Prompt · send with <C-s>, or <CR> in normal mode · g?: keys')
  end
  local parts = { ('Prompt · %d queued (gq: change)'):format(#queue) }
  for _, queued in ipairs(queue) do
    local whose = queued.own and '' or ' (of another editor)'
    parts[#parts + 1] = ('%d. %s%s'):format(queued.place, M.words_of(queued, 40), whose)
  end
  return buffers.bar(table.concat(parts, ' · '))
end

--- A queued prompt in one line.
function M.words_of(queued, most)
  return text.line(text.said(queued.prompt), most)
end

--- From the conversation, or anywhere: into the box, ready to type.
function M.focus(session)
  local window = vim.fn.bufwinid(session.buffer)
  local box = M.open(session, window ~= -1 and window or 0)
  api.nvim_set_current_win(box)
  vim.cmd('startinsert!')
end

local warn = require('acpd.say').warn

--- Given to the daemon; `done` when it is on disk there, or with why not.
function M.deliver(session, said, done)
  session:reopen() -- before the prompt, on the same way: it is attached when it starts
  local blocks = mentions.blocks(said, session)
  client.request('_acpd/session/prompt', { sessionId = session.id, prompt = blocks }, done)
end

--- When the connection ends before the answer, nobody knows: the conversation will show it or not.
function M.refused(trouble)
  local gone = trouble.code == require('acpd.rpc').gone
  local what = gone and 'perhaps not sent, and kept here: ' or 'not sent, and kept here: '
  warn(what .. tostring(json.get(trouble, 'message')))
end

--- What could not be sent stands in the box again, behind what is typed there.
function M.keep(session, said)
  local buffer = M.buffer(session)
  local lines = vim.split(said, '\n')
  api.nvim_buf_set_lines(buffer, empty(lines_of(buffer)) and 0 or -1, -1, false, lines)
end

--- The daemon has `sent`: it leaves the box; what was typed behind it meanwhile stays.
local function take_out(buffer, sent)
  local now = api.nvim_buf_is_valid(buffer) and table.concat(lines_of(buffer), '\n') or ''
  if sent ~= '' and vim.startswith(now, sent) then
    local rest = now:sub(#sent + 1):gsub('^\n', '')
    api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(rest, '\n'))
  end
end

--- Sends what stands in the box; it leaves the box when the daemon has it.
function M.send(session, deliver)
  local buffer = M.buffer(session)
  local lines = lines_of(buffer)
  if empty(lines) then
    return
  elseif client.state ~= 'up' then
    client.retry()
    return warn('not sent, and kept here: ' .. require('acpd.model.words').unreachable(client.text))
  elseif session.sending then
    return warn('the last prompt is still on its way to the daemon')
  end
  session.sending = true
  deliver = deliver or M.deliver
  local said = table.concat(lines, '\n')
  deliver(session, said, function(trouble)
    session.sending = false
    if trouble then
      return M.refused(trouble)
    end
    take_out(buffer, said)
  end)
end

--- The session whose box or conversation is the current buffer.
function M.here()
  return sessions.open[buffers.session_here() or '']
end

return M
