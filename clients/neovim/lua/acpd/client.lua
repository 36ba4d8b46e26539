-- The one connection to the daemon, for all sessions: an `acpctl connect` that is started when it
-- is first needed, again with growing pauses when it ends, and asked to go when Neovim does.
-- States: off, starting, up, down (there is no connection, or no daemon behind it; `text` says
-- why). Who wants to know registers with on(); events are listed there.
local config = require('acpd.config')
local json = require('acpd.json')
local loop = require('acpd.loop')
local rpc = require('acpd.rpc')

local uv = vim.uv
local M = { state = 'off', text = '', capabilities = {}, extensions = {} }

local listeners = {}
local waiting = {} -- requests until the daemon has answered initialize
local ready = false -- it has, on this connection
local connection, retry_timer, pause_ms, token
local pause_first_ms, pause_most_ms = 500, 30000
local probe_ms = 3000

--- Events: state (state, text); up (): a new connection, sessions are not attached on it;
--- lost (): it ended; update (params, line as it came); told (method, params) of other
--- notifications; asked (id, method, params) and withdrawn (id) of questions.
function M.on(event, listener)
  listeners[event] = listeners[event] or {}
  table.insert(listeners[event], listener)
end

local function emit(event, ...)
  for _, listener in ipairs(listeners[event] or {}) do
    listener(...)
  end
end

local function become(state, text)
  if M.state == state and M.text == (text or '') then
    return
  end
  M.state, M.text = state, text or ''
  emit('state', M.state, M.text)
end

-- What the daemon says.

local function heard()
  if M.state == 'down' and ready then
    become('up')
  end
end

local asked = {} -- questions that wait on this connection: id → how "never mind" is said

local function withdrawn(id)
  if asked[id] then
    connection:respond(id, asked[id])
    asked[id] = nil
    emit('withdrawn', id)
  end
end

local function on_notification(method, params, line)
  if method == '_acpd/link' then
    if params.up == false then
      return become('down', json.get(params, 'text') or 'no daemon')
    end
    return heard()
  end
  heard()
  if method == 'session/update' then
    emit('update', params, line)
  elseif method == '$/cancel_request' then
    withdrawn(params.requestId)
  else
    emit('told', method, params)
  end
end

local function on_request(id, method, params)
  heard()
  local never_mind = {
    ['session/request_permission'] = { outcome = { outcome = 'cancelled' } },
    ['elicitation/create'] = { action = 'cancel' },
  }
  asked[id] = never_mind[method]
  if asked[id] then
    return emit('asked', id, method, params)
  end
  connection:refuse(id, -32601, 'Method not found: ' .. method)
end

-- Starting, ending, starting again.

local function flush_waiting(trouble)
  local all = waiting
  waiting = {}
  for _, one in ipairs(all) do
    if trouble then
      one.callback(trouble)
    elseif one.method then
      one.id = connection:request(one.method, one.params, one.callback)
    end
  end
end

local function lost(text)
  connection, ready, asked = nil, false, {}
  become('down', text)
  flush_waiting({ code = rpc.gone, message = text })
  emit('lost')
  pause_ms = math.min((pause_ms or pause_first_ms / 2) * 2, pause_most_ms)
  retry_timer = retry_timer or uv.new_timer()
  retry_timer:start(
    pause_ms,
    0,
    loop.wrap(function()
      if M.state == 'down' and not connection then
        M.start()
      end
    end)
  )
end

local too_old = 'this acpd speaks ACP %s only, the plugin needs 2: update acpd (:Acpd install)'
local too_new = 'this acpd has extensions of version %d, the plugin knows 1: update the plugin'

--- What of the two is too old, in one sentence; nil when they fit.
function M.misfit(result)
  if result.protocolVersion ~= 2 then
    return too_old:format(tostring(result.protocolVersion))
  end
  local version = json.get(result, 'capabilities', '_meta', 'acpd', 'version')
  if not version then
    return 'what answers is not an acpd daemon: check `command` and `remote` (:help acpd-config)'
  elseif version > 1 then
    return too_new:format(version)
  end
end

