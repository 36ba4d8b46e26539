-- A conversation's buffer: draws items where they stand, and only what changed.
-- Owned by a session; nothing else writes the buffer. `layout` knows which item is where.
local layout = require('acpd.model.layout')
local render = require('acpd.model.render')

local api = vim.api
local M = {}
M.__index = M

local heads = api.nvim_create_namespace('acpd.heads')
local banners = api.nvim_create_namespace('acpd.banner')

function M.new(buffer, model)
  local new =
    { buffer = buffer, model = model, layout = layout.new(), marks = {}, lacks_folds = false }
  return setmetatable(new, M)
end

--- Windows that show the end go on showing it.
local function followers(buffer)
  local last = api.nvim_buf_line_count(buffer)
  return vim.tbl_filter(function(window)
    return api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(buffer))
end

--- The first number from `low` on for which it holds, as it does for all behind; else `high`.
local function first_where(low, high, holds)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if holds(middle) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

--- The end at the bottom, where Neovim itself would put it in the middle of an empty window; of a
--- line that is higher than the room above it, its own end ('smoothscroll').
--- Not by `zb`: `:normal` in one window ends the Insert mode that another one is about to begin.
local function end_at_bottom(window, last)
  local info = vim.fn.getwininfo(window)[1]
  local function rows(first, to)
    return api.nvim_win_text_height(window, { start_row = first - 1, end_row = to - 1 }).all
  end
  local function fits(top)
    return rows(top, last) <= info.height -- without its bar
  end
  -- A fold is one line: how far up the window reaches is not known from its height.
  local above, step = last, 1
  while above > 1 and fits(above) do
    above, step = math.max(1, above - step), step * 2
  end
  local top, skipped = first_where(above, last, fits), 0
  local room = info.height - rows(top, last)
  if room < 0 then
    skipped = -room
  elseif top > 1 and room > 0 then
    top, skipped = top - 1, rows(top - 1, top - 1) - room
  end
  api.nvim_win_call(window, function()
    vim.fn.winrestview({ topline = top, skipcol = skipped * (info.width - info.textoff) })
  end)
end

