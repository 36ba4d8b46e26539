-- An agent writes files that are open here.
local t = require('harness')
local files = require('acpd.files')
local reload = require('acpd.reload')

local folder = t.folder()
local said
require('acpd.say').at = function(_, text)
  said[#said + 1] = text
end

--- A file that is open; then another program writes it, with another size and time.
local function written(name, mine, theirs, settings)
  local path = vim.fs.joinpath(folder, name)
  files.replace(path, 'as it was\n')
  vim.cmd.edit(path)
  local buffer = vim.api.nvim_get_current_buf()
  for option, value in pairs(settings or {}) do
    vim.bo[buffer][option] = value
  end
  if mine then
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { mine })
  end
  if theirs then
    files.replace(path, theirs)
    vim.uv.fs_utime(path, 1e9, 1e9)
  else
    files.remove(path)
  end
  said = {}
  reload.look()
  return buffer, path
end

t.it('what has no changes here is read again, without a word', function()
  local buffer = written('a.txt', nil, 'of the agent\n')
  t.eq(t.lines(buffer), { 'of the agent' })
  t.eq(said, {})
end)

t.it('what both have changed stays as it is, on disk and here, and is said once', function()
  local buffer, path = written('b.txt', 'mine', 'of the agent\n')
  t.eq(t.lines(buffer), { 'mine' })
  t.eq(vim.bo[buffer].modified, true)
  t.eq(files.read(path), 'of the agent\n')
  t.eq(#said, 1)
  t.eq(said[1]:find('changed on disk and here, yours stays', 1, true) ~= nil, true)
  reload.look()
  t.eq(#said, 1)
  vim.bo[buffer].modified = false
end)

t.it('what is not to be read by itself, or is gone, is said', function()
  local buffer = written('c.txt', nil, 'of the agent\n', { autoread = false })
  t.eq(t.lines(buffer), { 'as it was' })
  t.eq(said[1]:find('changed on disk (:e reads it)', 1, true) ~= nil, true)
  buffer = written('d.txt', nil, nil)
  t.eq(t.lines(buffer), { 'as it was' })
  t.eq(said[1]:find('gone from the disk', 1, true) ~= nil, true)
  reload.look()
  t.eq(#said, 1)
end)

t.it("a person's own way of taking such changes is left to them", function()
  local own = vim.api.nvim_create_autocmd('FileChangedShell', {
    pattern = '*/e.txt',
    callback = function()
      vim.api.nvim_set_vvar('fcs_choice', 'reload')
    end,
  })
  local buffer = written('e.txt', 'mine', 'of the agent\n')
  t.eq(t.lines(buffer), { 'of the agent' })
  t.eq(said, {})
  vim.api.nvim_del_autocmd(own)
end)
