-- The box below a conversation: what is typed there is kept until the daemon has it on disk.
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local json = require('acpd.json')
local mentions = require('acpd.mentions')
local sessions = require('acpd.session')

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
  vim.b[buffer].acpd_session = session.id
  local kept = require('acpd.ui.conversation').remembered(session).prompt
  if type(kept) == 'table' and #kept > 0 then
    api.nvim_buf_set_lines(buffer, 0, -1, false, kept)
  end
  api.nvim_buf_attach(buffer, false, {
    on_lines = function()
      -- On the next tick: a buffer is not read while it is changed.
      vim.schedule(function()
        if api.nvim_buf_is_valid(buffer) then
          remember(session, buffer)
        end
      end)
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
  vim.wo[box].winfixheight = true
  vim.wo[box].number, vim.wo[box].relativenumber, vim.wo[box].signcolumn = false, false, 'no'
  vim.wo[box].wrap, vim.wo[box].linebreak = true, true
  vim.wo[box].winbar = 'Prompt · send with <C-s>, or <CR> in normal mode · g?: keys'
  return box
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
function M.deliver(session, text, done)
  session:reopen() -- before the prompt, on the same way: it is attached when it starts
  local blocks = mentions.blocks(text, session.cwd)
  client.request('_acpd/session/prompt', { sessionId = session.id, prompt = blocks }, done)
end

--- Sends what stands in the box; the box is emptied when the daemon has it.
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
  deliver(session, table.concat(lines, '\n'), function(trouble)
    session.sending = false
    if trouble then
      return warn('not sent, and kept here: ' .. tostring(json.get(trouble, 'message')))
    end
    if api.nvim_buf_is_valid(buffer) and vim.deep_equal(lines_of(buffer), lines) then
      api.nvim_buf_set_lines(buffer, 0, -1, false, {})
    end
  end)
end

--- The session whose box or conversation is the current buffer.
function M.here()
  return sessions.open[buffers.session_here() or '']
end

return M
