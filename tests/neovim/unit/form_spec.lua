-- A form is asked field by field, as its schema says; what does not fit is asked again.
local t = require('harness')
local answer = require('acpd.ui.answer')
local client = require('acpd.client')
local text = require('acpd.model.text')

client.state = 'up'
local given, said
function client.request(_, params)
  given = params.result
end
rawset(vim, 'notify', function(message)
  table.insert(said, message)
end)

--- People's pickers: `picks` are the beginnings of what is chosen, `typed` what is typed.
local function answered(schema, picks, typed)
  given, said = nil, {}
  local asked = {}
  rawset(vim.ui, 'select', function(items, options, done)
    asked[#asked + 1] = options.prompt
    local wanted = table.remove(picks, 1)
    for _, item in ipairs(items) do
      if wanted and vim.startswith((options.format_item or tostring)(item), wanted) then
        return done(item)
      end
    end
    done(nil)
  end)
  rawset(vim.ui, 'input', function(options, done)
    asked[#asked + 1] = options.prompt
    done(table.remove(typed, 1))
  end)
  answer.ask({
    id = 'q',
    method = 'elicitation/create',
    params = { mode = 'form', message = 'Well?', requestedSchema = schema },
  })
  return given, asked
end

local colours = {
  type = 'object',
  required = { 'colours' },
  properties = {
    colours = {
      type = 'array',
      title = 'Colours',
      description = 'at least one',
      minItems = 1,
      maxItems = 2,
      items = { anyOf = { { const = 'r', title = 'Red' }, { const = 'g', title = 'Green' } } },
      default = { 'g' },
    },
  },
}

t.it('several of a list are taken in and out until these are all', function()
  local result, asked = answered(
    colours,
    { 'answer', '[ ] Red', '[x] Green', '(these are all)' },
    {}
  )
  t.eq(result, { action = 'accept', content = { colours = { 'r' } } })
  t.eq(asked[2], 'Colours - at least one')
end)

t.it('too few or too many of a list are asked again', function()
  local picks = { 'answer', '[x] Green', '(these are all)', '[ ] Red', '(these are all)' }
  t.eq(answered(colours, picks, {}).content, { colours = { 'r' } })
  t.eq(said[1]:match('Colours: at least 1 of the choices') ~= nil, true)
end)

t.it('numbers and texts are held to their limits', function()
  local schema = {
    type = 'object',
    required = { 'name', 'port' },
    properties = {
      name = { type = 'string', minLength = 2, maxLength = 4 },
      port = { type = 'integer', minimum = 1, maximum = 10 },
    },
  }
  local typed = { 'x', 'äöüßx', 'äöüß', '0', '11', '1.5', '10' }
  t.eq(answered(schema, { 'answer' }, typed).content, { name = 'äöüß', port = 10 })
  local wanted = {
    'acpd: name: at least 2 characters',
    'acpd: name: at most 4 characters',
    'acpd: port: at least 1',
    'acpd: port: at most 10',
    'acpd: port: 1.5 is not a whole number',
  }
  t.eq(said, wanted)
end)

t.it('what may be left out is left out, and a form that is left answers nothing', function()
  local schema = {
    type = 'object',
    properties = {
      a = { type = 'string' },
      b = { type = 'string', enum = { 'x' } },
      c = { type = 'array', items = { enum = { 'y' } }, minItems = 1 },
    },
  }
  local result = answered(schema, { 'answer', '(leave it out)', '(these are all)' }, { '' })
  t.eq(result, { action = 'accept', content = vim.empty_dict() })
  t.eq(answered(schema, { 'answer' }, { 'typed' }), nil)
  t.eq(answered(schema, { 'decline' }, {}), { action = 'decline' })
end)

t.it('of a queued prompt a person edits the words; what was attached stays', function()
  local session = { id = 'edited', cwd = t.folder() }
  require('acpd.files').replace(session.cwd .. '/a.lua', 'x')
  local mentions = require('acpd.mentions')
  local attached = { type = 'image', mimeType = 'image/png', data = 'AA==' }
  local prompt = mentions.blocks('see @a.lua', session)
  t.eq(#prompt, 2)
  prompt[3] = attached
  t.eq(text.said(prompt), 'see @a.lua')
  local words = { type = 'text', text = 'nothing' }
  t.eq(mentions.edited(prompt, 'nothing', session), { words, attached })
  t.eq(#mentions.edited(prompt, 'again @a.lua', session), 3)
  t.eq(text.said({ attached }), '[image image/png, 3 bytes]')
end)

t.it('a picture goes to an agent that takes pictures, whatever other agents take', function()
  local watch, mentions = require('acpd.watch'), require('acpd.mentions')
  local folder = t.folder()
  require('acpd.files').replace(folder .. '/a.png', 'png')
  local function type_for(id)
    return mentions.blocks('see @a.png', { id = id, cwd = folder })[2].type
  end
  -- What cannot be read is linked, like everything else.
  vim.fn.mkdir(folder .. '/folder.png')
  watch.sessions.takes = { _meta = { acpd = { prompt = { 'image' } } } }
  watch.sessions.none = { _meta = { acpd = { prompt = {} } } }
  watch.sessions.unknown = { _meta = { acpd = {} } }
  t.eq({ type_for('takes'), type_for('none'), type_for('unknown'), type_for('not seen') }, {
    'image',
    'resource_link',
    'resource_link',
    'resource_link',
  })
  t.eq(mentions.blocks('see @folder.png', { id = 'takes', cwd = folder })[2].type, 'resource_link')
end)
