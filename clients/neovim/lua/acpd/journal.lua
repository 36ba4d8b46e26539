-- What a session's buffer showed, on disk: a head (cursor and facts), a line for each item, and
-- then each update since, as it came. Owned by a session, which writes an update after it has drawn
-- it; the cursor is the last number in the file, so that it never runs ahead of what was shown.
-- Only whole lines count: a killed Neovim may leave half of one.
local files = require('acpd.files')
local json = require('acpd.json')

local uv = vim.uv
local M = {}
M.__index = M

local format = 1
local rewrite_bytes = 4 * 1024 * 1024 -- of updates, and more than the rest: then they are folded

---@return table journal; `kept` false where another Neovim writes it or the person wants none
function M.open(id)
  local path = files.path(id, '.jsonl')
  local self = setmetatable({ path = path, id = id, kept = false, folded = 0, grown = 0 }, M)
  if require('acpd.config').get().keep then
    local trouble
    self.kept, trouble = files.lock(files.path(id, '.lock'))
    self:report(trouble)
  end
  return self
end

--- Frames without a number belong to the entry whose number comes next: at the end of the file
--- that one is missing, and all of them come again.
local function settled(updates)
  local last = 0
  for index, params in ipairs(updates) do
    if json.get(params, '_meta', 'acpd/seq') then
      last = index
    end
  end
  return vim.list_slice(updates, 1, last)
end

---@return {head: table, items: table[], updates: table[]}|nil
function M:read()
  local bytes = files.read(self.path)
  local whole = bytes and bytes:match('^(.*\n)[^\n]*$') or ''
  local read = { items = {}, updates = {} }
  for line in whole:gmatch('([^\n]*)\n') do
    local value = json.decode(line)
    if not read.head then
      read.head = value
      if type(value) ~= 'table' or value.format ~= format or value.sessionId ~= self.id then
        return nil
      end
    elseif type(value) == 'table' and value.params then
      table.insert(read.updates, value.params)
    elseif type(value) == 'table' then
      table.insert(read.items, value)
    end
  end
  if not read.head then
    return nil
  end
  read.updates = settled(read.updates)
  return read
end

--- The whole of it anew, as one file that takes the other's place.
function M:rewrite(head, items)
  if not self.kept then
    return
  end
  head.format, head.sessionId = format, self.id
  local written = { json.encode(head) }
  for _, item in ipairs(items) do
    written[#written + 1] = vim.json.encode(item)
  end
  local bytes = table.concat(written, '\n') .. '\n'
  self:close_file()
  self:report(files.replace(self.path, bytes))
  self.folded, self.grown = #bytes, 0
end

---@param messages string[] the lines as they came
---@return boolean due a rewrite is
function M:append(messages)
  if not self.kept or #messages == 0 then
    return false
  end
  local trouble
  if not self.file then
    self.file, trouble = uv.fs_open(self.path, 'a', tonumber('600', 8))
  end
  if not self.file then
    self:report(trouble)
    return false
  end
  local bytes = table.concat(messages, '\n') .. '\n'
  local written
  written, trouble = uv.fs_write(self.file, bytes)
  if written ~= #bytes then
    self:report(trouble or 'the disk is full')
    return false
  end
  self.grown = self.grown + #bytes
  return self.grown > rewrite_bytes and self.grown > self.folded
end

--- Said once. What lies on disk so far is still a place to go on from.
function M:report(trouble)
  if trouble then
    self.kept = false
    local text = 'a conversation cannot be kept (%s): %s'
    require('acpd.say').warn(text:format(trouble, self.path))
  end
end

function M:close_file()
  if self.file then
    uv.fs_close(self.file)
    self.file = nil
  end
end

function M:close()
  self:close_file()
  if self.kept then
    files.remove(files.path(self.id, '.lock'))
  end
end

function M:remove()
  self:close()
  for _, suffix in ipairs({ '.jsonl', '.ui.json' }) do
    files.remove(files.path(self.id, suffix))
  end
end

return M
