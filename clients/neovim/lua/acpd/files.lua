-- Small files of our own below stdpath('state'): the folder 0700, files 0600, replaced as a whole.
local uv = vim.uv
local M = {}

--- Sessions of different daemons are kept apart. Where the folder cannot be made, what is written
--- into it says why.
function M.folder()
  local chosen = require('acpd.config').get()
  local daemon = chosen.remote ~= '' and chosen.remote or (vim.env.ACPD_SOCKET or 'local')
  local folder = vim.fs.joinpath(vim.fn.stdpath('state'), 'acpd', vim.fn.sha256(daemon):sub(1, 12))
  pcall(vim.fn.mkdir, folder, 'p', tonumber('700', 8))
  return folder
end

--- A session's id comes from outside: only harmless letters become part of a path.
function M.path(id, suffix)
  local name = id:gsub('[^%w_-]', '_'):sub(1, 80)
  if name ~= id then
    name = name .. '-' .. vim.fn.sha256(id):sub(1, 12)
  end
  return vim.fs.joinpath(M.folder(), name .. suffix)
end

function M.read(path)
  local file = io.open(path, 'rb')
  local bytes = file and file:read('*a')
  if file then
    file:close()
  end
  return bytes
end

--- Whoever reads it sees the old text or the new one, never half of one.
---@return string|nil trouble
function M.replace(path, bytes)
  local beside = ('%s.%d'):format(path, uv.os_getpid())
  local file, trouble = uv.fs_open(beside, 'w', tonumber('600', 8))
  if not file then
    return trouble
  end
  local written
  written, trouble = uv.fs_write(file, bytes)
  uv.fs_close(file)
  if not written or written < #bytes then
    uv.fs_unlink(beside)
    return trouble or 'the disk is full'
  end
  local done
  done, trouble = uv.fs_rename(beside, path)
  return not done and trouble or nil
end

function M.remove(path)
  uv.fs_unlink(path)
end

--- When a process began; nil when it has ended, waited for or not: where nobody waits for orphans,
--- a killed Neovim stays in the table of processes.
local function started_at(pid)
  local stat = M.read(('/proc/%d/stat'):format(pid))
  local fields = stat and vim.split(stat:gsub('^.*%) ', ''), ' ')
  return fields and fields[1] ~= 'Z' and fields[20] or nil
end

--- One Neovim at a time writes a session's file: whose number is in the lock, while it lives.
---@return boolean ours
---@return string|nil trouble nobody can: the file cannot be written
function M.lock(path)
  local own = uv.os_getpid()
  local mine = ('%d %s'):format(own, started_at(own))
  for _ = 1, 2 do
    local file, trouble, name = uv.fs_open(path, 'wx', tonumber('600', 8))
    if file then
      local written
      written, trouble = uv.fs_write(file, mine)
      uv.fs_close(file)
      return written == #mine, written ~= #mine and (trouble or 'the disk is full') or nil
    elseif name ~= 'EEXIST' then
      return false, trouble
    end
    local held = M.read(path) or ''
    local pid, since = held:match('^(%d+) (%d*)$')
    if held == mine then
      return true
    elseif pid and started_at(tonumber(pid)) == since then
      return false
    end
    uv.fs_unlink(path)
  end
  return false
end

return M
