-- What the plugin tells a person, through vim.notify. In one line that fits: a longer message would
-- stop Neovim until a key is pressed, in the middle of what somebody types.
local M = {}

local function fitting(text)
  return require('acpd.model.text').line('acpd: ' .. text, math.max(vim.v.echospace, 20))
end

function M.at(level, text)
  vim.notify(fitting(text), level)
end

function M.warn(text)
  M.at(vim.log.levels.WARN, text)
end

function M.info(text)
  M.at(vim.log.levels.INFO, text)
end

return M
