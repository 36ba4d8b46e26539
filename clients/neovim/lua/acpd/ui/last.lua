-- The sessions that were opened here, newest first: what `:Acpd attach` means without a name after
-- Neovim was killed.
local files = require('acpd.files')
local json = require('acpd.json')

local M = {}
local most = 50

local function path()
  return vim.fs.joinpath(files.folder(), 'opened.json')
end

---@return {id: string, cwd: string}[]
function M.all()
  local all = json.decode(files.read(path()) or '[]')
  return type(all) == 'table' and all or {}
end

function M.put(session)
  local all = vim.tbl_filter(function(one)
    return one.id ~= session.id
  end, M.all())
  table.insert(all, 1, { id = session.id, cwd = session.cwd })
  files.replace(path(), json.encode(vim.list_slice(all, 1, most)))
end

--- The last one of this folder, else the last one.
function M.here(cwd)
  local all = M.all()
  for _, one in ipairs(all) do
    if one.cwd == cwd then
      return one
    end
  end
  return all[1]
end

return M
