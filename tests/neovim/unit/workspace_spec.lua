-- Names of files for completion: from git, or as they lie there; no key waits for them.
local t = require('harness')
local files = require('acpd.files')
local workspace = require('acpd.workspace')

local function folder_with(...)
  local folder = t.folder()
  for _, name in ipairs({ ... }) do
    vim.fn.mkdir(vim.fs.dirname(folder .. '/' .. name), 'p')
    files.replace(folder .. '/' .. name, 'x')
  end
  return folder
end

--- What is there when it has been listed; what is known at once is empty.
local function listed(folder)
  local found
  t.eq(
    workspace.files(folder, function(list)
      found = list
    end),
    {}
  )
  t.wait(function()
    return found ~= nil
  end, 'the list')
  table.sort(found)
  local known = workspace.files(folder)
  table.sort(known)
  t.eq(known, found)
  return found
end

t.it('git knows which files there are: also new ones, and what they are called', function()
  local folder = folder_with('src/a.lua', 'ä.txt', 'out/b.o', 'two words')
  files.replace(folder .. '/.gitignore', 'out\n')
  vim.system({ 'git', 'init', '-q', folder }):wait()
  t.eq(listed(folder), { '.gitignore', 'src/a.lua', 'ä.txt' })
end)

t.it('a folder without git is looked through, but for what is hidden or deep in it', function()
  local folder = folder_with('a', '.cache/b', 'one/two/c', 'one/two/three/four/d')
  vim.env.GIT_CEILING_DIRECTORIES = vim.fs.dirname(folder)
  t.eq(listed(folder), { 'a', 'one/two/c' })
end)

t.it('a folder that is not there has no files, and is no error', function()
  t.eq(listed('/nowhere/at/all'), {})
end)

t.it('files that come later are offered where the person still looks at what they typed', function()
  local complete = require('acpd.complete')
  local folder = folder_with('src/parser.lua')
  local offered
  rawset(vim.fn, 'complete', function(_, list)
    offered = list
  end)
  rawset(vim.fn, 'mode', function()
    return 'i'
  end)
  local session = { id = 's', cwd = folder }
  vim.api.nvim_set_current_line('see @pars')
  vim.api.nvim_win_set_cursor(0, { 1, 4 })
  rawset(vim.fn, 'col', function()
    return 10
  end)
  t.eq(complete.mentions(session, '@pars'), {})
  t.wait(function()
    return offered ~= nil
  end, 'the offer')
  t.eq(offered, { { word = '@src/parser.lua', kind = 'f' } })
  -- Gone on meanwhile: nothing is changed under their hands.
  offered = nil
  local other = { id = 's', cwd = folder_with('src/parser.lua') }
  complete.mentions(other, '@pars')
  vim.api.nvim_set_current_line('see @parsonage')
  local later
  workspace.files(other.cwd, function()
    later = true
  end)
  t.wait(function()
    return later
  end, 'the list')
  t.eq({ offered, vim.api.nvim_get_current_line() }, { nil, 'see @parsonage' })
end)
