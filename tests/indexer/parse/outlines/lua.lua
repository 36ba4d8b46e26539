local store = require("jobs.store")

local M = {}

M.limit = 10

--- Makes one.
-- @param id number
function M.new(id)
  local inner = function() return store.open(id) end
  return setmetatable({ inner = inner }, M)
end

function M:run(times)
  self.inner():load(times)
end

local function check(id) return id > 0 end

M.handlers = {
  start = function() check(1) end,
}

return M
