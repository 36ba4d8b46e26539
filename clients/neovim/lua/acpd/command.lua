-- `:Acpd SUBCOMMAND …`: which there are, and their completion. Each subcommand is one table:
-- run(words, options), about, complete(lead, which argument)?
local M = {}

local modules = {
  'acpd.commands.sessions',
  'acpd.commands.prompts',
  'acpd.commands.conversation',
  'acpd.commands.daemon',
}

local subcommands

function M.all()
  if not subcommands then
    subcommands = {}
    for _, module in ipairs(modules) do
      subcommands = vim.tbl_extend('error', subcommands, require(module))
    end
  end
  return subcommands
end

local warn = require('acpd.say').warn

---@param options table as nvim_create_user_command gives it
function M.run(options)
  require('acpd').load()
  local words = vim.split(vim.trim(options.args), '%s+', { trimempty = true })
  local said = table.remove(words, 1) or 'sessions'
  local name, bang = said:match('^(.-)(!?)$')
  local subcommand = M.all()[name]
  if not subcommand then
    return warn(('there is no subcommand "%s" (:help acpd-commands)'):format(name))
  end
  subcommand.run(words, {
    bang = bang == '!',
    mods = M.modifiers(options.smods or {}),
    rest = vim.trim(vim.trim(options.args):sub(#said + 1)),
  })
end

--- :tab, :vertical and the like, for the window that is opened.
function M.modifiers(smods)
  local said = {}
  if (smods.tab or -1) >= 0 then
    said[#said + 1] = 'tab'
  end
  if smods.vertical then
    said[#said + 1] = 'vertical'
  end
  if (smods.split or '') ~= '' then
    said[#said + 1] = smods.split
  end
  return table.concat(said, ' ')
end

local function beginning_with(list, lead)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, list)
end

---@param line string up to the cursor
function M.complete(lead, line)
  local words = vim.split(line:gsub('^.-Acpd%s+', ''), '%s+')
  if #words <= 1 then
    local names = vim.tbl_keys(M.all())
    table.sort(names)
    return beginning_with(names, lead)
  end
  local subcommand = M.all()[(words[1]:gsub('!$', ''))]
  if subcommand and subcommand.complete then
    return beginning_with(subcommand.complete(lead, #words - 1), lead)
  end
  return {}
end

return M
