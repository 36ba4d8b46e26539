-- Subcommands about sessions as a whole.
local ask = require('acpd.ask')
local client = require('acpd.client')
local json = require('acpd.json')
local sessions = require('acpd.session')
local target = require('acpd.commands.target')
local watch = require('acpd.watch')

local warn = require('acpd.say').warn

local function conversation()
  return require('acpd.ui.conversation')
end

local function confirm(text, act)
  vim.ui.select({ 'no', 'yes' }, { prompt = text }, function(choice)
    if choice == 'yes' then
      act()
    end
  end)
end

local commands = {}

commands.sessions = {
  about = 'all sessions; with ! archived ones, too',
  run = function(_, options)
    require('acpd.ui.sessions').archived_too = options.bang
    require('acpd.ui.sessions').open(options.mods)
  end,
}

-- New and attached ones.

local function start_session(agent, folder, mods)
  local params = { cwd = folder, mcpServers = {} }
  if agent and agent ~= '' then
    params._meta = { ['acpd/agent'] = agent }
  end
  ask('session/new', params, function(result)
    -- The daemon shows it in the watch a moment later; the folder is known here.
    local session = conversation().open(result.sessionId, folder, mods)
    session:take_facts(result)
    require('acpd.ui.prompt').focus(session)
  end)
end

local function choose_agent(done)
  local chosen = require('acpd.config').get().agent
  if chosen ~= '' then
    return done(chosen)
  end
  ask('_acpd/agents/list', {}, function(result)
    local agents = vim.tbl_filter(function(agent)
      return agent.installed or agent.configured
    end, result.agents or {})
    if #agents < 2 then
      return done(agents[1] and agents[1].name)
    end
    table.sort(agents, function(a, b)
      if a.default ~= b.default then
        return a.default
      end
      return a.name < b.name
    end)
    vim.ui.select(agents, {
      prompt = 'Which agent?',
      kind = 'acpd.agent',
      format_item = function(agent)
        return agent.title .. (agent.default and ' (default)' or '')
      end,
    }, function(agent)
      if agent then
        done(agent.name)
      end
    end)
  end)
end

--- The folder of the line in a list, else Neovim's own, is offered.
local function choose_folder(done)
  local here = (require('acpd.ui.buffers').row_here() or {}).cwd or vim.fn.getcwd()
  vim.ui.input({ prompt = 'Folder: ', default = here, completion = 'dir' }, function(folder)
    if folder and folder ~= '' then
      done(folder)
    end
  end)
end

local function new_session(agent, folder, mods)
  folder = vim.fn.fnamemodify(folder, ':p'):gsub('(.)/$', '%1')
  if not vim.uv.fs_stat(folder) and require('acpd.config').get().remote == '' then
    return warn(('there is no folder %s'):format(folder))
  end
  start_session(agent, folder, mods)
end

local agent_names = {} -- as the daemon said when it was reached, or at the completion before

local function ask_agents()
  client.request('_acpd/agents/list', {}, function(_, result)
    agent_names = vim.tbl_map(function(agent)
      return agent.name
    end, json.get(result, 'agents') or agent_names)
  end)
end

client.on('up', ask_agents)

--- For completion: no key waits for the daemon.
local function agents(lead, argument)
  if argument == 2 then
    return vim.fn.getcompletion(lead, 'dir')
  elseif client.state == 'up' then
    ask_agents()
  end
  return agent_names
end

commands.new = {
  about = 'new session: [AGENT] [FOLDER]; without: both are asked',
  complete = agents,
  run = function(words, options)
    if words[1] then
      local folder = options.rest:match('^%S+%s+(.+)$') or vim.fn.getcwd()
      return new_session(words[1], folder, options.mods)
    end
    choose_folder(function(folder)
      choose_agent(function(agent)
        new_session(agent, folder, options.mods)
      end)
    end)
  end,
}

commands.attach = {
  about = 'open a session: [SESSION]; without: the last one of this folder',
  complete = target.ids,
  run = function(words, options)
    local id = target.id(words[1])
    local anywhere = not id and not words[1] and not target.in_list()
    local last = anywhere and require('acpd.ui.last').here(vim.fn.getcwd())
    if last then
      return conversation().open(last.id, last.cwd, options.mods)
    end
    local function open(one)
      conversation().open(one, nil, options.mods)
    end
    if watch.known or id or not anywhere then
      return target.with(words[1], 'Which session?', open)
    end
    -- Nobody has asked the daemon yet: it tells what there is when it is there.
    client.request('_acpd/watch', {}, function(trouble, result)
      if trouble then
        return warn(trouble.message)
      end
      for _, session in ipairs(result.sessions or {}) do
        watch.sessions[session.sessionId] = session
      end
      target.with(words[1], 'Which session?', open)
    end)
  end,
}

