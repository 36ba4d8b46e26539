-- Cuts a stream of bytes into lines. A line may come in any number of pieces, and one piece may
-- hold any number of lines; the pieces of an unfinished line are joined once, when it ends, so that
-- a line of many megabytes costs no more than its bytes.
local M = {}
M.__index = M

function M.new()
  return setmetatable({ pieces = {} }, M)
end

---@param bytes string
---@return string[] lines whole ones, without their newline
function M:feed(bytes)
  local lines, from = {}, 1
  while true do
    local at = bytes:find('\n', from, true)
    if not at then
      break
    end
    local line = bytes:sub(from, at - 1)
    if #self.pieces > 0 then
      self.pieces[#self.pieces + 1] = line
      line = table.concat(self.pieces)
      self.pieces = {}
    end
    lines[#lines + 1] = line
    from = at + 1
  end
  if from <= #bytes then
    self.pieces[#self.pieces + 1] = bytes:sub(from)
  end
  return lines
end

return M
