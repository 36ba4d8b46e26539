-- Subcommands about one conversation: the one of the current buffer.
local ask = require('acpd.ask')
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local json = require('acpd.json')
local paths = require('acpd.paths')
local prompt = require('acpd.ui.prompt')
local target = require('acpd.commands.target')
local text = require('acpd.model.text')

local commands = {}

local warn = require('acpd.say').warn

--- Runs with the open session of this buffer, or says that there is none.
local function here(act)
  return function(words, options)
    local session = prompt.here()
    if not session then
      return warn('no session is open here: :Acpd attach')
    end
    act(session, words, options)
  end
end

-- Prompts.

--- For prompts that are not in the box: they come into it when the daemon has not taken them.
local function kept_if_lost(session, said)
  return function(trouble)
    if trouble then
      prompt.keep(session, said)
      prompt.refused(trouble)
    end
  end
end

commands.prompt = {
  about = 'write a prompt; with TEXT: send it',
  run = here(function(session, _, options)
    if options.rest == '' then
      return prompt.focus(session)
    end
    prompt.deliver(session, options.rest, kept_if_lost(session, options.rest))
  end),
}

commands.send = {
  about = 'send what stands in the prompt box',
  run = here(function(session)
    prompt.send(session)
  end),
}

-- How "the daemon is older than this" is said, where nobody else has a word for it.
local cannot_put_first = 'this daemon cannot put a prompt first: update acpd'

--- A prompt that waits goes first, and the running turn ends; what others wait with stays. One that
--- has started meanwhile is where it should be.
local function run_now(session, turn)
  local params = { sessionId = session.id, turn = turn }
  client.request('_acpd/queue/now', params, function(trouble)
    if trouble and trouble.code ~= -32002 then
      warn(trouble.code == -32601 and cannot_put_first or trouble.message)
    end
  end)
end

commands.now = {
  about = 'cancel the running turn and send the prompt box now',
  run = here(function(session)
    if not client.extensions['_acpd/queue/now'] and client.state == 'up' then
      return warn(cannot_put_first)
    end
    prompt.send(session, function(one, said, done)
      prompt.deliver(one, said, function(trouble, result)
        done(trouble)
        if result then
          run_now(one, result.turn)
        end
      end)
    end)
  end),
}

--- Where people type, a text has one line; one of several gets a buffer.
local function edit_queued(session, queued)
  local function change(said)
    client.request('_acpd/queue/edit', {
      sessionId = session.id,
      turn = queued.turn,
      prompt = require('acpd.mentions').edited(queued.prompt, said, session),
    }, kept_if_lost(session, said))
  end
  local said = text.said(queued.prompt)
  if said:find('\n') then
    return require('acpd.ui.edit').open(queued.turn, said, change)
  end
  vim.ui.input({ prompt = 'Prompt: ', default = said }, function(typed)
    if typed and typed ~= '' then
      change(typed)
    end
  end)
end

local on_queued = {
  edit = edit_queued,
  withdraw = function(session, queued)
    ask('_acpd/queue/remove', { sessionId = session.id, turn = queued.turn })
  end,
  ['cancel the running turn and send now'] = function(session, queued)
    run_now(session, queued.turn)
  end,
}

commands.queue = {
  about = 'prompts that wait: edit, withdraw, send now',
  run = here(function(session)
    ask('_acpd/queue/list', { sessionId = session.id }, function(result)
      local queue = result.queue or {}
      if #queue == 0 then
        return require('acpd.say').info('no prompt waits')
      end
      vim.ui.select(queue, {
        prompt = 'Prompts that wait',
        format_item = function(queued)
          local whose = queued.own and '' or ' (of another editor)'
          return ('%d. %s%s'):format(queued.place, prompt.words_of(queued, 70), whose)
        end,
      }, function(queued)
        if not queued then
          return
        end
        local actions = { 'edit', 'withdraw', 'cancel the running turn and send now' }
        vim.ui.select(actions, { prompt = prompt.words_of(queued, 70) }, function(action)
          if action then
            on_queued[action](session, queued)
          end
        end)
      end)
    end)
  end),
}

commands.cancel = {
  about = 'cancel the running turn, and what waits behind it: [SESSION]',
  complete = target.ids,
  run = function(words)
    target.with(words[1], 'Cancel the turn of which session?', function(id)
      ask('_acpd/session/cancel', { sessionId = id }, function(result)
        if result.cancelled == 0 then
          require('acpd.say').info('nothing was running')
        end
      end)
    end)
  end,
}

commands.answer = {
  about = 'answer what this session asks',
  run = function()
    local question = require('acpd.ui.inbox').here()
    local id = buffers.session_here()
    if question then
      require('acpd.ui.answer').ask(question)
    elseif id then
      require('acpd.ui.answer').ask_of_session(id)
    else
      require('acpd.ui.inbox').open()
    end
  end,
}

commands.inbox = {
  about = 'what waits for you, in all sessions',
  run = function(_, options)
    require('acpd.ui.inbox').open(options.mods)
  end,
}

