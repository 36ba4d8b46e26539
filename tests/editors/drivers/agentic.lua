local agent = dofile(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)) .. '/common.lua')
require('agentic').setup({
  provider = 'codex-acp',
  acp_providers = {
    ['codex-acp'] = { command = agent.command, args = agent.args, env = agent.env },
  },
})

-- The text goes into the input window, and the plugin's own key submits it.
function Prompt()
  vim.defer_fn(function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      local buffer = vim.api.nvim_win_get_buf(window)
      if vim.bo[buffer].filetype == 'AgenticInput' then
        vim.api.nvim_set_current_win(window)
        vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { 'work' })
        vim.api.nvim_feedkeys(vim.keycode('<C-\\><C-n><C-s>'), 'm', false)
      end
    end
  end, 100)
end
function Close_chat()
  Delete_buffers({ 'AgenticChat', 'AgenticInput' })
end

vim.api.nvim_create_autocmd('VimEnter', {
  callback = function()
    local client = require('agentic.acp.acp_client')
    local create = client.create_session
    -- Ready when its session is: it drops a prompt that comes before.
    client.create_session = function(self, handlers, callback)
      return create(self, handlers, function(...)
        callback(...)
        vim.schedule(function()
          vim.g.ready = true
        end)
      end)
    end
    vim.schedule(function()
      require('agentic').open()
    end)
  end,
})
