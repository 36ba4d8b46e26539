-- Subcommands about one conversation: the one of the current buffer.
local ask = require('acpd.ask')
local buffers = require('acpd.ui.buffers')
local json = require('acpd.json')
local paths = require('acpd.paths')
local prompt = require('acpd.ui.prompt')
local target = require('acpd.commands.target')
local text = require('acpd.model.text')

local commands = {}

local here = target.here
local warn = require('acpd.say').warn

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
