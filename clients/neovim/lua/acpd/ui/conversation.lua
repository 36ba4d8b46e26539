-- A session in a window: its buffer, the bar above it, its folds, and where a person was in it.
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local files = require('acpd.files')
local json = require('acpd.json')
local loop = require('acpd.loop')
local sessions = require('acpd.session')
local watch = require('acpd.watch')
local words = require('acpd.model.words')

local api = vim.api
local M = {}

local of_buffer = {} -- buffer → its session: asked for each line that is folded

--- The buffer's session while it is open.
local function of(buffer)
  local session = of_buffer[buffer]
  return session and sessions.open[session.id] == session and session or nil
end

-- Where a person was, and what they had not sent.

--- Read once; then kept in memory and written whenever it changes.
function M.remembered(session)
  if not session.remembered then
    session.remembered = json.decode(files.read(files.path(session.id, '.ui.json')) or '{}') or {}
  end
  return session.remembered
end

function M.remember(session, name, value)
  local kept = M.remembered(session)
  if vim.deep_equal(kept[name], value) then
    return
  end
  kept[name] = value
  if session.journal.kept then
    session.journal:report(files.replace(files.path(session.id, '.ui.json'), json.encode(kept)))
  end
end

local function remember_view(buffer)
  local session, window = of(buffer), vim.fn.bufwinid(buffer)
  if not session or window == -1 then
    return
  end
  local place = api.nvim_win_call(window, vim.fn.winsaveview)
  local last = api.nvim_buf_line_count(buffer)
  local kept = { lnum = place.lnum, col = place.col, topline = place.topline }
  kept.follow = place.lnum == last
  M.remember(session, 'view', kept)
end

local function restore_view(session, window)
  local kept = M.remembered(session).view
  local last = api.nvim_buf_line_count(session.buffer)
  if type(kept) ~= 'table' or kept.follow then
    return api.nvim_win_set_cursor(window, { last, 0 })
  end
  api.nvim_win_call(window, function()
    vim.fn.winrestview({ lnum = math.min(kept.lnum, last), col = kept.col, topline = kept.topline })
  end)
end

-- The window.

local foldexpr = "v:lua.require'acpd.ui.conversation'.fold(v:lnum)"

local function set_window(window)
  buffers.set_window(window, {
    foldmethod = 'expr',
    foldexpr = foldexpr,
    foldtext = "v:lua.require'acpd.ui.conversation'.fold_text()",
    foldlevel = 0,
    foldenable = true,
    winbar = "%{%v:lua.require'acpd.ui.conversation'.bar()%}",
    wrap = true,
    linebreak = true,
    smoothscroll = true,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    conceallevel = 0,
    spell = false,
    foldcolumn = '0',
    list = false,
  })
end

function M.fold(line)
  local session = of(api.nvim_get_current_buf())
  return session and session.view:fold_level(line - 1) or 0
end

function M.fold_text()
  local head = vim.fn.getline(vim.v.foldstart)
  local hidden = vim.v.foldend - vim.v.foldstart
  return ('%s (%d %s: za)'):format(head, hidden, hidden == 1 and 'line' or 'lines')
end

--- What came while somebody typed gets its folds when they stop. Not without a need: they are made
--- anew for the whole buffer.
function M.fold_what_came()
  for _, session in pairs(sessions.open) do
    local lacking = session.view.lacks_folds and vim.fn.win_findbuf(session.buffer) or {}
    session.view.lacks_folds = false
    for _, window in ipairs(lacking) do
      buffers.set_window(window, { foldmethod = 'expr', foldexpr = foldexpr })
    end
  end
end

api.nvim_create_autocmd('InsertLeave', {
  group = api.nvim_create_augroup('acpd.folds', { clear = true }),
  callback = loop.wrap(M.fold_what_came),
})

local function queue_words(id)
  local waiting = #(watch.queues[id] or {})
  return waiting > 0 and ('%d queued'):format(waiting) or nil
end

local phases = {
  gone = 'not at the daemon (any more)',
  refused = 'not attached',
  loading = 'loading',
  closed = 'closed: a prompt opens it again',
}

--- What is chosen now: the mode, the model.
local function chosen(model, category)
  for _, option in ipairs(model.options) do
    if json.get(option, 'category') == category then
      return tostring(json.get(option, 'currentValue') or '')
    end
  end
  return ''
