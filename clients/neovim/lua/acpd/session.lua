-- One open session: its model, its buffer, what is kept of it on disk, and where it stands in the
-- daemon's log. Owned by sessions in `open`; ends with its buffer.
-- An update is drawn, then written to the journal, and then counts: a Neovim that is killed at any
-- moment goes on behind the last update that was shown. When the connection ends, what lies on disk
-- is loaded again, so that there is one way back and not two.
local client = require('acpd.client')
local conversation = require('acpd.model.conversation')
local journal = require('acpd.journal')
local json = require('acpd.json')
local loop = require('acpd.loop')
local tools = require('acpd.model.tools')
local view = require('acpd.ui.view')
local words = require('acpd.model.words')

local M = { open = {} }
M.__index = M

--- phase: attaching (from a cursor), loading (from the start), live, away (no connection),
--- closed (by this Neovim: nothing of it comes any more), gone (the daemon has it no more), refused
function M.new(id, cwd, buffer)
  local self = setmetatable({
    id = id,
    cwd = cwd,
    buffer = buffer,
    phase = 'away',
    pending = {},
    count = 0,
    banner = '',
  }, M)
  self.model = conversation.new()
  self.view = view.new(buffer, self.model)
  self.journal = journal.open(id)
  M.open[id] = self
  return self
end

-- What lies on disk.

--- Shows what was shown. Nothing on disk, or nothing that can be read: from the start, then.
function M:restore()
  local kept = self.journal:read()
  if not kept then
    return
  end
  self.model = conversation.load(kept.head, kept.items)
  self.cursor = { epoch = kept.head.epoch, seq = kept.head.seq, at = kept.head.at }
  self.cwd = self.cwd or kept.head.cwd
  for _, params in ipairs(kept.updates) do
    self.model:apply(params)
    self:passed(params)
  end
  self.view:reset(self.model)
  self:draw()
  -- Half a line may stand at the end of the file; nothing may be written behind it.
  self:fold()
end

--- Writes the journal anew, items instead of updates.
function M:fold()
  if not self.cursor then
    return
  end
  local head, items = self.model:dump()
  head.cwd, head.epoch, head.seq, head.at =
    self.cwd, self.cursor.epoch, self.cursor.seq, self.cursor.at
  self.journal:rewrite(head, items)
end

-- Updates.

function M:passed(params)
  local meta = json.get(params, '_meta') or {}
  local seq = json.get(meta, 'acpd/seq')
  if seq then
    self.cursor = {
      epoch = json.get(meta, 'acpd/epoch') or (self.cursor or {}).epoch,
      seq = seq,
      at = json.get(meta, 'acpd/at') or (self.cursor or {}).at,
    }
  end
end

function M:on_update(params, line)
  if self.phase ~= 'attaching' and self.phase ~= 'loading' and self.phase ~= 'live' then
    return -- of an attachment that has ended: it comes again
  end
  self.model:apply(params)
  table.insert(self.pending, { params = params, line = line })
  if tools.ends(params.update) then
    require('acpd.reload').soon()
  end
  local numbered = json.get(params, '_meta', 'acpd/seq')
  if self.phase == 'attaching' and numbered and params.update.sessionUpdate ~= 'state_update' then
    self.count = self.count + 1
  end
  if not self.due then
    self.due = true
    loop.soon(function()
      self.due = false
      self:flush()
    end)
  end
end

--- Draw, write, count: in this order.
function M:flush()
  if not vim.api.nvim_buf_is_valid(self.buffer) then
    return
  end
  local pending = self.pending
  self.pending = {}
  self:draw()
  local grown = false
  if self.phase ~= 'loading' then
    grown = self.journal:append(vim.tbl_map(function(one)
      return one.line
    end, pending))
  end
  for _, one in ipairs(pending) do
    self:passed(one.params)
  end
  if grown then
    self:fold()
  end
end

function M:draw()
  self.view:draw(self.model:take_changes())
  if not self.whole then
    self.view:unload(require('acpd.config').get().history)
  end
  if self.model.facts_changed then
    self.model.facts_changed = false
    require('acpd.watch').changed()
  end
