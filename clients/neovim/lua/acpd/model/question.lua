-- What is asked, in one shape: permissions and elicitations, in the words of ACP v1 or v2. Pure.
local json = require('acpd.json')
local render = require('acpd.model.render')
local text = require('acpd.model.text')

local M = {}

---@class acpd.question
---@field kind 'permission'|'form'|'url'|'unknown'
---@field title string
---@field description string|nil
---@field call table|nil the tool call it is about
---@field command string|nil
---@field options table[] {optionId, name, kind}
---@field url string|nil
---@field fields acpd.field[]

local function permission(params)
  local subject = json.get(params, 'subject') or {}
  local call = json.get(params, 'toolCall') or json.get(subject, 'toolCall')
  return {
    kind = 'permission',
    title = text.line(json.get(params, 'title') or (call and render.tool_title(call)) or 'Allow?'),
    description = json.get(params, 'description'),
    call = call,
    command = json.get(subject, 'command'),
    options = json.tables(json.get(params, 'options')),
    fields = {},
  }
end

---@class acpd.field
---@field name string
---@field label string
---@field type string
---@field choices {value: any, name: string}[]|nil
---@field required boolean
---@field default any
---@field rules table the schema of the value, or of the list's items

local function choices(schema)
  local list = json.get(schema, 'oneOf') or json.get(schema, 'anyOf')
  if list then
    return vim.tbl_map(function(option)
      return { value = option.const, name = text.line(option.title or option.const) }
    end, list)
  end
  local names = json.get(schema, 'enum')
  return names
    and vim.tbl_map(function(value)
      return { value = value, name = text.line(value) }
    end, names)
end

local function fields(schema)
  local required, found = {}, {}
  for _, name in ipairs(json.get(schema, 'required') or {}) do
    required[name] = true
  end
  for name, property in pairs(json.get(schema, 'properties') or {}) do
    found[#found + 1] = {
      name = name,
      label = text.line(json.get(property, 'title') or name),
      description = json.get(property, 'description'),
      type = json.get(property, 'type') or 'string',
      choices = choices(property.type == 'array' and json.get(property, 'items') or property),
      required = required[name] or false,
      default = json.get(property, 'default'),
      rules = property,
    }
  end
  -- JSON's objects have no order that Lua keeps: required ones first, then by name.
  table.sort(found, function(a, b)
    if a.required ~= b.required then
      return a.required
    end
    return a.name < b.name
  end)
  return found
end

local function elicitation(params)
  local kinds = { form = 'form', url = 'url' }
  return {
    kind = kinds[params.mode] or 'unknown',
    title = text.line(json.get(params, 'message') or 'A question'),
    url = json.get(params, 'url'),
    options = {},
    fields = fields(json.get(params, 'requestedSchema')),
  }
end

---@return acpd.question
function M.read(question)
  local params = type(question.params) == 'table' and question.params or {}
  local of_kind = question.method == 'session/request_permission' and permission or elicitation
  local ok, read = pcall(of_kind, params)
  return ok and read or { kind = 'unknown', title = 'A question', options = {}, fields = {} }
end

--- What the field's rules say against a size; nil when it fits.
local function size_trouble(field, size, least, most, unit)
  least, most = json.get(field.rules, least), json.get(field.rules, most)
  if least and size < least then
    return vim.trim(('%s: at least %s %s'):format(field.label, least, unit))
  elseif most and size > most then
    return vim.trim(('%s: at most %s %s'):format(field.label, most, unit))
  end
end

--- How many of a list's choices may be taken; nil when these are right.
function M.count_trouble(field, chosen)
  return size_trouble(field, #chosen, 'minItems', 'maxItems', 'of the choices')
end

local function number(field, typed)
  local value = tonumber(typed)
  if not value or (field.type == 'integer' and value ~= math.floor(value)) then
    local wanted = field.type == 'integer' and 'a whole number' or 'a number'
    return nil, ('%s: %s is not %s'):format(field.label, typed, wanted)
  end
  return value, size_trouble(field, value, 'minimum', 'maximum', '')
end

--- What a person typed, as the field wants it.
---@return any|nil value
---@return string|nil trouble
function M.value(field, typed)
  if field.type == 'integer' or field.type == 'number' then
    return number(field, typed)
  elseif field.type == 'array' then
    return vim.split(typed, '%s*,%s*', { trimempty = true })
  end
  return typed, size_trouble(field, vim.fn.strchars(typed), 'minLength', 'maxLength', 'characters')
end

function M.selected(option)
  return { outcome = { outcome = 'selected', optionId = option.optionId } }
end

--- The lines that say what it is about: a command, a diff, or what the call shows.
function M.lines(read)
  local lines = {}
  if read.description then
    vim.list_extend(lines, text.lines(read.description))
  end
  if read.command then
    lines[#lines + 1] = '$ ' .. text.line(read.command)
  end
  if read.url then
    lines[#lines + 1] = text.line(read.url)
  end
  if read.call then
    local shown = render.item({ kind = 'tool', call = read.call }, { terminals = {} }).lines
    vim.list_extend(lines, vim.list_slice(shown, 2))
    local command = json.get(read.call, 'rawInput', 'command')
    if type(command) == 'string' then
      lines[#lines + 1] = '$ ' .. text.line(command)
    end
  end
  return lines
end

return M
