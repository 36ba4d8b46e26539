-- JSON-RPC over a child process' stdin and stdout, one message a line.
-- Owned by the client; made anew for each process. Everything it calls back runs on Neovim's main
-- loop, in the order in which it was written by the peer. Reading stops while more lines wait than
-- are worked off, and work is cut into slices, so that typing never waits for the peer.
local json = require('acpd.json')
local lines = require('acpd.lines')
local loop = require('acpd.loop')

local uv = vim.uv
local M = {}
M.__index = M

local slice_ns = 8e6 -- of work between two looks at what the person types
local waiting_most, waiting_least = 4096, 1024 -- lines: where reading stops and goes on

---@class acpd.rpc_handlers
---@field request fun(id: any, method: string, params: table)
---@field notification fun(method: string, params: table, line: string) line: as it came
---@field trouble fun(text: string) a line of stderr, or what could not be read
---@field mistake fun(text: string) one of the other handlers raised an error
---@field ended fun(code: integer, text: string) the process is gone; nothing follows

---@param command string[]
---@param env table<string, string> in addition to Neovim's own
---@param handlers acpd.rpc_handlers
---@return table|nil rpc
---@return string|nil trouble
function M.start(command, env, handlers)
  local self = setmetatable({
    handlers = handlers,
    waiting = {}, -- lines read and not yet handled: [first, last]
    first = 1,
    last = 0,
    open = {}, -- our requests: id → callback
    next_id = 0,
    ended = false,
    timer = uv.new_timer(),
  }, M)
  local pipes = { uv.new_pipe(), uv.new_pipe(), uv.new_pipe() }
  self.stdin, self.stdout, self.stderr = unpack(pipes)
  local handle, pid = uv.spawn(command[1], {
    args = vim.list_slice(command, 2),
    stdio = pipes,
    env = M.environment(env),
  }, function(code, signal)
    self.exit = { code = code, signal = signal }
    self:look()
  end)
  if not handle then
    for _, pipe in ipairs(pipes) do
      pipe:close()
    end
    self.timer:close()
    return nil, tostring(pid)
  end
  self.handle, self.pid = handle, pid
  self:read()
  self:read_trouble()
  return self
end

--- libuv replaces the environment as a whole.
function M.environment(added)
  local list = {}
  for name, value in pairs(vim.tbl_extend('force', vim.fn.environ(), added)) do
    list[#list + 1] = name .. '=' .. value
  end
  return list
end

function M:read()
  local splitter = lines.new()
  self.on_bytes = function(trouble, bytes)
    if not bytes or trouble then
      self.eof = true
      return self:look()
    end
    for _, line in ipairs(splitter:feed(bytes)) do
      self.last = self.last + 1
      self.waiting[self.last] = line
    end
    if self.last - self.first >= waiting_most and not self.stopped then
      self.stopped = true
      self.stdout:read_stop()
    end
    self:look()
  end
  self.stdout:read_start(self.on_bytes)
end

function M:read_trouble()
  local splitter = lines.new()
  self.stderr:read_start(function(_, bytes)
    for _, line in ipairs(bytes and splitter:feed(bytes) or {}) do
      self.said = line
      vim.schedule(function()
        self.handlers.trouble(line)
      end)
    end
  end)
end

--- One slice at a time is due; scheduled from libuv's callbacks.
function M:look()
  if self.due then
    return
  end
  self.due = true
  loop.soon(function()
    self:work()
  end)
end

function M:work()
  local until_ns = uv.hrtime() + slice_ns
  while self.first <= self.last and uv.hrtime() < until_ns do
    local line = self.waiting[self.first]
    self.waiting[self.first] = nil
    self.first = self.first + 1
    -- A mistake of ours costs one line, not all that come after it.
    local ok, mistake = xpcall(self.handle_line, debug.traceback, self, line)
    if not ok then
      self.handlers.mistake(mistake)
    end
  end
  if self.stopped and self.last - self.first < waiting_least and not self.ended then
    self.stopped = false
    self.stdout:read_start(self.on_bytes)
  end
  if self.first <= self.last then
    -- By a timer: what is scheduled from a scheduled function runs before any key is looked at.
    return self.timer:start(
      1,
      0,
      loop.wrap(function()
        self:work()
      end)
    )
  end
  self.due = false
  if self.exit and self.eof then
    self:finish()
  end
end

function M:handle_line(line)
  local message, trouble = json.decode(line)
  if type(message) ~= 'table' then
    return self.handlers.trouble('a line could not be read: ' .. (trouble or line:sub(1, 200)))
  end
  local params = type(message.params) == 'table' and message.params or {}
  if message.method and json.get(message, 'id') ~= nil then
    self.handlers.request(message.id, message.method, params)
  elseif message.method then
    self.handlers.notification(message.method, params, line)
  else
    self:settle(message.id, json.get(message, 'error'), message.result)
  end
end

function M:settle(id, trouble, result)
  local callback = self.open[id]
  if not callback then
    return -- answered twice, or never asked: nothing waits for it
  end
  self.open[id] = nil
  callback(trouble, result)
end

--- Every open request gets its answer, also when no peer is left to give it.
function M:finish()
  if self.ended then
    return
  end
  self.ended = true
  for _, handle in ipairs({ self.stdin, self.stdout, self.stderr, self.timer, self.handle }) do
    if not handle:is_closing() then
      handle:close()
    end
  end
  local text = self.said or ('exit code ' .. self.exit.code)
  for _, id in ipairs(vim.tbl_keys(self.open)) do
    self:settle(id, { code = M.gone, message = text }, nil)
  end
  self.handlers.ended(self.exit.code, text)
end

M.gone = -1 -- our own error code: the connection ended before the answer came

function M:write(message)
  if self.ended or self.stdin:is_closing() then
    return false
  end
  message.jsonrpc = '2.0'
  self.stdin:write(json.encode(message) .. '\n')
  return true
end

---@param callback fun(trouble: table|nil, result: any) called exactly once
---@return integer id for cancel()
function M:request(method, params, callback)
  self.next_id = self.next_id + 1
  local id = self.next_id
  self.open[id] = callback
  if not self:write({ id = id, method = method, params = json.object(params) }) then
    loop.soon(function()
      self:settle(id, { code = M.gone, message = 'the connection has ended' })
    end)
  end
  return id
end

function M:cancel(id)
  if self.open[id] then
    self:notify('$/cancel_request', { requestId = id })
  end
end

function M:notify(method, params)
  return self:write({ method = method, params = json.object(params) })
end

function M:respond(id, result)
  return self:write({ id = id, result = json.object(result) })
end

function M:refuse(id, code, text)
  return self:write({ id = id, error = { code = code, message = text } })
end

--- The end of stdin is how a bridge is asked to go: it still gives the daemon what it was given.
function M:stop()
  if not self.stdin:is_closing() then
    self.stdin:close()
  end
end

return M
