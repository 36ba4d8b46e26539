-- A daemon of a spec's own: peer.mjs, which answers from a script, and what it is asked.
local t = require('harness')
local files = require('acpd.files')
local json = require('acpd.json')
local sessions = require('acpd.session')

local M = {}

local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
local folder = t.folder()

--- Wires the plugin to the peer, with other settings, if wished.
function M.start(settings)
  vim.env.PEER_SCRIPT, vim.env.PEER_LOG = folder .. '/script', folder .. '/log'
  vim.cmd('runtime plugin/acpd.lua')
  require('acpd').load()
  local command = { command = { vim.fs.normalize(here .. '/../peer.mjs') } }
  require('acpd').setup(vim.tbl_extend('force', command, settings or {}))
  M.script({})
end

--- What it answers from now on: method → answer, as peer.mjs says.
function M.script(answers)
  files.replace(vim.env.PEER_SCRIPT, json.encode(json.object(answers)))
end

--- The parameters of all requests of a method so far.
function M.asked(method)
  local found = {}
  for line in (files.read(vim.env.PEER_LOG) or ''):gmatch('[^\n]+') do
    local message = json.decode(line)
    if message.method == method then
      found[#found + 1] = message.params
    end
  end
  return found
end

--- One line of a session's stream; without `seq` it belongs to the next entry.
function M.update(id, seq, said, extra)
  return {
    jsonrpc = '2.0',
    method = 'session/update',
    params = {
      sessionId = id,
      update = vim.tbl_extend('force', {
        sessionUpdate = 'agent_message_chunk',
        messageId = 'm',
        content = { type = 'text', text = said },
      }, extra or {}),
      _meta = seq and {
        ['acpd/seq'] = seq,
        ['acpd/epoch'] = 'e',
        ['acpd/at'] = '2020-01-02T03:04:05.000Z',
      },
    },
  }
end

function M.resumed(id, seq, before)
  return {
    before = before,
    result = { _meta = { ['acpd/cursor'] = { epoch = 'e', seq = seq } }, sessionId = id },
  }
end

function M.shown(id)
  return table.concat(t.lines(sessions.open[id].buffer), '\n')
end

function M.live(id)
  t.wait(function()
    return sessions.open[id].phase == 'live'
  end, id .. ' to be live')
end

return M
