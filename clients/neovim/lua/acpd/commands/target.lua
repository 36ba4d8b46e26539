-- Which session a subcommand means: by its id or the beginning of it, else the one of the buffer or
-- of the line in a list, else one that is chosen.
local buffers = require('acpd.ui.buffers')
local sessions = require('acpd.session')
local watch = require('acpd.watch')

local M = {}

local warn = require('acpd.say').warn

--- For completion.
function M.ids()
  local all = vim.tbl_keys(vim.tbl_extend('keep', watch.sessions, sessions.open))
  table.sort(all)
  return all
end

---@return string|nil id nil: none is meant, or several are, which is said
function M.id(word)
  if not word then
    return buffers.session_here()
  end
  local found = vim.tbl_filter(function(id)
    return vim.startswith(id, word)
  end, M.ids())
  if #found > 1 and not vim.tbl_contains(found, word) then
    warn(('"%s" is the beginning of several sessions'):format(word))
    return nil
  end
  return vim.tbl_contains(found, word) and word or found[1] or word
end

--- In the list the line says which: another one would be a surprise.
function M.in_list()
  return vim.bo.filetype == 'acpdsessions'
end

--- Calls with the session that is meant; where none is, one is chosen.
function M.with(word, prompt, act)
  local id = M.id(word)
  if id then
    return act(id)
  elseif word then
    return
  elseif M.in_list() then
    return warn('there is no session on this line')
  end
  vim.ui.select(vim.tbl_values(watch.sessions), {
    prompt = prompt,
    kind = 'acpd.session',
    format_item = function(session)
      local words = require('acpd.model.words')
      return ('%s  %s  %s'):format(
        watch.title(session),
        words.state(watch.facts(session).state),
        session.cwd
      )
    end,
  }, function(session)
    if session then
      act(session.sessionId)
    end
  end)
end

--- Runs with the open session of this buffer, or says that there is none.
function M.here(act)
  return function(words, options)
    local session = require('acpd.ui.prompt').here()
    if not session then
      return warn('no session is open here: :Acpd attach')
    end
    act(session, words, options)
  end
end

function M.title(id)
  return watch.sessions[id] and watch.title(watch.sessions[id]) or id
end

return M
