local t = require('harness')
local patch = require('acpd.model.patch')
local question = require('acpd.model.question')

local text = [[
diff --git /w/a.lua /w/a.lua
--- /w/a.lua
+++ /w/a.lua
@@ -2,3 +2,3 @@
 two
-three
+THREE
 four
@@ -8,2 +8,3 @@
 eight
+and a half
 nine
diff --git /w/new /w/new
--- /dev/null
+++ /w/new
@@ -0,0 +1,2 @@
+--- not a head
+x
\ No newline at end of file
diff --git /w/gone /w/gone
--- /w/gone
+++ /dev/null
@@ -1 +0,0 @@
-bye
]]

local before = { 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten' }
local after =
  { 'one', 'two', 'THREE', 'four', 'five', 'six', 'seven', 'eight', 'and a half', 'nine', 'ten' }

t.it('a patch is read file by file', function()
  local files = patch.parse(text)
  t.eq(
    vim.tbl_map(function(file)
      return { file.path, #file.hunks }
    end, files),
    { { '/w/a.lua', 2 }, { '/w/new', 1 }, { '/w/gone', 1 } }
  )
  t.eq({ patch.sides(files[2]) }, { {}, { '--- not a head', 'x' } })
  t.eq({ patch.sides(files[3]) }, { { 'bye' }, {} })
end)

t.it('where the file fits, both sides are whole: before it is written, and after', function()
  local file = patch.parse(text)[1]
  t.eq({ patch.sides(file, before) }, { before, after })
  t.eq({ patch.sides(file, after) }, { before, after })
end)

t.it('lines that moved are found where they are; what does not fit is an excerpt', function()
  local file = patch.parse(text)[1]
  local moved = vim.list_extend({ 'zero' }, before)
  t.eq({ patch.sides(file, moved) }, { moved, vim.list_extend({ 'zero' }, after) })
  t.eq({ patch.sides(file, { 'quite', 'another' }) }, {
    { 'two', 'three', 'four', 'eight', 'nine' },
    { 'two', 'THREE', 'four', 'eight', 'and a half', 'nine' },
  })
end)

t.it('questions of either version of ACP are read alike', function()
  local options = { { optionId = 'y', name = 'Yes', kind = 'allow_once' } }
  local call = { toolCallId = 'c', title = 'Run make', rawInput = { command = 'make all' } }
  local one = question.read({
    method = 'session/request_permission',
    params = { toolCall = call, options = options },
  })
  local two = question.read({
    method = 'session/request_permission',
    params = {
      title = 'Run make',
      subject = { type = 'tool_call', toolCall = call },
      options = options,
    },
  })
  t.eq(
    { one.kind, one.title, one.options, question.lines(one) },
    { two.kind, two.title, two.options, question.lines(two) }
  )
  t.eq(question.lines(one), { '$ make all' })
  local command = question.read({
    method = 'session/request_permission',
    params = {
      title = 'Allow?',
      description = 'why',
      options = options,
      subject = { type = 'command', command = 'rm x', cwd = '/' },
    },
  })
  t.eq(question.lines(command), { 'why', '$ rm x' })
end)

t.it('what is typed into a form becomes what the field wants, or is refused', function()
  local integer = { label = 'count', type = 'integer' }
  t.eq(question.value(integer, '7'), 7)
  t.eq(select(2, question.value(integer, '7.5')), 'count: 7.5 is not a whole number')
  t.eq(select(2, question.value({ label = 'n', type = 'number' }, 'x')), 'n: x is not a number')
  t.eq(question.value({ label = 'l', type = 'array' }, 'a, b'), { 'a', 'b' })
end)

t.it('an answer of the index says how fresh it is, and what is not indexed yet', function()
  local search = require('acpd.ui.search')
  t.eq(
    search.coverage_words({ indexed = 4210, total = 12000, pending = 7790 }),
    'index: 4,210/12,000 files, not complete yet'
  )
  t.eq(
    search.coverage_words({ indexed = 120, total = 120, pending = 0, complete = true }),
    'index: 120 files'
  )
  local lines, rows = search.render('q', {
    root = '/w',
    coverage = { indexed = 1, total = 1, pending = 0, complete = true },
    hits = {
      {
        path = 'src/a.c',
        start_line = 3,
        end_line = 9,
        name = 'f',
        stale = true,
        text = 'int f() {\n}\n',
      },
    },
  }, '/w')
  t.eq(lines, {
    'search: q',
    'index: 1 files',
    '',
    'src/a.c:3  f  (changed since it was indexed)',
    '  int f() {',
    '  }',
  })
  t.eq(rows[4], { path = '/w/src/a.c', line = 3, folder = '/w' })
  local none =
    search.render('q', { root = '/w', hits = {}, note = 'the index is not complete' }, '/w')
  t.eq(none[#none], 'the index is not complete')
end)

t.it(
  'after it is written, a hunk is found among lines that repeat, since those before moved it',
  function()
    local file = patch.parse([[
--- /w/b
+++ /w/b
@@ -1 +1,3 @@
-a
+a
+new
+new
@@ -4,3 +6,3 @@
 x
-y
+z
 x
]])[1]
    local old = { 'a', 'b', 'c', 'x', 'y', 'x', 'x', 'z', 'x' }
    local new = { 'a', 'new', 'new', 'b', 'c', 'x', 'z', 'x', 'x', 'z', 'x' }
    t.eq({ patch.sides(file, new) }, { old, new })
  end
)