-- What is done with one.

commands.rename = {
  about = 'rename: [TITLE]',
  run = function(_, options)
    target.with(nil, 'Rename which session?', function(id)
      local function rename(title)
        if title and vim.trim(title) ~= '' then
          ask('_acpd/rename', { sessionId = id, title = vim.trim(title) })
        end
      end
      if options.rest ~= '' then
        return rename(options.rest)
      end
      vim.ui.input({ prompt = 'Title: ', default = target.title(id) }, rename)
    end)
  end,
}

commands.close = {
  about = 'stop the agent; the session may be opened again: [SESSION]',
  complete = target.ids,
  run = function(words, options)
    target.with(words[1], 'Close which session?', function(id)
      local function close()
        ask('session/close', { sessionId = id }, function()
          if sessions.open[id] then
            sessions.open[id]:closed()
          end
        end)
      end
      local state = watch.facts(watch.sessions[id]).state
      if options.bang or (state ~= 'running' and state ~= 'requires_action') then
        return close()
      end
      confirm(('%s is running. Stop it?'):format(target.title(id)), close)
    end)
  end,
}

commands.archive = {
  about = 'archive: closed, and no more in the list: [SESSION]; with !: back into it',
  complete = target.ids,
  run = function(words, options)
    target.with(words[1], 'Archive which session?', function(id)
      if not json.get(client.capabilities, 'session', 'archive') then
        return warn('this daemon cannot archive: update acpd')
      end
      local done = function()
        if sessions.open[id] and not options.bang then
          sessions.open[id]:closed()
        end
        if watch.sessions[id] then
          watch.sessions[id].archived = not options.bang
          watch.changed()
        end
      end
      ask(options.bang and 'session/unarchive' or 'session/archive', { sessionId = id }, done)
    end)
  end,
}

--- Its buffers and files go with it.
local function forget(id)
  local session = sessions.open[id]
  if session then
    session.phase = 'gone'
    session.journal:remove()
  end
  for _, name in ipairs({ 'acpd://prompt/', 'acpd://session/' }) do
    local buffer = require('acpd.ui.buffers').find(name .. id)
    if buffer then
      vim.api.nvim_buf_delete(buffer, { force = true })
    end
  end
  for _, suffix in ipairs({ '.jsonl', '.ui.json' }) do
    require('acpd.files').remove(require('acpd.files').path(id, suffix))
  end
end

commands.delete = {
  about = 'delete for good: [SESSION]; with ! without asking',
  complete = target.ids,
  run = function(words, options)
    target.with(words[1], 'Delete which session?', function(id)
      local function delete()
        ask('session/delete', { sessionId = id }, function()
          forget(id)
        end)
      end
      if options.bang then
        return delete()
      end
      confirm(('Delete %s for good?'):format(target.title(id)), delete)
    end)
  end,
}

--- An agent's own sessions, from before acpd.
commands.import = {
  about = "import one of an agent's own sessions: [AGENT]",
  complete = function(lead, argument)
    return argument == 1 and agents(lead, 1) or {}
  end,
  run = function(words, options)
    ask('_acpd/import/list', { agent = words[1], cwd = vim.fn.getcwd() }, function(result)
      if #(result.sessions or {}) == 0 then
        return warn('the agent has no session of its own in this folder')
      end
      vim.ui.select(result.sessions, {
        prompt = 'Import which session?',
        format_item = function(one)
          local title = json.get(one, 'title') or one.sessionId
          return require('acpd.model.text').line(title, 80)
        end,
      }, function(one)
        if not one then
          return
        end
        local folder = json.get(one, 'cwd') or vim.fn.getcwd()
        ask('_acpd/import', {
          agentSessionId = one.sessionId,
          cwd = folder,
          agent = words[1],
          title = json.get(one, 'title'),
        }, function(made)
          conversation().open(made.sessionId, folder, options.mods)
        end)
      end)
    end)
  end,
}

return commands
