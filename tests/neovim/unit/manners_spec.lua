-- What the plugin leaves alone: nothing global but one command, <Plug> maps and groups of its own.
local t = require('harness')

local plugin = vim.fs.dirname(vim.fs.dirname(vim.api.nvim_get_runtime_file('lua/acpd', false)[1]))

local function autocommands()
  local found = {}
  for _, one in ipairs(vim.api.nvim_get_autocmds({})) do
    found[one.id or vim.inspect(one)] = one
  end
  return found
end

local before = { globals = vim.tbl_extend('force', {}, _G), autocommands = autocommands() }
before.commands = vim.api.nvim_get_commands({})
local options = vim.api.nvim_get_all_options_info()

local function modules()
  local found = {}
  for name, kind in vim.fs.dir(plugin .. '/lua', { depth = 5 }) do
    if kind == 'file' then
      found[#found + 1] = name:gsub('%.lua$', ''):gsub('/init$', ''):gsub('/', '.')
    end
  end
  return found
end

t.it('an older Neovim is told that it is too old, once, and gets no command', function()
  local has, notify, said = vim.fn.has, vim.notify, {}
  rawset(vim.fn, 'has', function(what)
    return what == 'nvim-0.10' and 0 or has(what)
  end)
  rawset(vim, 'notify', function(text)
    said[#said + 1] = text
  end)
  vim.cmd('runtime plugin/acpd.lua')
  vim.cmd('runtime plugin/acpd.lua')
  rawset(vim.fn, 'has', has)
  rawset(vim, 'notify', notify)
  vim.g.loaded_acpd = nil
  t.eq({ said, vim.fn.exists(':Acpd') }, { { 'acpd: Neovim 0.10 or newer is needed' }, 0 })
end)

vim.cmd('runtime plugin/acpd.lua')

t.it('nothing of it is loaded before it is used', function()
  for name in pairs(package.loaded) do
    t.eq({ name, vim.startswith(name, 'acpd') }, { name, false })
  end
end)

require('acpd').load()
require('acpd').setup({})
for _, name in ipairs(modules()) do
  require(name)
end

t.it('no module leaves a global behind', function()
  for name in pairs(_G) do
    t.eq({ name, before.globals[name] ~= nil }, { name, true })
  end
end)

t.it('each autocommand belongs to a group of its own, so that it can be removed', function()
  local count = 0
  for id, one in pairs(autocommands()) do
    if not before.autocommands[id] then
      count = count + 1
      t.eq({ one.event, vim.startswith(one.group_name or 'none', 'acpd') }, { one.event, true })
    end
  end
  t.eq(count > 5, true)
end)

t.it('there is one command, and no global map but <Plug>', function()
  for name in pairs(vim.api.nvim_get_commands({})) do
    t.eq({ name, name == 'Acpd' or before.commands[name] ~= nil }, { name, true })
  end
  for _, mode in ipairs({ 'n', 'i', 'x', 'o', 'c', 't' }) do
    for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
      local ours = (map.desc or ''):find('^acpd') ~= nil
      t.eq({ map.lhs, ours and not vim.startswith(map.lhs, '<Plug>') }, { map.lhs, false })
    end
  end
end)

t.it('no global option is changed by loading it', function()
  local now = vim.api.nvim_get_all_options_info()
  for name, info in pairs(options) do
    if info.scope == 'global' and name ~= 'runtimepath' then
      t.eq({ name, now[name].was_set }, { name, info.was_set })
    end
  end
end)

t.it(
  'each colour is another group’s, which every scheme has, and a person’s own comes first',
  function()
    local groups = vim.fn.getcompletion('Acpd', 'highlight')
    t.eq(#groups, 10)
    for _, scheme in ipairs({ 'default', 'morning', 'habamax' }) do
      vim.cmd.colorscheme(scheme)
      for _, group in ipairs(groups) do
        local shown = vim.api.nvim_get_hl(0, { name = group, link = false })
        t.eq({ scheme, group, next(shown) ~= nil }, { scheme, group, true })
      end
    end
    vim.api.nvim_set_hl(0, 'AcpdUser', { bold = true })
    require('acpd.highlights').define()
    t.eq(vim.api.nvim_get_hl(0, { name = 'AcpdUser' }).link, nil)
  end
)

t.it('nothing waits on the loop that takes keys, but :checkhealth, which is one wait', function()
  local files = require('acpd.files')
  for name, kind in vim.fs.dir(plugin .. '/lua', { depth = 5 }) do
    local text = kind == 'file' and files.read(plugin .. '/lua/' .. name) or ''
    for _, waits in ipairs({ 'vim%.wait', ':wait%(', 'fn%.system', 'io%.popen', 'os%.execute' }) do
      local here = name ~= 'acpd/health.lua' and text:match(waits) or nil
      t.eq({ name, here }, { name, nil })
    end
  end
end)
