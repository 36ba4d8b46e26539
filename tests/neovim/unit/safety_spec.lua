-- What an agent says is text: it runs nothing, opens nothing, and looks like nothing else.
local t = require('harness')
local paths = require('acpd.paths')

local folder = vim.uv.fs_realpath(t.folder())
local function file(name, bytes)
  local path = folder .. '/' .. name
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local handle = assert(io.open(path, 'w'))
  handle:write(bytes or 'x')
  handle:close()
  return path
end

t.it('a path is inside only when it really is', function()
  file('work/src/a.lua')
  file('work2/b.lua')
  file('outside')
  vim.uv.fs_symlink(folder .. '/outside', folder .. '/work/link')
  vim.uv.fs_symlink(folder, folder .. '/work/up')
  vim.uv.fs_symlink(folder .. '/work', folder .. '/other_name')
  local work = folder .. '/work'
  local cases = {
    { 'src/a.lua', true },
    { work .. '/src/a.lua', true },
    { folder .. '/other_name/src/a.lua', true },
    { 'src/../src/a.lua', true },
    { 'src/new/file.lua', true },
    { '../outside', false },
    { 'src/../../outside', false },
    { 'src/no/../../../../outside', false },
    { work .. '2/b.lua', false },
    { 'link', false },
    { 'up/outside', false },
    { '/etc/passwd', false },
    { '/', false },
    { '~/x', true },
    { '$HOME/x', true },
    { '`id`', true },
    { 'a\0b', false },
  }
  for _, case in ipairs(cases) do
    local _, inside = paths.resolve(case[1], work)
    t.eq({ case[1], inside }, case)
  end
  -- What a shell or Neovim would expand is a name in the workspace, nothing else.
  for _, name in ipairs({ '~/x', '$HOME/x', '`id`' }) do
    t.eq((paths.resolve(name, work)), work .. '/' .. name)
  end
end)

t.it('no percent sign of a title is executed by the bar', function()
  local conversation = require('acpd.ui.conversation')
  require('acpd.config').set({ keep = false, command = '/nowhere' })
  local session = conversation.session('s', '/w')
  vim.api.nvim_win_set_buf(0, session.buffer)
  local model = session.model
  model.title, model.state = '%{execute("let g:hit = 1")} %#Error# 50%', 'idle'
  session.phase = 'live'
  require('acpd.client').state = 'up'
  local shown = vim.api.nvim_eval_statusline(conversation.bar(), { use_winbar = true })
  t.eq(vim.g.hit, nil)
  t.eq(shown.str:match('%%{execute.*$'), model.title)
  vim.api.nvim_buf_delete(session.buffer, { force = true })
end)

t.it('a modeline in a conversation sets nothing, and nothing is concealed', function()
  vim.cmd('runtime plugin/acpd.lua')
  vim.cmd('filetype plugin on | syntax on')
  local buffers = require('acpd.ui.buffers')
  local buffer = buffers.get('acpd://session/m', 'acpd')
  local view = require('acpd.ui.view')
  local model = require('acpd.model.conversation').new()
  local shown = view.new(buffer, model)
  model:apply({
    update = {
      sessionUpdate = 'agent_message_chunk',
      messageId = 'm',
      content = {
        type = 'text',
        text = 'vim: set ft=lua modifiable shiftwidth=3 :\n[a](javascript:x)',
      },
    },
  })
  shown:draw(model:take_changes())
  vim.api.nvim_win_set_buf(0, buffer)
  vim.cmd('doautocmd BufWinEnter')
  t.eq({ vim.bo[buffer].filetype, vim.bo[buffer].modeline, vim.bo[buffer].modifiable }, {
    'acpd',
    false,
    false,
  })
  t.eq(t.lines(buffer)[3], '[a](javascript:x)')
  t.eq(vim.fn.synconcealed(3, 6)[1], 0)
end)