local function initialized(trouble, result)
  local text = trouble and trouble.message or M.misfit(result)
  if text then
    local failed = connection
    if failed then
      lost(text)
      failed:stop()
    end
    return
  end
  M.capabilities = result.capabilities or {}
  M.extensions = {}
  for _, method in ipairs(json.get(M.capabilities, '_meta', 'acpd', 'methods') or {}) do
    M.extensions[method] = true
  end
  pause_ms, ready = nil, true
  become('up')
  emit('up')
  flush_waiting()
end

function M.arguments()
  local chosen, command = config.get(), config.command()
  command[#command + 1] = 'connect'
  for option, value in pairs({
    ['--remote'] = chosen.remote,
    ['--token-file'] = chosen.token_file,
    ['--ca'] = chosen.ca,
  }) do
    if value ~= '' then
      vim.list_extend(command, { option, value })
    end
  end
  return command
end

--- A token is asked for once, kept in memory, and given on in the environment: never an argument.
local function environment()
  local chosen = config.get()
  local needed = chosen.remote:match('^wss?://') ~= nil
    and chosen.token_file == ''
    and not vim.env.ACPD_TOKEN
  if needed and not token then
    token = vim.fn.inputsecret(('Token for %s: '):format(chosen.remote))
  end
  return token and token ~= '' and { ACPD_TOKEN = token } or {}
end

local plugin_version = '0.1.0'

local function hello()
  return {
    protocolVersion = 2,
    info = { name = 'acpd.nvim', title = 'acpd for Neovim', version = plugin_version },
    capabilities = {
      elicitation = { form = vim.empty_dict(), url = vim.empty_dict() },
      _meta = { acpd = { state = true, watch = true, link = true } },
    },
  }
end

function M.start()
  if connection then
    return
  end
  local missing = config.missing()
  if missing then
    become('down', missing)
    return flush_waiting({ code = rpc.gone, message = missing })
  end
  local command = M.arguments()
  become('starting')
  local made, trouble
  made, trouble = rpc.start(command, environment(), {
    request = on_request,
    notification = on_notification,
    trouble = function(text)
      -- Why there is no daemon yet; of one that was there the bridge tells by `_acpd/link`.
      if connection == made and not ready then
        become('down', (text:gsub('^acpctl connect: ', '')))
      end
    end,
    mistake = function(text)
      require('acpd.say').at(vim.log.levels.ERROR, 'a mistake in the plugin: ' .. text)
    end,
    ended = function(_, text)
      if connection == made then
        lost((text:gsub('^acpctl connect: ', '')))
      end
    end,
  })
  if not made then
    return lost(trouble)
  end
  connection = made
  connection:request('initialize', hello(), initialized)
end

--- At once, whatever the pause: what "try again" does.
function M.retry()
  pause_ms = nil
  if ready then
    return M.probe()
  end
  token = nil -- a wrong one is asked for again
  local trying = connection
  connection = nil -- its end is no news then
  if trying then
    trying:stop()
  end
  M.start()
end

local probing = false

--- Is anybody there? Asked when a person looks, never by a clock.
function M.probe()
  if not ready or probing then
    return
  end
  probing = true
  local timer = uv.new_timer()
  timer:start(
    probe_ms,
    0,
    loop.wrap(function()
      if probing and M.state == 'up' then
        become('down', 'the daemon has not answered for 3 seconds')
      end
    end)
  )
  connection:request('_acpd/ping', {}, function(trouble)
    probing = false
    timer:close()
    if trouble and trouble.code ~= -32601 then
      become('down', trouble.message)
    else
      heard()
    end
  end)
end

function M.stop()
  if connection then
    connection:stop()
  end
  connection, ready = nil, false
  if retry_timer then
    retry_timer:stop()
  end
  become('off')
end

-- Requests.

---@param callback fun(trouble: table|nil, result: table|nil)
---@return fun() cancel
function M.request(method, params, callback)
  local one = { method = method, params = params, callback = callback }
  if ready then
    one.id = connection:request(method, params, callback)
  else
    table.insert(waiting, one)
    M.start()
  end
  return function()
    if one.id and connection then
      connection:cancel(one.id)
    end
  end
end

--- Answers a question that was asked on this connection; false when none such waits.
function M.answer(id, result)
  if not connection or not asked[id] then
    return false
  end
  asked[id] = nil
  return connection:respond(id, result)
end

return M
