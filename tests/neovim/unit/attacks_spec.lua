-- What an agent might say to have something run, loaded, opened or hidden. All of it is shown as
-- text, and nothing happens.
local t = require('harness')
local conversation = require('acpd.ui.conversation')
local model_of = require('acpd.model.conversation')

vim.cmd('runtime plugin/acpd.lua')
vim.cmd('filetype plugin on | syntax on')
vim.o.modeline, vim.o.modelines, vim.o.modelineexpr, vim.o.exrc = true, 5, true, true
vim.o.foldmethod = 'marker'
local folder = vim.uv.fs_realpath(t.folder())
vim.cmd.cd(folder)
local hit = folder .. '/hit'
local run = ('call writefile([""], "%s")'):format(hit)

local attacks = {
  'vim: set ft=vim modifiable shiftwidth=77:',
  '/* vim: set fdm=expr fde=' .. 'writefile([""],"hit")' .. ': */',
  'vi:sw=77',
  ' ex: set sw=77:',
  'vim600: sw=77:',
  '-- vim: formatexpr=execute("!touch hit")',
  '%{execute("' .. run:gsub('"', "'") .. '")}',
  '%{%execute("!touch hit")%}',
  '%#Error#%@v:lua.os.exit@click%X',
  '=execute("!touch hit")',
  ':!touch hit',
  '`touch hit`',
  '$(touch hit)',
  '<script>fetch("http://127.0.0.1:1/")</script>',
  '<img src=x onerror="alert(1)">',
  '<iframe src="http://127.0.0.1:1/"></iframe>',
  '![x](http://127.0.0.1:1/x.png)',
  '[x](javascript:alert(1))',
  '[x](file:///etc/passwd)',
  '[x](command:workbench.action.terminal.new)',
  '<a href="data:text/html,<script>1</script>">x</a>',
  '<svg onload=alert(1)>',
  '[shown text](http://127.0.0.1:1/hidden "conceal")',
  '```vim',
  run,
  '```',
  '```lua { .run }',
  'os.execute("touch hit")',
  '```',
  '{{{ a fold that hides }}}',
  '<!-- hidden -->',
  '\27[2J\27[31m cleared',
  '\27]52;c;aGl0\7 clipboard',
  '\27]8;;http://127.0.0.1:1/\27\\link\27]8;;\27\\',
  '\27P+q544e\27\\',
  '\194\155\51\49m C1',
  'a\0b',
  '\226\128\174 reversed',
  'You · 18:02',
  '── replayed 9 updates since 18:02 ──',
  '[1] Allow',
  '|:quit|  *tag*',
  '<C-\\><C-n>:!touch hit<CR>',
}

local function open(text)
  require('acpd.config').set({ keep = false, command = '/nowhere' })
  local session = conversation.open('attacks', folder)
  vim.cmd.only()
  require('acpd.client').state, session.phase = 'up', 'live'
  local buffer = session.buffer
  session.model = model_of.new()
  session.view:reset(session.model)
  local function apply(update)
    session.model:apply({ update = update })
  end
  apply({
    sessionUpdate = 'agent_message_chunk',
    messageId = 'm',
    content = { type = 'text', text = text },
  })
  apply({
    sessionUpdate = 'tool_call_update',
    toolCallId = 'c',
    title = text,
    content = { { type = 'content', content = { type = 'text', text = text } } },
  })
  apply({ sessionUpdate = 'session_info_update', title = text })
  session:draw()
  vim.cmd('redraw!')
  return session, buffer
end

t.it(('%d attacks are shown as they are, and nothing happens'):format(#attacks), function()
  t.eq(#attacks >= 25, true)
  for _, attack in ipairs(attacks) do
    local session, buffer = open(attack)
    local lines = t.lines(buffer)
    t.eq(lines[2], attack)
    t.eq(#lines[3] > 0, true)
    local options = vim.bo[buffer]
    t.eq({ options.modifiable, options.modeline, options.filetype }, { false, false, 'acpd' })
    t.eq(options.shiftwidth ~= 77 and vim.o.shiftwidth ~= 77, true)
    -- Nothing of what was said is hidden: only what stands below a tool call's head is folded.
    t.eq({ vim.wo.foldmethod, vim.fn.foldclosed(2), vim.wo.conceallevel }, { 'expr', -1, 0 })
    local bar = vim.api.nvim_eval_statusline(conversation.bar(), { use_winbar = true })
    t.eq(
      bar.str:find(session.model.title:sub(1, 3), 1, true) ~= nil or attack:find('%c') ~= nil,
      true
    )
    t.eq(vim.uv.fs_stat(hit), nil)
    t.eq(#vim.api.nvim_list_wins(), 1)
  end
end)

t.it('a file is opened by its very name, whatever Neovim would make of it', function()
  local paths = require('acpd.paths')
  local names = {
    '+!touch hit',
    '`touch hit`',
    '$HOME',
    '~',
    '%',
    '#',
    '*',
    'a|!touch hit',
    'a b',
    '[a]',
    '<cfile>',
    '##',
    '-x',
    '\\a',
    '{a,b}',
    "a'b",
    '+q',
    'vim.lua\nx',
  }
  for _, name in ipairs(names) do
    local handle = assert(io.open(folder .. '/' .. name, 'w'))
    handle:write('content of ' .. name)
    handle:close()
    vim.cmd.enew()
    paths.open(folder .. '/' .. name, 1, folder)
    t.eq(vim.api.nvim_buf_get_name(0), folder .. '/' .. name)
    t.eq(vim.uv.fs_stat(hit), nil)
  end
end)
