-- The names of a workspace's files, for completion: from git where it knows them, else as they lie
-- there. Listed beside Neovim, never while a key waits: what was known before is given meanwhile.
local loop = require('acpd.loop')

local M = {}

local fresh_s = 10
local limit_ms = 10000
local bytes_most = 8 * 1024 * 1024 -- of names: a home folder has no end

local by_git = { 'git', 'ls-files', '-z', '-co', '--exclude-standard' }
local by_find =
  { 'find', '-maxdepth', '4', '-name', '.?*', '-prune', '-o', '-type', 'f', '-printf', '%P\\0' }

local known = {} -- folder → {at, list, waiting: callbacks|nil}

--- `done` with what the program writes; nil when it cannot run, or only fails.
local function output_of(command, folder, done)
  local pieces, bytes, process = {}, 0, nil
  local function read(_, piece)
    if piece and bytes < bytes_most then
      bytes = bytes + #piece
      pieces[#pieces + 1] = piece
    elseif piece then
      process:kill('sigterm')
    end
  end
  local options = { cwd = folder, timeout = limit_ms, stdout = read }
  local ended = loop.wrap(function(run)
    done((run.code == 0 or bytes > 0) and table.concat(pieces) or nil)
  end)
  local started = pcall(function()
    process = vim.system(command, options, ended)
  end)
  if not started then
    done(nil)
  end
end

--- A name with a space would end at it in a prompt.
local function names(output)
  return vim.tbl_filter(function(name)
    return not name:find('%s')
  end, vim.split(output or '', '\0', { trimempty = true }))
end

local function list(folder)
  local one = known[folder]
  local function listed(output)
    one.at, one.list = os.time(), names(output)
    local waiting = one.waiting
    one.waiting = nil
    for _, callback in ipairs(waiting) do
      callback(one.list)
    end
  end
  output_of(by_git, folder, function(output)
    if output then
      return listed(output)
    end
    output_of(by_find, folder, listed)
  end)
end

--- What is known now. What is not fresh is listed again, and given to `newer` when it is there.
---@param newer fun(list: string[])|nil
---@return string[]
function M.files(folder, newer)
  known[folder] = known[folder] or { at = 0, list = {} }
  local one = known[folder]
  if os.time() - one.at > fresh_s then
    local under_way = one.waiting ~= nil
    one.waiting = one.waiting or {}
    table.insert(one.waiting, newer)
    if not under_way then
      list(folder)
    end
  end
  return one.list
end

return M
