-- nvim --headless -u NONE -l run.lua PLUGIN SPEC…: says one JSON line for each case.
local plugin = table.remove(_G.arg, 1)
local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
vim.opt.runtimepath:prepend(plugin)
package.path = here .. '/?.lua;' .. package.path
local harness = require('harness')
for _, spec in ipairs(_G.arg) do
  dofile(spec)
end
for _, result in ipairs(harness.results) do
  io.stdout:write(vim.json.encode(result), '\n')
end
os.exit(0)
