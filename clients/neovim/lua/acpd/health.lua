-- :checkhealth acpd
local config = require('acpd.config')

local M = {}
local health = vim.health
local get_it = ':Acpd install says how to get it'

local function check_neovim()
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.10 or newer is needed', { 'https://neovim.io' })
  end
end

local function check_program()
  local program = config.command()[1]
  if vim.fn.executable(program) == 0 then
    health.error(('there is no program %s'):format(program), { get_it })
    return false
  end
  local run = vim.system({ program, '--version' }, { text = true }):wait(5000)
  local path = vim.fn.exepath(program)
  if run.code ~= 0 then
    local said = vim.trim(run.stderr or '')
    health.error(('%s does not run: %s'):format(path, said), { get_it })
    return false
  end
  health.ok(('%s: %s'):format(path, vim.trim(run.stdout or '')))
  return true
end

local function check_settings()
  local chosen = config.get()
  if chosen.token_file ~= '' then
    local stat = vim.uv.fs_stat(chosen.token_file)
    if not stat then
      local how = { '`acpctl token new` on the machine of the daemon says a token' }
      health.error('token_file does not exist: ' .. chosen.token_file, how)
    elseif bit.band(stat.mode, tonumber('77', 8)) ~= 0 then
      health.error('token_file is readable for others', { 'chmod 600 ' .. chosen.token_file })
    else
      health.ok('token_file is yours alone')
    end
  end
  if chosen.desktop == 'notify-send' and vim.fn.executable('notify-send') == 0 then
    local how = { 'install libnotify-bin, or set desktop to "osc9" or "osc777"' }
    health.warn('desktop = "notify-send", and there is no such program', how)
  end
  if chosen.ca ~= '' and not vim.uv.fs_stat(chosen.ca) then
    health.error('ca does not exist: ' .. chosen.ca, { 'set it to the file of the certificate' })
  end
  if vim.startswith(chosen.remote, 'ssh://') and vim.fn.executable('ssh') == 0 then
    health.error('remote is by ssh, and there is no such program', { 'install openssh-client' })
  end
end

local function check_kept()
  if not config.get().keep then
    return health.info('keep = false: a Neovim that was killed comes back without its prompts')
  end
  local files = require('acpd.files')
  local folder = files.folder()
  local probe = vim.fs.joinpath(folder, 'health')
  local trouble = files.replace(probe, ('x'):rep(4096))
  if trouble then
    health.error(
      ('nothing can be kept in %s: %s'):format(folder, trouble),
      { 'make room there, or make it yours to write; $XDG_STATE_HOME names another place' }
    )
  else
    files.remove(probe)
    health.ok('conversations are kept in ' .. folder)
  end
end

local function check_daemon()
  local client = require('acpd.client')
  local done = false
  client.request('_acpd/status', {}, function(trouble, result)
    done = true
    if trouble then
      return health.error(trouble.message, { '`acpctl doctor` says more' })
    end
    health.ok(
      ('daemon %s, pid %s, %s sessions'):format(result.version, result.pid, result.sessions)
    )
    if type(result.trouble) == 'string' then
      health.warn(result.trouble)
    end
  end)
  if not vim.wait(10000, function()
    return done
  end, 20) then
    health.error('the daemon did not answer in 10 seconds', { '`acpctl doctor` says more' })
    return
  end
  if client.state == 'up' and not client.extensions['_acpd/index/search'] then
    health.info('this daemon has no code index for clients: :Acpd search will say so')
  end
end

function M.check()
  health.start('acpd')
  check_neovim()
  check_settings()
  check_kept()
  if check_program() then
    check_daemon()
  end
end

return M