--- Where the cursor stands while it follows: at the end of the last line, which may be the only one
--- that is seen, and not all of it.
local function to_end(window, buffer, last)
  local line = api.nvim_buf_get_lines(buffer, last - 1, last, true)[1]
  api.nvim_win_set_cursor(window, { last, math.max(0, #line - 1) })
end

function M:change(work)
  local following = followers(self.buffer)
  vim.bo[self.buffer].modifiable = true
  work()
  vim.bo[self.buffer].modifiable = false
  vim.bo[self.buffer].modified = false
  -- While somebody types, in whatever window, Neovim makes no folds.
  self.lacks_folds = self.lacks_folds or api.nvim_get_mode().mode:match('^[iR]') ~= nil
  local last = api.nvim_buf_line_count(self.buffer)
  for _, window in ipairs(following) do
    to_end(window, self.buffer, last)
    -- A menu of completions would go.
    if vim.fn.pumvisible() == 0 then
      end_at_bottom(window, last)
    end
  end
end

function M:mark_head(item, rendered)
  local row = rendered.head and self.layout:start(item.index) + rendered.head - 1
  if row then
    self.marks[item] = api.nvim_buf_set_extmark(self.buffer, heads, row, 0, {
      id = self.marks[item],
      line_hl_group = rendered.group,
    })
  end
end

function M:draw_item(item, first)
  local start, height = self.layout:start(item.index), self.layout:height(item.index)
  local lines, at = render.tail(item, first)
  -- The layout first: Neovim asks for folds while lines are set.
  if lines then
    self.layout:set(item.index, at + #lines, self.layout.folds[item.index] or nil)
    return api.nvim_buf_set_lines(self.buffer, start + at, start + height, true, lines)
  end
  local rendered = render.item(item, self.model)
  self.layout:set(item.index, #rendered.lines, rendered.fold and rendered.head or nil)
  api.nvim_buf_set_lines(self.buffer, start, start + height, true, rendered.lines)
  self:mark_head(item, rendered)
end

--- New items stand at the end, and are written at once.
function M:draw_new(from)
  local lines, drawn = {}, {}
  for index = from, #self.model.items do
    local item = self.model.items[index]
    local rendered = render.item(item, self.model)
    vim.list_extend(lines, rendered.lines)
    self.layout:set(index, #rendered.lines, rendered.fold and rendered.head or nil)
    drawn[#drawn + 1] = { item, rendered }
  end
  if #drawn == 0 then
    return
  end
  local start = self.layout:start(from)
  -- A buffer is never empty: its one line is not ours yet.
  api.nvim_buf_set_lines(self.buffer, start, from == 1 and -1 or start, true, lines)
  for _, one in ipairs(drawn) do
    self:mark_head(one[1], one[2])
  end
end

---@param changes table<table, integer> of the model
function M:draw(changes)
  local old, drawn = {}, #self.layout.heights
  for item in pairs(changes) do
    if item.index <= drawn then
      old[#old + 1] = item
    end
  end
  table.sort(old, function(a, b)
    return a.index < b.index
  end)
  self:change(function()
    for _, item in ipairs(old) do
      self:draw_item(item, changes[item])
    end
    self:draw_new(drawn + 1)
  end)
end

local bytes_most = 8 * 1024 * 1024 -- of text: lines of 2,000 bytes are dear

--- The first line of those at the end that stay; nil while nothing is too much. A quarter more is
--- borne with, so that it is not unloaded line by line.
local function first_kept(buffer, most)
  local lines = api.nvim_buf_line_count(buffer)
  local bytes = api.nvim_buf_get_offset(buffer, lines)
  local first = lines >= most * 1.25 and lines - most or nil
  if bytes < bytes_most * 1.25 then
    return first
  end
  return first_where(first or 0, lines, function(line)
    return bytes - api.nvim_buf_get_offset(buffer, line) <= bytes_most
  end)
end

--- Unloads what is oldest until about `most` lines, and 8 MB, are left.
function M:unload(most)
  local first = first_kept(self.buffer, most)
  if not first or #self.model.items < 2 then
    return false
  end
  local index = self.layout:at(first)
  local count = math.max(0, math.min(index, #self.model.items) - 1)
  if count < 2 then
    return false
  end
  local height = self.layout:start(count + 1)
  for _, item in ipairs(self.model:drop_oldest(count)) do
    self.marks[item] = nil
  end
  local gap = self.model.items[1]
  local rendered = render.item(gap, self.model)
  self.layout:drop(count, #rendered.lines)
  self:change(function()
    api.nvim_buf_set_lines(self.buffer, 0, height, true, rendered.lines)
  end)
  self.model.changed[gap] = nil
  self:mark_head(gap, rendered)
  return true
end

--- Above what came meanwhile: virtual, since a message may go on in the middle of a line.
function M:banner(row, text)
  api.nvim_buf_clear_namespace(self.buffer, banners, 0, -1)
  if text ~= '' then
    row = math.min(row, api.nvim_buf_line_count(self.buffer) - 1)
    api.nvim_buf_set_extmark(self.buffer, banners, row, 0, {
      virt_lines = { { { '── ' .. text .. ' ──', 'AcpdBanner' } } },
    })
  end
end

--- Runs `work`, which may draw everything anew, and puts windows back to where they were.
function M:in_place(work)
  local places = {}
  local last = api.nvim_buf_line_count(self.buffer)
  for _, window in ipairs(vim.fn.win_findbuf(self.buffer)) do
    local place = api.nvim_win_call(window, vim.fn.winsaveview)
    places[window] = place.lnum < last and place or nil
  end
  work()
  for window, place in pairs(places) do
    api.nvim_win_call(window, function()
      vim.fn.winrestview(place)
    end)
  end
end

--- Everything anew, for another model.
function M:reset(model)
  self.model, self.layout, self.marks = model, layout.new(), {}
  api.nvim_buf_clear_namespace(self.buffer, heads, 0, -1)
  api.nvim_buf_clear_namespace(self.buffer, banners, 0, -1)
  self:change(function()
    api.nvim_buf_set_lines(self.buffer, 0, -1, true, {})
  end)
end

function M:item_at(row)
  local index = self.layout:at(row)
  return index and self.model.items[index] or nil
end

function M:fold_level(row)
  return self.layout:fold_level(row)
end

return M
