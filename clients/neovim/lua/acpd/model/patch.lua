-- A git patch (absolute paths, no a/ and b/) as the two sides that Neovim's diff mode compares.
-- Pure. Where the file is at hand and a side of the patch fits it, both sides are the whole file;
-- else they are what the patch shows.
local M = {}

---@class acpd.hunk
---@field at integer first line of the old side
---@field old string[]
---@field new string[]

local function new_file(path)
  return { path = path, hunks = {} }
end

local function hunk_line(hunk, line)
  local sign, rest = line:sub(1, 1), line:sub(2)
  if sign == '-' or sign == ' ' or line == '' then
    table.insert(hunk.old, rest)
  end
  if sign == '+' or sign == ' ' or line == '' then
    table.insert(hunk.new, rest)
  end
end

--- How many lines a hunk still has to come, by its own count: "---" may be one of them.
local function left(hunk)
  return #hunk.old < hunk.old_count or #hunk.new < hunk.new_count
end

---@return {path: string, old_path: string|nil, hunks: acpd.hunk[]}[]
function M.parse(text)
  local files, file, hunk = {}, nil, nil
  for _, line in ipairs(vim.split(text, '\n')) do
    if hunk and left(hunk) then
      if line:sub(1, 1) ~= '\\' then
        hunk_line(hunk, line)
      end
    elseif line:match('^diff %-%-git ') then
      file, hunk = new_file(nil), nil
      files[#files + 1] = file
    elseif line:match('^%-%-%- ') then
      if not file or #file.hunks > 0 then
        file = new_file(nil)
        files[#files + 1] = file
      end
      file.old_path, hunk = line:match('^%-%-%- ([^\t]*)'), nil
    elseif line:match('^%+%+%+ ') and file then
      file.path = line:match('^%+%+%+ ([^\t]*)')
    elseif line:match('^@@') and file then
      local at, count, new_count = line:match('^@@ %-(%d+),?(%d*) %+%d+,?(%d*) @@')
      hunk = {
        at = tonumber(at) or 1,
        old = {},
        new = {},
        old_count = tonumber(count) or 1,
        new_count = tonumber(new_count) or 1,
      }
      table.insert(file.hunks, hunk)
    end
  end
  for _, one in ipairs(files) do
    local gone = not one.path or one.path == '/dev/null'
    one.path = gone and one.old_path or one.path
  end
  return files
end

local function matches(lines, at, wanted)
  for index, line in ipairs(wanted) do
    if lines[at + index - 1] ~= line then
      return false
    end
  end
  return true
end

--- Where a side stands: at its line, else at the one place that has it.
local function find(lines, near, wanted)
  if matches(lines, near, wanted) then
    return near
  end
  local found
  for at = 1, #lines - #wanted + 1 do
    if matches(lines, at, wanted) then
      if found then
        return nil
      end
      found = at
    end
  end
  return found
end

--- `lines` with every hunk's one side replaced by its other; nil when one does not fit.
local function replaced(lines, hunks, from, to)
  local result, rest, moved = {}, 1, 0
  for _, hunk in ipairs(hunks) do
    local near = hunk.at + (from == 'new' and moved or 0)
    local at = #hunk[from] > 0 and find(lines, near, hunk[from]) or (#lines == 0 and 1)
    if not at or at < rest then
      return nil
    end
    vim.list_extend(result, lines, rest, at - 1)
    vim.list_extend(result, hunk[to])
    rest = at + #hunk[from]
    moved = moved + #hunk.new - #hunk.old
  end
  return vim.list_extend(result, lines, rest)
end

---@param lines string[]|nil the file as it is now
---@return string[] old
---@return string[] new
function M.sides(file, lines)
  if lines then
    local new = replaced(lines, file.hunks, 'old', 'new')
    if new then
      return lines, new
    end
    local old = replaced(lines, file.hunks, 'new', 'old')
    if old then
      return old, lines
    end
  end
  local old, new = {}, {}
  for _, hunk in ipairs(file.hunks) do
    vim.list_extend(old, hunk.old)
    vim.list_extend(new, hunk.new)
  end
  return old, new
end

return M
