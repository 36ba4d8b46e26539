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

local symbols_most = 20

--- Symbols of the index, without waiting long for it: files are there at once.
local function symbols(session, typed)
  local client = require('acpd.client')
  if not client.extensions['_acpd/index/search'] or #typed < 2 then
    return {}
  end
  local params = { cwd = session.cwd, query = typed, limit = symbols_most }
  local found = client.request_now('_acpd/index/search', params)
  return vim.tbl_map(function(hit)
    return require('acpd.ui.search').mention(hit, json.get(found, 'root'), session.cwd)
  end, json.get(found, 'hits') or {})
end

function M.mentions(session, typed)
  local shown = {}
  local paths = matching(M.files(session.cwd or vim.fn.getcwd()), typed, function(path)
    return path
  end)
  for index = 1, math.min(#paths, 200) do
    shown[index] = { word = '@' .. paths[index], kind = 'f' }
  end
  return vim.list_extend(shown, symbols(session, typed))
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
  local sign, typed = base:sub(1, 1), base:sub(2)
  return sign == '/' and M.commands(session, typed) or M.mentions(session, typed)
end

return M
