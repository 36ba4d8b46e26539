local agent = dofile(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)) .. '/common.lua')

-- Its prompt templates are rendered by a compiled library that is not built here; who ends
-- what does
-- not depend on them.
package.preload['avante_templates'] = function()
  return {
    initialize = function() end,
    render = function()
      return 'work'
    end,
  }
end
vim.o.laststatus = 3
require('avante').setup({
  provider = 'acpd',
  acp_providers = {
    acpd = { command = agent.command, args = agent.args, env = agent.env, auth_method = nil },
  },
  behaviour = { auto_suggestions = false },
})

function Prompt()
  vim.schedule(function()
    vim.cmd('AvanteAsk work')
  end)
end
function Close_chat()
  Delete_buffers({ 'Avante', 'AvanteInput', 'AvanteSelectedFiles' })
end
vim.api.nvim_create_autocmd('VimEnter', {
  callback = function()
    vim.schedule(function()
      vim.g.ready = true
    end)
  end,
})