end

local function background_words(model)
  local count = type(model.background) == 'table' and #model.background or 0
  return count > 0 and ('%d in the background'):format(count) or ''
end

--- What the bar says, in plain words.
function M.bar_words(session)
  if client.state == 'down' then
    return words.unreachable_here(client.text)
  elseif client.state == 'starting' then
    return 'connecting to acpd'
  elseif phases[session.phase] then
    return phases[session.phase] .. (session.trouble and (': ' .. session.trouble) or '')
  end
  local known = watch.sessions[session.id]
  local facts = watch.facts(known)
  local state = facts.state or session.model.state or 'unknown'
  local progress = facts.progress or session.model.progress
  local parts = {
    words.icon(state) .. ' ' .. words.state(state),
    words.bar(progress, 10),
    words.progress(progress),
    queue_words(session.id) or '',
    background_words(session.model),
    chosen(session.model, 'mode'),
    chosen(session.model, 'model'),
    words.usage(session.model.usage),
    session.model.title or (known and watch.title(known)) or '',
    state == 'requires_action' and 'ga: answer' or '',
  }
  return table.concat(
    vim.tbl_filter(function(part)
      return part ~= ''
    end, parts),
    '  '
  )
end

function M.bar()
  local session = of(api.nvim_get_current_buf())
  local line = session and require('acpd.model.text').line(M.bar_words(session)) or ''
  return buffers.bar(line)
end

-- Opening.

local function setup(buffer, id)
  vim.b[buffer].acpd_session = id
  local group = api.nvim_create_augroup('acpd.session.' .. id, { clear = true })
  local function on(events, callback)
    api.nvim_create_autocmd(events, { group = group, buffer = buffer, callback = callback })
  end
  on('BufWinEnter', function()
    for _, window in ipairs(vim.fn.win_findbuf(buffer)) do
      set_window(window)
    end
  end)
  on('BufEnter', client.probe)
  local timer = vim.uv.new_timer()
  on({ 'CursorMoved', 'WinScrolled' }, function()
    timer:start(
      100,
      0,
      loop.wrap(function()
        if api.nvim_buf_is_loaded(buffer) then
          remember_view(buffer)
        end
      end)
    )
  end)
  on('BufWinLeave', function()
    remember_view(buffer)
  end)
  on({ 'BufLeave', 'WinClosed', 'BufUnload' }, function()
    local session = of(buffer)
    -- Afterwards: until then the window that goes is still there.
    loop.soon(function()
      if session then
        require('acpd.ui.prompt').close_orphans(session)
      end
    end)
  end)
  on('QuitPre', function()
    local session = of(buffer)
    if session then
      require('acpd.ui.prompt').close_orphans(session, api.nvim_get_current_win())
    end
  end)
  on('BufUnload', function()
    local session = of(buffer)
    of_buffer[buffer] = nil
    timer:close()
    api.nvim_del_augroup_by_id(group)
    if session then
      session:close()
    end
  end)
end

--- Finds or makes the session's buffer, with what was shown of it; attaches it.
---@return table session
function M.session(id, cwd)
  local name = 'acpd://session/' .. id
  local buffer, made = buffers.get(name, 'acpd', function(new)
    setup(new, id)
  end)
  if made then
    local known = watch.sessions[id]
    local session = sessions.new(id, cwd or (known and known.cwd), buffer)
    of_buffer[buffer] = session
    session:restore()
    M.attach(session)
  end
  return sessions.open[id]
end

--- A folder is needed to attach; who knows none asks the daemon.
function M.attach(session)
  if session.cwd then
    return session:attach()
  end
  client.request('_acpd/session/status', { sessionId = session.id }, function(trouble, result)
    session.cwd = json.get(result, 'cwd')
    if session.cwd then
      session:attach()
    else
      session:not_attached(trouble or { code = -32002, message = 'no such session' })
    end
  end)
end

function M.open(id, cwd, mods)
  local session = M.session(id, cwd)
  local window = buffers.show(session.buffer, mods)
  set_window(window)
  restore_view(session, window)
  require('acpd.ui.last').put(session)
  require('acpd.ui.prompt').open(session, window)
  return session
end

return M