end

-- Attaching.

function M:attach()
  if self.phase == 'attaching' or self.phase == 'loading' then
    return
  end
  self.phase = self.cursor and 'attaching' or 'loading'
  self.count, self.since = 0, self.cursor and self.cursor.at
  self.banner_row = vim.api.nvim_buf_line_count(self.buffer) - 1
  local from = { type = 'start' }
  if self.cursor then
    from = { type = '_acpd/seq', epoch = self.cursor.epoch, seq = self.cursor.seq + 1 }
  end
  local attempt = {}
  self.attempt = attempt
  client.request('session/resume', {
    sessionId = self.id,
    cwd = self.cwd,
    replayFrom = from,
  }, function(trouble, result)
    if self.attempt ~= attempt then
      return
    elseif trouble then
      self:not_attached(trouble)
    else
      self:attached(result)
    end
  end)
end

function M:attached(result)
  local loaded = self.phase == 'loading'
  self:take_facts(result)
  self:flush()
  self.phase = 'live'
  local cursor = json.get(result, '_meta', 'acpd/cursor')
  if cursor then
    local at = (self.cursor or {}).at or os.date('!%Y-%m-%dT%H:%M:%SZ')
    self.cursor = { epoch = cursor.epoch, seq = cursor.seq, at = at }
  end
  if loaded then
    self:fold()
  else
    self.banner = words.banner(self.count, self.since)
    self.view:banner(self.banner_row, self.banner)
  end
  self:told()
end

function M:take_facts(result)
  self.model:take_offers(result)
  self.model.facts_changed = true
end

function M:not_attached(trouble)
  if trouble.code == require('acpd.rpc').gone then
    return self:detached()
  elseif trouble.code == -32602 and json.get(trouble, 'data', 'epoch') and self.cursor then
    -- The daemon's log is another one than that which was shown: only the whole is right.
    require('acpd.say').warn('the daemon cannot go on where this buffer is; it is loaded anew')
    return self:load_anew()
  end
  self.phase = trouble.code == -32002 and 'gone' or 'refused'
  self.trouble = trouble.message
  self:told()
end

--- From the start, as if nothing had been kept.
function M:load_anew()
  self.model, self.cursor, self.pending, self.phase = conversation.new(), nil, {}, 'away'
  self.view:reset(self.model)
  self:attach()
end

--- Closed for this connection; a prompt opens it again.
function M:closed()
  self:flush()
  self.phase = 'closed'
  self:told()
end

function M:reopen()
  if self.phase == 'closed' then
    self.phase = 'away'
    self:attach()
  end
end

--- The connection is gone: what counts is what lies on disk.
function M:detached()
  self.attempt = nil
  if self.phase == 'gone' or self.phase == 'refused' then
    return
  end
  if self.cursor then
    self:flush() -- what came whole counts
  end
  self.pending, self.phase = {}, 'away'
  if self.journal.kept and self.cursor then
    self.journal:close_file()
    self.view:in_place(function()
      self:restore()
    end)
  else
    self.cursor = nil -- nothing is kept: the whole comes again
    self.model = conversation.new()
    self.view:reset(self.model)
  end
  self:told()
end

function M:told()
  require('acpd.watch').changed()
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'AcpdSession',
    modeline = false,
    data = { session_id = self.id, phase = self.phase, banner = self.banner },
  })
end

function M:close()
  M.open[self.id] = nil
  self.attempt = nil
  if #self.pending == 0 and self.phase == 'live' then
    self:fold()
  end
  self.journal:close()
  if self.phase == 'live' then
    client.request('_acpd/session/detach', { sessionId = self.id }, function() end)
  end
end

client.on('update', function(params, line)
  local session = M.open[params.sessionId]
  if session then
    session:on_update(params, line)
  end
end)

client.on('up', function()
  for _, session in pairs(M.open) do
    if session.phase == 'away' then
      session:attach()
    end
  end
end)

client.on('lost', function()
  for _, session in pairs(M.open) do
    session:detached()
  end
end)

return M