t.it('Markdown is coloured as such, and a fence ends where it ends', function()
  local buffer = require('acpd.ui.buffers').get('acpd://session/md', 'acpd')
  vim.bo[buffer].modifiable = true
  local lines =
    { '# Head', '- `code` and **bold**', '> quote', '```lua', '# none', '```', '# Head' }
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.api.nvim_win_set_buf(0, buffer)
  local function at(row, column)
    return vim.fn.synIDattr(vim.fn.synID(row, column, true), 'name')
  end
  t.eq({ at(1, 3), at(2, 1), at(2, 4), at(2, 17), at(3, 3) }, {
    'acpdHeading',
    'acpdListMarker',
    'acpdCode',
    'acpdBold',
    'acpdQuote',
  })
  t.eq({ at(5, 3), at(7, 3) }, { 'acpdFence', 'acpdHeading' })
end)

t.it('the desktop and the terminal get no control characters', function()
  local text = require('acpd.model.text')
  t.eq(text.plain('\27]52;c;ZXZpbA==\7a\27[2J\27Pq\27\\b\8\27(B'), 'ab')
  t.eq(text.line('\27]9;x\7'), ' ]9;x ')
end)

t.it('a token is no argument, and only of the environment of the bridge', function()
  local config, client = require('acpd.config'), require('acpd.client')
  local settings = { command = 'acpctl', remote = 'wss://host:1', token_file = '/t', ca = '/ca' }
  require('acpd').setup(settings)
  local said = client.arguments()
  table.sort(said)
  t.eq(said, {
    '--ca',
    '--remote',
    '--token-file',
    '/ca',
    '/t',
    'acpctl',
    'connect',
    'wss://host:1',
  })
  t.eq(vim.tbl_contains(vim.tbl_keys(config.get()), 'token'), false)
  t.eq(pcall(require('acpd').setup, { token = 'secret' }), false)
end)

t.it('a setting that is misspelt or of the wrong kind is an error that names it', function()
  local config = require('acpd.config')
  t.eq(config.troubles({ agnet = 'x' }), { 'there is no setting "agnet"' })
  t.eq(config.troubles({ history = '1' }), { '"history" must be a number' })
  t.eq(config.troubles({ icons = 'emoji' }), { '"icons" must be one of unicode, ascii' })
  t.eq(config.troubles({ notify = { finishd = true } }), { 'there is no setting "notify.finishd"' })
  t.eq(config.troubles({ command = { 'ssh', 'x', 'acpctl' }, icons = 'ascii' }), {})
end)

t.it('a daemon that is too old or too new is said in one sentence', function()
  local misfit = require('acpd.client').misfit
  t.eq(misfit({ protocolVersion = 1 }):match('speaks ACP 1 only') ~= nil, true)
  local function with(version)
    return { protocolVersion = 2, capabilities = { _meta = { acpd = { version = version } } } }
  end
  t.eq(misfit(with(1)), nil)
  t.eq(misfit(with(2)):match('update the plugin') ~= nil, true)
  t.eq(misfit({ protocolVersion = 2 }):match('not an acpd daemon') ~= nil, true)
end)

t.it('a file that Neovim will not show now is said in one line, and no cursor moves', function()
  local one, two, said = file('hidden/one', '1\n2\n3\n'), file('hidden/two', '1\n2\n3\n'), {}
  rawset(vim, 'notify', function(text)
    said[#said + 1] = text
  end)
  vim.cmd.only()
  vim.o.hidden = false
  paths.open(one, 1, folder)
  vim.api.nvim_buf_set_lines(0, 0, 1, false, { 'mine' })
  paths.open(two, 3, folder)
  t.eq({ vim.api.nvim_buf_get_name(0), vim.fn.line('.') }, { one, 1 })
  t.eq({ #said, said[1]:find('E37', 1, true) ~= nil }, { 1, true })
  vim.bo.modified, vim.o.hidden = false, true
  paths.open(two, 3, folder)
  t.eq({ vim.api.nvim_buf_get_name(0), vim.fn.line('.') }, { two, 3 })
end)
