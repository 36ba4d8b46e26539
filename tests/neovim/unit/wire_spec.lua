local t = require('harness')
local json = require('acpd.json')
local lines = require('acpd.lines')

t.it('a line in any pieces is one line', function()
  local whole = '{"a":1}\n\n{"b":"ü"}\nrest'
  for size = 1, #whole do
    local splitter, got = lines.new(), {}
    for at = 1, #whole, size do
      vim.list_extend(got, splitter:feed(whole:sub(at, at + size - 1)))
    end
    t.eq(got, { '{"a":1}', '', '{"b":"ü"}' })
    t.eq(splitter:feed('\n'), { 'rest' })
  end
end)

t.it('null, absent and false are three things', function()
  local value = json.decode('{"a":null,"b":false}')
  t.eq(value.a, json.null)
  t.eq({ json.get(value, 'a'), json.get(value, 'c') }, {})
  t.eq(value.b, false)
end)

t.it('half of a surrogate pair costs one character, not the line', function()
  t.eq(json.decode([["\ud800x \ud83d\ude00 \udc00"]]), '\239\191\189x 😀 \239\191\189')
  t.eq((json.decode('{"a":')), nil)
end)

t.it('bytes that are no UTF-8 are written as replacement characters', function()
  local sent = json.encode({ text = 'a\255ä\195 😀\237', list = { '\128' } })
  local got = json.decode(sent)
  t.eq(got.text, 'a\239\191\189ä\239\191\189 😀\239\191\189')
  t.eq(got.list, { '\239\191\189' })
end)

t.it('empty objects stay objects', function()
  t.eq(json.encode({ params = json.object({}) }), '{"params":{}}')
end)

t.it('slashes are written as they are, and backslashes survive', function()
  t.eq(json.encode('session/new'), '"session/new"')
  for _, text in ipairs({ '\\/', '\\\\/', '/\\', 'C:\\a/b "' }) do
    t.eq(json.decode(json.encode({ text = text })).text, text)
  end
end)
