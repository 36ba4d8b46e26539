-- :checkhealth says each thing that is wrong, and what to do about it.
local t = require('harness')
local files = require('acpd.files')
local acpd = require('acpd')

local folder = t.folder()

--- The lines that :checkhealth shows with these settings.
local function said(settings)
  acpd.setup(vim.tbl_extend('force', { command = '/nowhere/acpctl' }, settings))
  vim.cmd('checkhealth acpd')
  local text = table.concat(t.lines(vim.api.nvim_get_current_buf()), '\n')
  vim.cmd('bwipeout!')
  return text
end

local function says(settings, wrong, todo)
  local text = said(settings)
  local at = text:find(wrong, 1, true)
  t.eq({ wrong, at ~= nil, text:find(todo, at or 1, true) ~= nil }, { wrong, true, true })
end

t.it('no program, or one that does not run', function()
  says({}, 'ERROR there is no program /nowhere/acpctl', ':Acpd install says how to get it')
  files.replace(folder .. '/broken', '#!/bin/sh\necho no such library >&2\nexit 127\n')
  vim.uv.fs_chmod(folder .. '/broken', tonumber('755', 8))
  says({ command = folder .. '/broken' }, 'does not run: no such library', ':Acpd install')
end)

t.it('a token that is not there, or that others may read; no certificate', function()
  says({ token_file = '/nowhere/token' }, 'ERROR token_file does not exist', 'acpctl token new')
  files.replace(folder .. '/token', 'x')
  t.eq(said({ token_file = folder .. '/token' }):find('OK token_file is yours alone') ~= nil, true)
  vim.uv.fs_chmod(folder .. '/token', tonumber('644', 8))
  says({ token_file = folder .. '/token' }, 'ERROR token_file is readable for others', 'chmod 600')
  says({ ca = '/nowhere/ca' }, 'ERROR ca does not exist', 'the file of the certificate')
end)

t.it('programs that a setting needs', function()
  local path = vim.env.PATH
  vim.env.PATH = folder
  says({ desktop = 'notify-send' }, 'WARNING desktop = "notify-send"', 'libnotify-bin')
  says({ remote = 'ssh://box' }, 'ERROR remote is by ssh', 'openssh-client')
  vim.env.PATH = path
end)

t.it('a folder in which nothing can be kept', function()
  t.eq(said({}):find('OK conversations are kept in ' .. files.folder(), 1, true) ~= nil, true)
  local replace = files.replace
  files.replace = function()
    return 'no space left on device'
  end
  says({}, 'ERROR nothing can be kept in', '$XDG_STATE_HOME names another place')
  files.replace = replace
  t.eq(said({ keep = false }):find('keep = false', 1, true) ~= nil, true)
end)
