-- What `@path` in a prompt becomes: a link to the file, beside the text as it was typed, and for
-- an image, where the agent takes images, the image itself. Only files that exist are meant: an
-- address of mail is none.
local watch = require('acpd.watch')

local uv = vim.uv
local M = {}

local image_most = 8 * 1024 * 1024
local images = {
  png = 'image/png',
  jpg = 'image/jpeg',
  jpeg = 'image/jpeg',
  gif = 'image/gif',
  webp = 'image/webp',
}

--- What the session's own agent takes; while that is not known, a link is always right.
local function takes_images(session)
  return vim.tbl_contains(watch.facts(watch.sessions[session.id]).prompt or {}, 'image')
end

local function image_block(path, session)
  local type_of = images[(path:match('%.(%w+)$') or ''):lower()]
  local stat = uv.fs_stat(path)
  if not type_of or not takes_images(session) then
    return nil
  elseif stat and stat.size <= image_most then
    local bytes = require('acpd.files').read(path) -- nil: a folder, or not ours to read
    return bytes and { type = 'image', mimeType = type_of, data = vim.base64.encode(bytes) }
  end
end

---@param typed string "lua/a.lua" or "lua/a.lua#L3-L9"
local function link(typed, session)
  local path, place = typed:match('^(.-)(#L%d+%-?L?%d*)$')
  path = path or typed
  local whole = vim.startswith(path, '/') and path or vim.fs.joinpath(session.cwd or '', path)
  local stat = uv.fs_stat(whole)
  if not stat then
    return nil
  end
  return image_block(whole, session)
    or { type = 'resource_link', name = path, uri = vim.uri_from_fname(whole) .. (place or '') }
end

---@param session {id: string, cwd: string|nil}
---@return table[] content blocks: the text, and what it mentions
function M.blocks(text, session)
  local blocks, seen = { { type = 'text', text = text } }, {}
  for before, typed in (' ' .. text):gmatch('([%s(])@([^%s]+)') do
    -- A point or a comma behind a path ends the sentence.
    local path = typed
    local made = link(path, session)
    while not made and path:match('[.,;:)!?]$') do
      path = path:sub(1, -2)
      made = path ~= '' and link(path, session) or nil
    end
    if before and made and not seen[path] then
      seen[path] = true
      blocks[#blocks + 1] = made
    end
  end
  return blocks
end

--- A prompt with other words: what the old words mentioned goes, what was attached stays.
function M.edited(prompt, said, session)
  local blocks = M.blocks(said, session)
  local mentioned = M.blocks(require('acpd.model.text').said(prompt), session)
  for _, block in ipairs(prompt) do
    local same = function(one)
      return vim.deep_equal(one, block)
    end
    if block.type ~= 'text' and not vim.iter(mentioned):any(same) then
      blocks[#blocks + 1] = block
    end
  end
  return blocks
end

return M
