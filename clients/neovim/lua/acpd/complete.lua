-- 'completefunc' of the prompt box: /commands of the agent at the beginning of a line, @files of
-- the workspace and @symbols of the index elsewhere. No key waits for either: what comes later is
-- offered when it is there.
local json = require('acpd.json')
local workspace = require('acpd.workspace')

local M = {}

--- What is typed first, then what contains it.
local function matching(list, typed, word_of)
  local first, later, lower = {}, {}, typed:lower()
  for _, one in ipairs(list) do
    local at = word_of(one):lower():find(lower, 1, true)
    if at then
      table.insert(at == 1 and first or later, one)
    end
  end
  return vim.list_extend(first, later)
end

function M.commands(session, typed)
  local found = matching(session.model.commands, typed, function(command)
    return tostring(command.name)
  end)
  return vim.tbl_map(function(command)
    return {
      word = '/' .. command.name,
      menu = json.get(command, 'description') or '',
      kind = '/',
      info = json.get(command, 'input', 'hint') or '',
    }
  end, found)
end

local symbols_most, files_most = 20, 200

--- The word before the cursor, from a column (from 0) on.
local function word_from(column)
  return vim.api.nvim_get_current_line():sub(column + 1, vim.fn.col('.') - 1)
end

--- Offers what has come since, where the person still looks at what was offered, or at what they
--- had typed.
local function offer_again(asked)
  local here = vim.fn.mode() == 'i'
    and vim.api.nvim_get_current_buf() == asked.buffer
    and vim.api.nvim_win_get_cursor(0)[1] == asked.row
  local word = here and word_from(asked.column)
  if word ~= asked.base and word ~= asked.first then
    return
  end
  local all = vim.list_extend(vim.list_slice(asked.files), asked.symbols)
  asked.first = all[1] and all[1].word
  -- What was typed is what CTRL-E goes back to.
  local row, column = asked.row - 1, asked.column
  vim.api.nvim_buf_set_text(asked.buffer, row, column, row, column + #word, { asked.base })
  vim.api.nvim_win_set_cursor(0, { asked.row, column + #asked.base })
  vim.fn.complete(column + 1, all)
end

--- Symbols come from the daemon, and when they do: no key waits for them.
local function ask_symbols(session, asked)
  local client = require('acpd.client')
  local query = asked.base:sub(2)
  if not client.extensions['_acpd/index/search'] or #query < 2 then
    return
  end
  local params = { cwd = session.cwd, query = query, limit = symbols_most }
  client.request('_acpd/index/search', params, function(_, result)
    asked.symbols = vim.tbl_map(function(hit)
      return require('acpd.ui.search').mention(hit, json.get(result, 'root'), session.cwd)
    end, json.get(result, 'hits') or {})
    if #asked.symbols > 0 then
      offer_again(asked)
    end
  end)
end

local function files_named(list, typed)
  local paths = matching(list, typed, function(path)
    return path
  end)
  return vim.tbl_map(function(path)
    return { word = '@' .. path, kind = 'f' }
  end, vim.list_slice(paths, 1, files_most))
end

function M.mentions(session, base)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local buffer = vim.api.nvim_get_current_buf()
  local asked = { buffer = buffer, row = row, column = column, base = base, symbols = {} }
  local known = workspace.files(session.cwd or vim.fn.getcwd(), function(list)
    local before = asked.files
    asked.files = files_named(list, base:sub(2))
    if not vim.deep_equal(asked.files, before) then
      offer_again(asked)
    end
  end)
  asked.files = files_named(known, base:sub(2))
  asked.first = asked.files[1] and asked.files[1].word
  ask_symbols(session, asked)
  return asked.files
end

local function start()
  local line = vim.api.nvim_get_current_line():sub(1, vim.fn.col('.') - 1)
  local at = line:find('[/@][^%s]*$')
  local command = line:match('^/[^%s]*$')
  if not at or (line:sub(at, at) == '/' and not command) then
    at = line:match('.*[%s(]()@[^%s]*$')
  end
  return at and at - 1 or -3
end

--- For 'completefunc' and 'omnifunc'.
function M.func(findstart, base)
  if findstart == 1 then
    return start()
  end
  local session = require('acpd.ui.prompt').here()
  if not session then
    return {}
  end
  return vim.startswith(base, '/') and M.commands(session, base:sub(2)) or M.mentions(session, base)
end

return M
