local agent = dofile(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)) .. '/common.lua')

local function adapter()
  return {
    name = 'acpd',
    formatted_name = 'acpd',
    type = 'acp',
    roles = { llm = 'assistant', user = 'user' },
    opts = { vision = true },
    commands = { default = { agent.command, unpack(agent.args) } },
    defaults = { mcpServers = {}, timeout = 20000 },
    parameters = {
      protocolVersion = 1,
      clientCapabilities = { fs = { readTextFile = true, writeTextFile = true } },
      clientInfo = { name = 'CodeCompanion.nvim', version = '1.0.0' },
    },
    handlers = {
      setup = function()
        return true
      end,
      form_messages = function(self, messages, capabilities)
        return require('codecompanion.adapters.acp.helpers').form_messages(
          self,
          messages,
          capabilities
        )
      end,
      on_exit = function() end,
    },
  }
end
require('codecompanion').setup({
  adapters = { acp = { acpd = adapter } },
  interactions = { chat = { adapter = 'acpd' } },
})

-- The chat is opened, and the prompt typed when its connection stands: as a person does.
function Prompt()
  vim.cmd('CodeCompanionChat')
  local timer = vim.uv.new_timer()
  timer:start(
    100,
    100,
    vim.schedule_wrap(function()
      local chat = require('codecompanion').last_chat()
      if
        timer:is_closing()
        or not chat
        or not chat.acp_connection
        or not chat.acp_connection:is_connected()
      then
        return
      end
      timer:close()
      vim.api.nvim_feedkeys(vim.keycode('<C-\\><C-n>Gowork<Esc><CR>'), 'm', false)
    end)
  )
end
function Close_chat()
  Delete_buffers({ 'codecompanion' })
end
function Close_by_key()
  vim.api.nvim_feedkeys(vim.keycode('<C-\\><C-n><C-c>'), 'm', false)
end
vim.api.nvim_create_autocmd('VimEnter', {
  callback = function()
    vim.g.ready = true
  end,
})
