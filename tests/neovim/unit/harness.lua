-- Specs without a framework: it() runs at once, and run.lua counts. A spec's files go into a
-- folder of its own.
local M = { results = {} }

function M.it(name, body)
  local ok, message = xpcall(body, debug.traceback)
  table.insert(M.results, { name = name, ok = ok, message = not ok and tostring(message) or nil })
end

function M.eq(got, wanted)
  if not vim.deep_equal(got, wanted) then
    local said = { vim.inspect(got):sub(1, 2000), vim.inspect(wanted):sub(1, 2000) }
    error(('got %s, wanted %s'):format(unpack(said)), 2)
  end
end

--- Waits for a condition, with a guard.
function M.wait(condition, what)
  if not vim.wait(10000, condition, 5) then
    error('waited 10 s for ' .. what, 2)
  end
end

function M.folder()
  local made = vim.fn.tempname()
  vim.fn.mkdir(made, 'p')
  return made
end

function M.lines(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

--- A conversation as it is after it was on disk.
function M.from_disk(model)
  local json = require('acpd.json')
  local head, items = model:dump()
  return require('acpd.model.conversation').load(
    json.decode(json.encode(head)),
    vim.tbl_map(function(item)
      return json.decode(vim.json.encode(item))
    end, items)
  )
end

return M
