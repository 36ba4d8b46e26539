-- What the three plugins' settings share: the plugins on the path, and who the agent is.
local file = io.open(vim.env.ACP_MEASURE)
local settings = vim.json.decode(file:read('a'))
file:close()
for _, path in ipairs(settings.paths) do
  vim.opt.runtimepath:append(path)
end
vim.opt.swapfile = false
vim.fn.mkdir(vim.fn.stdpath('cache'), 'p') -- a home of its own is empty; agentic.nvim logs there

-- Deletes what the plugin shows, as a person does who runs :bdelete! in its window.
function Delete_buffers(filetypes)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if
      vim.api.nvim_buf_is_valid(buffer) and vim.tbl_contains(filetypes, vim.bo[buffer].filetype)
    then
      vim.cmd.bdelete({ args = { buffer }, bang = true })
    end
  end
end

return settings.agent
