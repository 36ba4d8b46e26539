-- Linked to groups that every colour scheme has, light, dark or of high contrast. A colour never
-- says anything alone.
local M = {}

local links = {
  AcpdUser = 'Title',
  AcpdThought = 'Comment',
  AcpdTool = 'Identifier',
  AcpdPlan = 'Title',
  AcpdEnd = 'NonText',
  AcpdNotice = 'WarningMsg',
  AcpdFailed = 'ErrorMsg',
  AcpdBanner = 'DiffAdd',
  AcpdRunning = 'String',
  AcpdNeedsYou = 'WarningMsg',
}

function M.define()
  for group, to in pairs(links) do
    vim.api.nvim_set_hl(0, group, { link = to, default = true })
  end
end

return M
