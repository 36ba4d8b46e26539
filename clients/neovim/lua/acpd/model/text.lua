-- Text of a peer, made fit for lines of a buffer. Pure.
local M = {}

--- One endless line would make every redraw slow: from here on it goes on in the next line.
local line_most = 2000

--- Where a line that is too long from `from` on may be cut: after a space, and never inside a
--- character. The line itself may have megabytes: only its piece is looked at.
local function cut(line, from)
  local space = line:sub(from, from + line_most - 1):match('^.*() ')
  if space and space > line_most / 2 then
    return from + space - 1
  end
  local at = from + line_most - 1
  while at > from and (line:byte(at + 1) or 0) >= 0x80 and (line:byte(at + 1) or 0) < 0xC0 do
    at = at - 1
  end
  return at
end

--- Appends to lines whose last one is still open: `lines` has at least one.
---@param lines string[]
---@param text string
---@return integer first the first line that looks different now
function M.append(lines, text)
  local first = #lines
  if text:find('\r', 1, true) then
    text = text:gsub('\r\n', '\n'):gsub('\r', '\n')
  end
  local from = 1
  while true do
    local at = text:find('\n', from, true)
    local piece = text:sub(from, at and at - 1 or -1)
    local open, begins = lines[#lines] .. piece, 1
    while #open - begins + 1 > line_most do
      local here = cut(open, begins)
      lines[#lines] = open:sub(begins, here)
      begins = here + 1
      lines[#lines + 1] = ''
    end
    lines[#lines] = open:sub(begins)
    if not at then
      return first
    end
    lines[#lines + 1] = ''
    from = at + 1
  end
end

function M.lines(text)
  local lines = { '' }
  M.append(lines, tostring(text))
  return lines
end

--- The first lines of a text that may be long, and how many more there are.
---@return string[] lines
---@return integer more
function M.first_lines(text, most)
  local at = 0
  for _ = 1, most do
    at = text:find('\n', at + 1, true)
    if not at then
      return M.lines(text), 0
    end
  end
  local ends = select(2, text:gsub('\n', ''))
  return M.lines(text:sub(1, at - 1)), ends + 1 - most
end

--- A title: one line, no control characters.
---@param most integer|nil columns of the screen
function M.line(text, most)
  text = tostring(text or '')
  -- A character has at most six bytes and a few marks: of megabytes only the beginning counts.
  local line = (most and text:sub(1, most * 64) or text):gsub('%c+', ' ')
  if not most or #line <= most or vim.fn.strdisplaywidth(line) <= most then
    return line
  end
  local characters = most
  local head
  repeat
    characters = characters - 1
    head = vim.fn.strcharpart(line, 0, characters)
  until vim.fn.strdisplaywidth(head) < most
  return head .. '…'
end

--- What a terminal would do is not done: its escape sequences are left out.
function M.plain(bytes)
  bytes = bytes:gsub('\27%][^\7\27]*\7?', ''):gsub('\27[PX^_][^\27]*\27\\', '')
  bytes = bytes:gsub('\27[()*+#%% ].', '')
  bytes = bytes:gsub('\27%[[0-?]*[ -/]*[@-~]', ''):gsub('\27[@-Z\\-_a-z0-9=>()]', '')
  -- A carriage return without a newline draws the line anew.
  bytes = bytes:gsub('\r\n', '\n'):gsub('[^\n]*\r', '')
  return (bytes:gsub('[%z\1-\8\11-\31\127]', ''))
end

--- The address of the web at a column (from 1) of a line; other schemes are nobody's to open.
function M.address_at(line, column)
  local from = 1
  while true do
    local first, last = line:find('https?://[^%s<>()%[%]"`]+', from)
    if not first or first > column then
      return nil
    elseif column <= last then
      return (line:sub(first, last):gsub("[.,;:!?']+$", ''))
    end
    from = last + 1
  end
end

local function size(data)
  local bytes = math.floor(#data * 3 / 4)
  return bytes < 2048 and (bytes .. ' bytes') or (math.floor(bytes / 1024) .. ' kB')
end

local words = {
  text = function(block)
    return tostring(block.text or '')
  end,
  image = function(block)
    return ('[image %s, %s]'):format(M.line(block.mimeType), size(block.data or ''))
  end,
  audio = function(block)
    return ('[audio %s, %s]'):format(M.line(block.mimeType), size(block.data or ''))
  end,
  resource_link = function(block)
    return ('[%s](%s)'):format(M.line(block.title or block.name), M.line(block.uri))
  end,
  resource = function(block)
    local resource = type(block.resource) == 'table' and block.resource or {}
    if type(resource.text) ~= 'string' then
      return ('[resource %s]'):format(M.line(resource.uri))
    end
    return ('[%s]\n%s'):format(M.line(resource.uri), resource.text)
  end,
}

--- A content block in words; one of a kind that is not known says its kind.
function M.block(block)
  if type(block) ~= 'table' then
    return ''
  end
  local in_words = words[block.type]
  return in_words and in_words(block) or ('[%s]'):format(M.line(block.type or 'content'))
end

--- What a person typed of a prompt: its texts, without what they mention; else all of it.
function M.said(blocks)
  local texts = {}
  for _, block in ipairs(type(blocks) == 'table' and blocks or {}) do
    texts[#texts + 1] = block.type == 'text' and M.block(block) or nil
  end
  return #texts > 0 and table.concat(texts, '\n') or M.blocks(blocks)
end

function M.blocks(blocks)
  return table.concat(vim.tbl_map(M.block, type(blocks) == 'table' and blocks or {}), '\n')
end

return M
