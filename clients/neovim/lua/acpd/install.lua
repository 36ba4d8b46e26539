-- How to get acpd: shown, never done behind somebody's back.
local M = {}

M.lines = {
  'acpd keeps coding agents working when the editor is gone. It runs on Linux (x86_64).',
  '',
  'From its source, which this plugin is a folder of:',
  '',
  '    cd PATH/TO/acpd && server/demo',
  '    cp build/release/bin/acp* ~/.local/bin/',
  '',
  'acpctl and acpd belong in one folder. Is it not in $PATH? Then tell the plugin:',
  '',
  "    require('acpd').setup({ command = '/path/to/acpctl' })",
  '',
  'The daemon may run on another machine: see :help acpd-remote.',
  'Afterwards: :checkhealth acpd',
}

--- The clone that the plugin lies in, when it does.
function M.source()
  local here = debug.getinfo(1, 'S').source:sub(2)
  local root = vim.fs.normalize(vim.fn.fnamemodify(here, ':p:h:h:h:h:h'))
  return vim.uv.fs_stat(vim.fs.joinpath(root, 'server', 'demo')) and root or nil
end

function M.text()
  local source = M.source()
  return vim.tbl_map(function(line)
    return source and (line:gsub('PATH/TO/acpd', vim.fn.fnameescape(source))) or line
  end, M.lines)
end

function M.show()
  vim.api.nvim_echo({ { table.concat(M.text(), '\n') } }, true, {})
end

return M
