-- Asks a person what an agent asks, with vim.ui.select and vim.ui.input, so that people's own
-- pickers are used; only ever after the person wished to answer. Leaving it answers nothing.
local client = require('acpd.client')
local json = require('acpd.json')
local question_model = require('acpd.model.question')
local text = require('acpd.model.text')
local watch = require('acpd.watch')

local M = {}

local warn = require('acpd.say').warn

--- First answer wins: where another one was first, this one is told so.
function M.give(question, result)
  if client.state ~= 'up' then
    client.retry()
    return warn('not answered: ' .. require('acpd.model.words').unreachable(client.text))
  end
  client.request('_acpd/pending/answer', { id = question.id, result = result }, function(trouble)
    if trouble and trouble.code == -32002 then
      warn('somebody else has answered it, or it was withdrawn')
      watch.settle(question.id)
    elseif trouble then
      warn('not answered: ' .. tostring(json.get(trouble, 'message')))
    else
      watch.settle(question.id)
    end
  end)
end

local function permission(question, read)
  vim.ui.select(read.options, {
    prompt = read.title,
    kind = 'acpd.permission',
    format_item = function(option)
      return text.line(option.name)
    end,
  }, function(option)
    if option then
      M.give(question, question_model.selected(option))
    end
  end)
end

-- A form is asked field by field; `done` with all of them, or nothing when it is left.

local ask = {}

local function named(choice)
  return choice.name
end

--- What a field is called, and what its agent says of it.
local function about(field)
  return field.label .. (field.description and (' - ' .. text.line(field.description)) or '')
end

local function choose(field, done)
  local choices = vim.list_extend({}, field.choices)
  if not field.required then
    choices[#choices + 1] = { name = '(leave it out)' }
  end
  vim.ui.select(choices, { prompt = about(field), format_item = named }, function(choice)
    if choice then
      done(choice.value)
    end
  end)
end

--- Several of a list: each pick takes one in or out, until the person says that these are all.
local function choose_several(field, taken, done)
  local all = { { name = '(these are all)', last = true } }
  for index, choice in ipairs(field.choices) do
    local mark = taken[index] and '[x] ' or '[ ] '
    all[#all + 1] = { name = mark .. choice.name, index = index }
  end
  vim.ui.select(all, { prompt = about(field), format_item = named }, function(pick)
    if not pick then
      return
    elseif not pick.last then
      taken[pick.index] = not taken[pick.index] or nil
      return choose_several(field, taken, done)
    end
    local values = {}
    for index, choice in ipairs(field.choices) do
      values[#values + 1] = taken[index] and choice.value or nil
    end
    local none = #values == 0 and not field.required
    local trouble = not none and question_model.count_trouble(field, values)
    if trouble then
      warn(trouble)
      return choose_several(field, taken, done)
    end
    done(not none and values or nil)
  end)
end

local function yes_or_no(field, done)
  vim.ui.select({ 'yes', 'no' }, { prompt = about(field) }, function(choice)
    if choice then
      done(choice == 'yes')
    end
  end)
end

local function typed(field, done)
  vim.ui.input({
    prompt = about(field) .. (field.required and ': ' or ' (may be empty): '),
    default = field.default ~= nil and tostring(field.default) or nil,
  }, function(input)
    if input == nil then
      return
    elseif input == '' and not field.required then
      return done(nil)
    end
    local value, trouble = question_model.value(field, input)
    if trouble then
      warn(trouble)
      return ask.field(field, done)
    end
    done(value)
  end)
end

function ask.field(field, done)
  if field.choices and field.type == 'array' then
    local taken = {}
    for index, choice in ipairs(field.choices) do
      local default = type(field.default) == 'table' and field.default or {}
      taken[index] = vim.tbl_contains(default, choice.value) or nil
    end
    return choose_several(field, taken, done)
  elseif field.choices then
    return choose(field, done)
  elseif field.type == 'boolean' then
    return yes_or_no(field, done)
  end
  return typed(field, done)
end

function ask.form(fields, index, content, done)
  local field = fields[index]
  if not field then
    return done(content)
  end
  ask.field(field, function(value)
    content[field.name] = value
    ask.form(fields, index + 1, content, done)
  end)
end

local function form(question, read)
  vim.ui.select({ 'answer', 'decline' }, { prompt = read.title }, function(choice)
    if choice == 'decline' then
      M.give(question, { action = 'decline' })
    elseif choice == 'answer' then
      ask.form(read.fields, 1, {}, function(content)
        M.give(question, { action = 'accept', content = json.object(content) })
      end)
    end
  end)
end

--- The address is shown and copied, never opened by itself.
local function url(question, read)
  vim.ui.select({ 'open in the browser', 'copy the address', 'decline' }, {
    prompt = ('%s %s'):format(read.title, read.url or ''),
  }, function(choice)
    if choice == 'decline' then
      return M.give(question, { action = 'decline' })
    elseif choice == 'copy the address' then
      vim.fn.setreg('+', read.url)
    elseif choice and tostring(read.url):match('^https?://') then
      vim.ui.open(read.url)
    elseif choice then
      return warn('only http and https addresses are opened: ' .. tostring(read.url))
    end
    if choice then
      M.give(question, { action = 'accept' })
    end
  end)
end

local by_kind = { permission = permission, form = form, url = url }

function M.ask(question)
  local read = question_model.read(question)
  local asks = by_kind[read.kind]
  if not asks then
    return warn('this kind of question is not known here: update the plugin, or `acpctl permit`')
  end
  asks(question, read)
end

--- Answers what one session asks; when it asks several things, which one is chosen first.
function M.ask_of_session(id)
  local mine = vim.tbl_filter(function(question)
    return question.sessionId == id
  end, watch.questions())
  if #mine == 0 then
    return warn('this session asks nothing')
  elseif #mine == 1 then
    return M.ask(mine[1])
  end
  vim.ui.select(mine, {
    prompt = 'Which one?',
    format_item = function(question)
      return question_model.read(question).title
    end,
  }, function(question)
    if question then
      M.ask(question)
    end
  end)
end

return M
