-- What is written for people names what there is.
local t = require('harness')
local files = require('acpd.files')

local plugin = vim.fs.dirname(vim.fs.dirname(vim.api.nvim_get_runtime_file('lua/acpd', false)[1]))
local help = files.read(plugin .. '/doc/acpd.txt')
local names = vim.tbl_keys(require('acpd.command').all())
table.sort(names)

t.it('every subcommand has a help tag and a map, and there are no others', function()
  local tags, maps = {}, {}
  for tag in help:gmatch('%*:Acpd%-(%w+)%*') do
    tags[#tags + 1] = tag
  end
  table.sort(tags)
  t.eq(tags, names)
  vim.cmd('runtime plugin/acpd.lua')
  for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
    maps[#maps + 1] = map.lhs:match('^<Plug>%(acpd%-(%w+)%)$')
  end
  table.sort(maps)
  t.eq(maps, names)
end)

t.it('every key of every buffer runs a subcommand that exists', function()
  for _, keys in pairs(require('acpd.ui.keys').of) do
    for _, key in ipairs(keys) do
      t.eq(key[2] == nil or vim.tbl_contains(names, key[2]), true)
    end
  end
end)

t.it('every setting is in the help, with its default', function()
  local shown = help:match("require%('acpd'%)%.setup(%b())"):gsub('%-%-[^\n]*', '')
  t.eq(assert(loadstring('return ' .. shown))(), require('acpd.config').get())
end)

t.it('both sets of icons have every icon', function()
  local words = require('acpd.model.words')
  local unicode, ascii = vim.tbl_keys(words.icon_sets.unicode), vim.tbl_keys(words.icon_sets.ascii)
  table.sort(unicode)
  table.sort(ascii)
  t.eq(ascii, unicode)
  for _, icon in pairs(words.icon_sets.ascii) do
    t.eq(#icon, 1)
  end
end)

--- What a file requires of the plugin.
local function required(path)
  local found = {}
  for name in files.read(path):gmatch("require%('acpd%.([%w_.]+)'%)") do
    found[#found + 1] = name
  end
  return found
end

t.it(
  'the model knows nothing but itself, and what is below the windows does not know these',
  function()
    for name in vim.fs.dir(plugin .. '/lua/acpd/model') do
      for _, one in ipairs(required(plugin .. '/lua/acpd/model/' .. name)) do
        t.eq({ name, one == 'json' or vim.startswith(one, 'model.') }, { name, true })
      end
    end
    local below =
      { 'lines', 'json', 'loop', 'rpc', 'config', 'files', 'paths', 'client', 'watch', 'journal' }
    for _, name in
      ipairs(vim.list_extend(below, { 'session', 'mentions', 'say', 'reload', 'workspace' }))
    do
      for _, one in ipairs(required(('%s/lua/acpd/%s.lua'):format(plugin, name))) do
        t.eq({ name, one, one == 'ui.view' or not vim.startswith(one, 'ui.') }, { name, one, true })
      end
    end
  end
)
