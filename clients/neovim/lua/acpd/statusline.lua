-- For people's own statuslines: `%{v:lua.require'acpd'.statusline()}`. Costs nothing: it reads
-- tables, and starts no connection.
local client = require('acpd.client')
local watch = require('acpd.watch')
local words = require('acpd.model.words')

local M = {}

--- "acpd: 1 needs you, 2 running 45/100 files"; '' when nothing goes on.
function M.text()
  if client.state == 'down' then
    return 'acpd: not reachable'
  end
  local parts = {}
  local waiting, running = vim.tbl_count(watch.asked), watch.count('running')
  if waiting > 0 then
    parts[#parts + 1] = ('%s %d needs you'):format(words.icon('requires_action'), waiting)
  end
  if running > 0 then
    local said = ('%s %d running'):format(words.icon('running'), running)
    for _, session in pairs(running == 1 and watch.sessions or {}) do
      if watch.facts(session).state == 'running' then
        said = vim.trim(said .. ' ' .. words.progress(watch.facts(session).progress))
      end
    end
    parts[#parts + 1] = said
  end
  return #parts > 0 and ('acpd: ' .. table.concat(parts, ', ')) or ''
end

return M
