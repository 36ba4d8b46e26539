-- What a person can choose; `:help acpd-config` says what each is. Checked when it is set, since a
-- misspelt name would otherwise do nothing, silently.
local M = {}

local defaults = {
  command = 'acpctl',
  agent = '', -- of new sessions; '': the daemon's own default
  remote = '', -- wss://HOST:PORT or ssh://HOST
  token_file = '', -- for wss://: mode 0600; '': $ACPD_TOKEN, else asked for and kept in memory
  ca = '',
  icons = 'unicode', -- or 'ascii'
  desktop = 'none', -- or 'osc9', 'osc777', 'notify-send'
  notify = { finished = true, failed = true, needs_you = true },
  keep = true, -- conversations on disk, so that a killed Neovim comes back as it was
  history = 20000, -- lines of a conversation in a buffer; older ones are unloaded
  prompt_height = 6,
  keymaps = true, -- buffer-local ones, in acpd's own buffers only
}

local choices = {
  icons = { 'unicode', 'ascii' },
  desktop = { 'none', 'osc9', 'osc777', 'notify-send' },
}

local current = vim.deepcopy(defaults)

local function check(name, value, default)
  if default == nil then
    return ('there is no setting "%s"'):format(name)
  elseif name == 'command' and type(value) == 'table' then
    return nil
  elseif type(value) ~= type(default) then
    return ('"%s" must be a %s'):format(name, type(default))
  elseif choices[name] and not vim.tbl_contains(choices[name], value) then
    return ('"%s" must be one of %s'):format(name, table.concat(choices[name], ', '))
  end
end

---@return string[] troubles in what was given
function M.troubles(given)
  local found = {}
  for name, value in pairs(given) do
    found[#found + 1] = check(name, value, defaults[name])
    if name == 'notify' and type(value) == 'table' then
      for event, wanted in pairs(value) do
        found[#found + 1] = check('notify.' .. event, wanted, defaults.notify[event])
      end
    end
  end
  return found
end

function M.set(given)
  local troubles = M.troubles(given)
  if #troubles > 0 then
    error('acpd: ' .. table.concat(troubles, '; ') .. ' (:help acpd-config)', 0)
  end
  current = vim.tbl_deep_extend('force', vim.deepcopy(defaults), given)
  local words = require('acpd.model.words')
  words.icons = words.icon_sets[current.icons]
end

function M.get()
  return current
end

--- acpctl with its own arguments, as a list.
function M.command()
  return type(current.command) == 'table' and vim.list_slice(current.command) or { current.command }
end

--- What to say when there is no such program; nil when there is.
function M.missing()
  local program = M.command()[1]
  if vim.fn.executable(program) == 0 then
    return ('there is no program %s: :Acpd install says how to get it'):format(program)
  end
end

return M
