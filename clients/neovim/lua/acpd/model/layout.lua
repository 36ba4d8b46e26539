-- Which item stands in which lines. Pure. Heights are kept; where an item starts is summed up when
-- somebody asks, from the first item whose place is not known any more: what grows at the end costs
-- nothing in front of it.
local M = {}
M.__index = M

function M.new()
  return setmetatable({ heights = {}, folds = {}, starts = {}, known = 0 }, M)
end

---@param index integer
---@param height integer
---@param head integer|nil line within the item below which it is folded
function M:set(index, height, head)
  self.folds[index] = head or false
  if self.heights[index] ~= height then
    self.heights[index] = height
    self.known = math.min(self.known, index)
  end
end

--- The first line of an item, from 0; of the one after the last: how many lines there are.
function M:start(index)
  if index <= 1 then
    return 0
  end
  while self.known < index do
    local at = self.known + 1
    local before = self.starts[at - 1]
    self.starts[at] = before and before + self.heights[at - 1] or 0
    self.known = at
  end
  return self.starts[index]
end

function M:height(index)
  return self.heights[index] or 0
end

--- The item at a line (from 0), and that line within it.
function M:at(line)
  local low, high = 1, #self.heights
  if high == 0 then
    return nil, 0
  end
  while low < high do
    local middle = math.ceil((low + high) / 2)
    if self:start(middle) <= line then
      low = middle
    else
      high = middle - 1
    end
  end
  return low, line - self:start(low)
end

--- For 'foldexpr': 0 outside, '>1' at a head, 1 in what it hides.
function M:fold_level(line)
  local index, within = self:at(line)
  local head = index and self.folds[index]
  if not head or within < head - 1 then
    return 0
  end
  return within == head - 1 and '>1' or 1
end

--- The items in front are gone; `first` takes their place.
function M:drop(count, first_height)
  self.heights = vim.list_slice(self.heights, count + 1)
  self.folds = vim.list_slice(self.folds, count + 1)
  table.insert(self.heights, 1, first_height)
  table.insert(self.folds, 1, false)
  self.known, self.starts = 0, {}
end

return M
