-- 'completefunc' of the prompt box: /commands of the agent at the beginning of a line, @files of
-- the workspace and @symbols of the index elsewhere. Files come from git where it knows them.
local json = require('acpd.json')

local M = {}

local files_most = 20000
local files_of = {} -- folder → {at, list}
local fresh_seconds = 10

local function listed(folder)
  local run = vim
    .system({ 'git', 'ls-files', '-co', '--exclude-standard' }, { cwd = folder, text = true })
    :wait(2000)
  if run.code == 0 then
    return vim.split(vim.trim(run.stdout), '\n', { trimempty = true })
  end
  local list = {}
  for name, kind in vim.fs.dir(folder, { depth = 4 }) do
    if kind == 'file' and #list < files_most then
      list[#list + 1] = name
    end
  end
  return list
end

function M.files(folder)
  local kept = files_of[folder]
  if not kept or os.time() - kept.at > fresh_seconds then
    kept = { at = os.time(), list = listed(folder) }
    files_of[folder] = kept
  end
  return kept.list
end

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

local symbols_most, files_most_shown = 20, 200

--- The word before the cursor, from a column (from 0) on.
local function word_from(column)
  return vim.api.nvim_get_current_line():sub(column + 1, vim.fn.col('.') - 1)
end

--- Offers more where the person still looks at what was offered, or at what they had typed.
local function offer_also(asked, found)
  local here = vim.fn.mode() == 'i'
    and vim.api.nvim_get_current_buf() == asked.buffer
    and vim.api.nvim_win_get_cursor(0)[1] == asked.row
  local word = here and word_from(asked.column)
  local first = asked.shown[1] and asked.shown[1].word
  if #found == 0 or (word ~= asked.base and word ~= first) then
    return
  end
  -- What was typed is what CTRL-E goes back to.
  local row, column = asked.row - 1, asked.column
  vim.api.nvim_buf_set_text(asked.buffer, row, column, row, column + #word, { asked.base })
  vim.api.nvim_win_set_cursor(0, { asked.row, column + #asked.base })
  vim.fn.complete(column + 1, vim.list_extend(asked.shown, found))
end

--- Symbols come from the daemon, and when they do: no key waits for them, and nothing can be drawn
--- while Neovim is in a 'completefunc'.
local function symbols(session, asked)
  local client = require('acpd.client')
  local query = asked.base:sub(2)
  if not client.extensions['_acpd/index/search'] or #query < 2 then
    return
  end
  local params = { cwd = session.cwd, query = query, limit = symbols_most }
  client.request('_acpd/index/search', params, function(_, result)
    local found = vim.tbl_map(function(hit)
      return require('acpd.ui.search').mention(hit, json.get(result, 'root'), session.cwd)
    end, json.get(result, 'hits') or {})
    offer_also(asked, found)
  end)
end

function M.mentions(session, base)
  local shown = {}
  local paths = matching(M.files(session.cwd or vim.fn.getcwd()), base:sub(2), function(path)
    return path
  end)
  for index = 1, math.min(#paths, files_most_shown) do
    shown[index] = { word = '@' .. paths[index], kind = 'f' }
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local buffer = vim.api.nvim_get_current_buf()
  symbols(session, { buffer = buffer, row = row, column = column, base = base, shown = shown })
  return shown
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
