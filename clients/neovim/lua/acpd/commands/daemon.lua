-- Subcommands about the daemon, the index and the plugin itself.
local client = require('acpd.client')
local config = require('acpd.config')
local target = require('acpd.commands.target')

local commands = {}

local warn = require('acpd.say').warn

commands.start = {
  about = 'start the daemon, and connect to it',
  run = function()
    client.request('_acpd/status', {}, function(trouble, result)
      if trouble then
        return warn(trouble.message)
      end
      require('acpd.say').info(('daemon %s runs, pid %s'):format(result.version, result.pid))
    end)
  end,
}

commands.stop = {
  about = 'stop the daemon; agents go on; with !: these, too',
  run = function(_, options)
    local function stop()
      client.request('_acpd/stop', { agents = options.bang }, function(trouble)
        if trouble then
          warn(trouble.message)
        end
      end)
    end
    local what = options.bang and 'Stop the daemon and all agents?' or 'Stop the daemon?'
    vim.ui.select({ 'no', 'yes' }, { prompt = what }, function(choice)
      if choice == 'yes' then
        stop()
      end
    end)
  end,
}

commands.retry = {
  about = 'acpd is not reachable: try again, now',
  run = function()
    client.retry()
  end,
}

commands.health = {
  about = ':checkhealth acpd',
  run = function()
    vim.cmd('checkhealth acpd')
  end,
}

commands.install = {
  about = 'how to get acpd',
  run = function()
    require('acpd.install').show()
  end,
}

commands.search = {
  about = 'ask the code index: QUERY',
  run = function(_, options)
    local function search(query)
      if query and vim.trim(query) ~= '' then
        require('acpd.ui.search').search(vim.trim(query), options.mods)
      end
    end
    if options.rest ~= '' then
      return search(options.rest)
    end
    vim.ui.input({ prompt = 'Search: ' }, search)
  end,
}

commands.index = {
  about = 'how far the code index is',
  run = function()
    require('acpd.ui.search').status()
  end,
}

local function show_log(run)
  if run.code ~= 0 then
    return warn(vim.trim(run.stderr))
  end
  vim.cmd('botright new')
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].buftype, vim.bo[buffer].bufhidden = 'nofile', 'wipe'
  vim.bo[buffer].modeline, vim.bo[buffer].swapfile = false, false
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(vim.trim(run.stdout), '\n'))
  vim.bo[buffer].modifiable = false
end

--- As the daemon has it, by its own program.
local function log(id)
  local command = vim.list_extend(config.command(), { 'log', id })
  vim.system(command, { text = true }, require('acpd.loop').wrap(show_log))
end

commands.log = {
  about = "a session's log: [SESSION]",
  complete = target.ids,
  run = function(words)
    if config.get().remote ~= '' then
      return warn('`acpctl log` is asked on the machine where the daemon runs')
    elseif config.missing() then
      return warn(config.missing())
    end
    target.with(words[1], 'The log of which session?', log)
  end,
}

return commands
