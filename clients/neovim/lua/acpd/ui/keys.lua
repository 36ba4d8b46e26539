-- Keys of acpd's own buffers, and the window that g? shows. Each key runs a subcommand of :Acpd
-- through its <Plug> map, so that people map the same things elsewhere.
local M = {}

local common = {
  { 'g?', 'help', 'these keys' },
  { 'gl', 'sessions', 'all sessions' },
  { 'gi', 'inbox', 'what waits for you, in all sessions' },
  { 'gR', 'retry', 'acpd is not reachable: try again' },
}

M.of = {
  acpd = {
    { '<CR>', 'open', 'open the file, address or diff under the cursor' },
    { 'gx', 'open', nil },
    { 'i', 'prompt', 'write a prompt' },
    { 'ga', 'answer', 'answer what this session asks' },
    { 'gd', 'diff', 'the diff of the tool call under the cursor, side by side' },
    { 'gm', 'mode', 'choose the mode' },
    { 'gM', 'model', 'choose the model' },
    { 'go', 'config', 'all options of the session' },
    { 'gq', 'queue', 'prompts that wait: edit, withdraw, send now' },
    { 'gc', 'cancel', 'cancel the running turn' },
    { 'gE', 'earlier', 'load the parts that are not loaded' },
    { ']]', 'next', 'next prompt' },
    { '[[', 'previous', 'previous prompt' },
    { 'za', nil, 'open or close a thought or tool call' },
  },
  acpdprompt = {
    { '<CR>', 'send', 'send (also <C-s>, in insert mode, too)' },
    { '<C-s>', 'send', nil, { 'n', 'i' } },
    { 'gn', 'now', 'cancel the running turn and send now' },
    { 'gq', 'queue', 'prompts that wait: edit, withdraw, send now' },
    { '<C-x><C-u>', nil, 'complete /commands and @files (in insert mode)' },
  },
  acpdsessions = {
    { '<CR>', 'attach', 'open the session' },
    { 'n', 'new', 'new session' },
    { 'r', 'rename', 'rename' },
    { 'c', 'cancel', 'cancel the running turn' },
    { 'x', 'close', 'close: stops the agent, may be opened again' },
    { 'a', 'archive', 'archive' },
    { 'd', 'delete', 'delete for good' },
    { 'I', 'import', "import a session of the agent's own" },
  },
  acpdinbox = {
    { '<CR>', 'answer', 'answer (or press the number of an option)' },
    { 'gd', 'diff', 'its diff, side by side' },
    { 'o', 'attach', 'open its session' },
  },
  acpdsearch = {
    { '<CR>', 'open', 'open the place' },
    { 's', 'search', 'search again' },
  },
}

local function all(filetype)
  return vim.list_extend(vim.list_slice(M.of[filetype] or {}), common)
end

function M.set(buffer, filetype)
  if not require('acpd.config').get().keymaps then
    return
  end
  for _, key in ipairs(all(filetype)) do
    local lhs, name, about, modes = unpack(key)
    if name then
      vim.keymap.set(modes or 'n', lhs, ('<Plug>(acpd-%s)'):format(name), {
        buffer = buffer,
        desc = about and ('acpd: ' .. about),
        remap = true,
        nowait = true, -- else a longer one of the person's own would make it late
      })
    end
  end
end

--- What g? shows.
function M.lines(filetype)
  local lines = {}
  for _, key in ipairs(all(filetype)) do
    if key[3] then
      lines[#lines + 1] = ('%-12s %s'):format(key[1], key[3])
    end
  end
  return lines
end

function M.help()
  local lines = M.lines(vim.bo.filetype)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].bufhidden, vim.bo[buffer].modifiable = 'wipe', false
  local width = 2
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 2)
  end
  vim.api.nvim_open_win(buffer, true, {
    relative = 'editor',
    style = 'minimal',
    border = 'rounded',
    title = ' keys ',
    width = width,
    height = #lines,
    row = math.max(0, math.floor((vim.o.lines - #lines) / 2 - 1)),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
  })
  for _, lhs in ipairs({ 'q', '<Esc>', 'g?' }) do
    vim.keymap.set('n', lhs, '<Cmd>close<CR>', { buffer = buffer })
  end
end

return M
