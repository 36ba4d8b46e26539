-- JSON as it is spoken with the daemon: null stays `null` (ACP's patches tell it from an absent
-- field), and what cannot be decoded is an outcome, not an error.
local M = {}

M.null = vim.NIL

--- Half of a surrogate pair is legal in JSON's grammar and no character: decoders refuse the line.
--- Whole pairs are put aside meanwhile, under control characters, which no JSON text holds.
local function without_halves(line)
  line = line:gsub('\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)', '\1%1\2%2')
  line = line:gsub('\\u[dD][89a-fA-F]%x%x', '\\ufffd')
  return (line:gsub('\1(%x%x%x%x)\2(%x%x%x%x)', '\\u%1\\u%2'))
end

---@return any|nil value
---@return string|nil trouble
function M.decode(line)
  local ok, value = pcall(vim.json.decode, line)
  if not ok then
    ok, value = pcall(vim.json.decode, without_halves(line))
  end
  if not ok then
    return nil, tostring(value)
  end
  return value
end

local sequences = {
  '^[\194-\223][\128-\191]',
  '^[\224-\239][\128-\191][\128-\191]',
  '^[\240-\244][\128-\191][\128-\191][\128-\191]',
}

--- Bytes that are not UTF-8 would make the whole line unreadable for the daemon.
local function valid_text(text)
  return (
    text:gsub('[\128-\255]+', function(run)
      local whole, at = {}, 1
      while at <= #run do
        local character
        for _, sequence in ipairs(sequences) do
          character = character or run:match(sequence, at)
        end
        whole[#whole + 1] = character or '\239\191\189'
        at = at + #(character or ' ')
      end
      return table.concat(whole)
    end)
  )
end

local function in_utf8(value)
  if type(value) == 'string' then
    return valid_text(value)
  elseif type(value) ~= 'table' or vim.tbl_isempty(value) then
    return value
  end
  local clean = {}
  for key, member in pairs(value) do
    clean[key] = in_utf8(member)
  end
  return clean
end

--- Neovim writes "session\/new", which is right, but longer, and no pleasure to read on disk.
local plain_slash = { ['\\/'] = '/' }

---@return string line without a newline
function M.encode(value)
  return (vim.json.encode(in_utf8(value)):gsub('\\.', plain_slash))
end

--- A member that may be absent or null.
function M.get(value, ...)
  for _, key in ipairs({ ... }) do
    if type(value) ~= 'table' or value[key] == nil or value[key] == vim.NIL then
      return nil
    end
    value = value[key]
  end
  return value ~= vim.NIL and value or nil
end

--- What a peer names something by; raises an error where it is no text.
---@return string
function M.id(value)
  return assert(type(value) == 'string' and value, 'an id must be a text')
end

--- The tables of a list that a peer gave; what is none of these is left out.
---@return table[]
function M.tables(value)
  local found = {}
  for _, one in ipairs(type(value) == 'table' and value or {}) do
    found[#found + 1] = type(one) == 'table' and one or nil
  end
  return found
end

--- ACP's patches: an absent member stays as it was, null clears it.
function M.patch(into, from, names)
  for _, name in ipairs(names) do
    if from[name] == M.null then
      into[name] = nil
    elseif from[name] ~= nil then
      into[name] = from[name]
    end
  end
end

--- `{}` as an object: Lua's empty table would be written as a list.
function M.object(value)
  return next(value) == nil and vim.empty_dict() or value
end

return M
