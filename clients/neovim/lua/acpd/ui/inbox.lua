-- `acpd://inbox`: everything that waits for a person, over all sessions. Nothing pops up: it is
-- answered here, or in its session, and then it is gone everywhere.
local answer = require('acpd.ui.answer')
local buffers = require('acpd.ui.buffers')
local client = require('acpd.client')
local question_model = require('acpd.model.question')
local text = require('acpd.model.text')
local watch = require('acpd.watch')
local words = require('acpd.model.words')

local M = {}
local name = 'acpd://inbox'
local namespace = vim.api.nvim_create_namespace('acpd.inbox')
local lines_most = 40 -- of a diff or an output; gd shows all

local function session_title(question)
  local session = watch.sessions[question.sessionId]
  return session and watch.title(session) or text.line(question.title or question.sessionId, 60)
end

--- One question: what, who, since when, what it is about, what can be answered.
function M.entry(question)
  local read = question_model.read(question)
  local lines = {
    ('%s %s'):format(words.icon('requires_action'), read.title),
    ('  %s · %s · asked %s'):format(
      text.line(question.agent or 'agent'),
      session_title(question),
      words.clock(question.askedAt)
    ),
  }
  local about = question_model.lines(read)
  for index, line in ipairs(about) do
    if index > lines_most then
      lines[#lines + 1] = ('    … %d lines more (gd)'):format(#about - lines_most)
      break
    end
    lines[#lines + 1] = '    ' .. line
  end
  for index, option in ipairs(read.options) do
    lines[#lines + 1] = ('  [%d] %s'):format(index, text.line(option.name))
  end
  if #read.options == 0 then
    lines[#lines + 1] = '  [<CR>] answer'
  end
  lines[#lines + 1] = ''
  return lines
end

function M.render()
  local lines, rows, marks = {}, {}, {}
  if client.state == 'down' then
    lines[1] = words.unreachable_here(client.text)
    marks[1] = { 0, 'AcpdFailed' }
  end
  for _, question in ipairs(watch.questions()) do
    marks[#marks + 1] = { #lines, 'AcpdNeedsYou' }
    for _, line in ipairs(M.entry(question)) do
      lines[#lines + 1] = line
      rows[#lines] = question
    end
  end
  if #watch.questions() == 0 then
    lines[#lines + 1] = 'Nothing waits for you.'
  end
  for row = 1, #lines do
    rows[row] = rows[row] or {}
  end
  return lines, rows, marks
end

function M.refresh()
  buffers.refresh(name, M.render, namespace)
end

--- The question under the cursor.
function M.here()
  local row = buffers.row_here()
  return row and row.id and row or nil
end

local function setup(buffer)
  for number = 1, 9 do
    vim.keymap.set('n', tostring(number), function()
      local question = M.here()
      local option = question and question_model.read(question).options[number]
      if option then
        answer.give(question, question_model.selected(option))
      end
    end, { buffer = buffer, desc = ('acpd: answer with option %d'):format(number) })
  end
end

function M.open(mods)
  buffers.open_list(name, 'acpdinbox', mods, M.refresh, setup)
end

return M