-- Modes, models, options.

--- Flat and grouped choices are one list here.
local function choices(option)
  local found = {}
  for _, one in ipairs(json.get(option, 'options') or {}) do
    if one.options then
      for _, inner in ipairs(one.options) do
        found[#found + 1] = { value = inner.value, name = one.name .. ': ' .. inner.name }
      end
    else
      found[#found + 1] = { value = one.value, name = one.name }
    end
  end
  return found
end

local function set_option(session, option, value)
  ask('session/set_config_option', {
    sessionId = session.id,
    configId = option.configId,
    value = value,
    type = option.type == 'boolean' and 'boolean' or 'id',
  }, function(result)
    session:take_facts(result)
    require('acpd.watch').changed()
  end)
end

local function choose(session, option)
  local list = option.type == 'boolean'
      and { { value = true, name = 'on' }, { value = false, name = 'off' } }
    or choices(option)
  vim.ui.select(list, {
    prompt = text.line(option.name),
    kind = 'acpd.option',
    format_item = function(choice)
      local now = choice.value == option.currentValue and ' (now)' or ''
      return text.line(choice.name) .. now
    end,
  }, function(choice)
    if choice then
      set_option(session, option, choice.value)
    end
  end)
end

local function of_category(session, category)
  return vim.tbl_filter(function(option)
    return category == nil or json.get(option, 'category') == category
  end, session.model.options)
end

local function option_command(category, about)
  return {
    about = about,
    run = here(function(session)
      local options = of_category(session, category)
      if #options == 0 then
        return warn('the agent offers nothing to choose here')
      elseif #options == 1 then
        return choose(session, options[1])
      end
      vim.ui.select(options, {
        prompt = 'Which option?',
        format_item = function(option)
          local value = tostring(json.get(option, 'currentValue'))
          return ('%s: %s'):format(text.line(option.name), text.line(value))
        end,
      }, function(option)
        if option then
          choose(session, option)
        end
      end)
    end),
  }
end

commands.mode = option_command('mode', 'choose the mode')
commands.model = option_command('model', 'choose the model')
commands.config = option_command(nil, 'all options of the session')

-- In the text.

local function item_here(session)
  return session.view:item_at(vim.api.nvim_win_get_cursor(0)[1] - 1)
end

commands.diff = {
  about = 'the diff of the tool call under the cursor, side by side',
  run = function()
    local question = require('acpd.ui.inbox').here()
    if question then
      local call = require('acpd.model.question').read(question).call
      return require('acpd.ui.diff').open(call, question.cwd)
    end
    local session = prompt.here()
    local item = session and item_here(session)
    require('acpd.ui.diff').open(item and item.call, session and session.cwd)
  end,
}

--- The place of a tool call, where the line or nothing else says which.
local function open_place(session, item, line)
  local place = json.get(item, 'call', 'locations', 1)
  local at = line:match('^  at (.+)$')
  if not place or not (at or vim.fn.expand('<cfile>') == '') then
    return false
  end
  local path, number = (at or ''):match('^(.-):(%d+)$')
  paths.open(path or at or place.path, tonumber(number) or place.line, session.cwd)
  return true
end

local function open_here(session)
  local item = item_here(session)
  local line = vim.api.nvim_get_current_line()
  local address = text.address_at(line, vim.api.nvim_win_get_cursor(0)[2] + 1)
  if address then
    return vim.ui.open(address)
  elseif open_place(session, item, line) then
    return
  elseif json.get(item, 'call', 'content', 1, 'type') == 'diff' then
    return require('acpd.ui.diff').open(item.call, session.cwd)
  end
  local path = vim.fn.expand('<cfile>'):gsub('^file://', '')
  if path == '' then
    return warn('there is nothing to open here')
  end
  paths.open(path, tonumber(line:match(vim.pesc(path) .. ':(%d+)')), session.cwd)
end

commands.open = {
  about = 'open the place or address under the cursor',
  run = function()
    local hit = require('acpd.ui.search').here()
    if hit then
      return paths.open(hit.path, hit.line, hit.folder)
    end
    local session = prompt.here()
    if session then
      open_here(session)
    end
  end,
}

commands.earlier = {
  about = 'load the parts that are not loaded',
  run = here(function(session)
    session.whole = true
    session:load_anew()
  end),
}

local function jump(step)
  return here(function(session)
    local index = session.view.layout:at(vim.api.nvim_win_get_cursor(0)[1] - 1) or 0
    local item
    repeat
      index = index + step
      item = session.model.items[index]
    until not item or (item.kind == 'user' and not item.continued)
    if item then
      vim.api.nvim_win_set_cursor(0, { session.view.layout:start(index) + 2, 0 })
    end
  end)
end

commands.next = { about = 'next prompt', run = jump(1) }
commands.previous = { about = 'previous prompt', run = jump(-1) }

commands.help = {
  about = 'the keys of this buffer',
  run = function()
    require('acpd.ui.keys').help()
  end,
}

return commands
