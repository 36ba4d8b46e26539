-- Subcommands about prompts of the conversation in the current buffer: written, sent, waiting.
local ask = require('acpd.ask')
local client = require('acpd.client')
local prompt = require('acpd.ui.prompt')
local target = require('acpd.commands.target')
local text = require('acpd.model.text')

local commands = {}

local here = target.here
local warn = require('acpd.say').warn

--- For prompts that are not in the box: they come into it when the daemon has not taken them.
local function kept_if_lost(session, said)
  return function(trouble)
    if trouble then
      prompt.keep(session, said)
      prompt.refused(trouble)
    end
  end
end

commands.prompt = {
  about = 'write a prompt; with TEXT: send it',
  run = here(function(session, _, options)
    if options.rest == '' then
      return prompt.focus(session)
    end
    prompt.deliver(session, options.rest, kept_if_lost(session, options.rest))
  end),
}

commands.send = {
  about = 'send what stands in the prompt box',
  run = here(function(session)
    prompt.send(session)
  end),
}

local cannot_put_first = 'this daemon cannot put a prompt first: update acpd'

--- A prompt that waits goes first, and the running turn ends; what others wait with stays. One that
--- has started meanwhile is where it should be.
local function run_now(session, turn)
  local params = { sessionId = session.id, turn = turn }
  client.request('_acpd/queue/now', params, function(trouble)
    if trouble and trouble.code ~= -32002 then
      warn(trouble.code == -32601 and cannot_put_first or trouble.message)
    end
  end)
end

commands.now = {
  about = 'cancel the running turn and send the prompt box now',
  run = here(function(session)
    if not client.extensions['_acpd/queue/now'] and client.state == 'up' then
      return warn(cannot_put_first)
    end
    prompt.send(session, function(one, said, done)
      prompt.deliver(one, said, function(trouble, result)
        done(trouble)
        if result then
          run_now(one, result.turn)
        end
      end)
    end)
  end),
}

--- Where people type, a text has one line; one of several gets a buffer.
local function edit_queued(session, queued)
  local function change(said)
    client.request('_acpd/queue/edit', {
      sessionId = session.id,
      turn = queued.turn,
      prompt = require('acpd.mentions').edited(queued.prompt, said, session),
    }, kept_if_lost(session, said))
  end
  local said = text.said(queued.prompt)
  if said:find('\n') then
    return require('acpd.ui.edit').open(queued.turn, said, change)
  end
  vim.ui.input({ prompt = 'Prompt: ', default = said }, function(typed)
    if typed and typed ~= '' then
      change(typed)
    end
  end)
end

local on_queued = {
  edit = edit_queued,
  withdraw = function(session, queued)
    ask('_acpd/queue/remove', { sessionId = session.id, turn = queued.turn })
  end,
  ['cancel the running turn and send now'] = function(session, queued)
    run_now(session, queued.turn)
  end,
}

commands.queue = {
  about = 'prompts that wait: edit, withdraw, send now',
  run = here(function(session)
    ask('_acpd/queue/list', { sessionId = session.id }, function(result)
      local queue = result.queue or {}
      if #queue == 0 then
        return require('acpd.say').info('no prompt waits')
      end
      vim.ui.select(queue, {
        prompt = 'Prompts that wait',
        format_item = function(queued)
          local whose = queued.own and '' or ' (of another editor)'
          return ('%d. %s%s'):format(queued.place, prompt.words_of(queued, 70), whose)
        end,
      }, function(queued)
        if not queued then
          return
        end
        local actions = { 'edit', 'withdraw', 'cancel the running turn and send now' }
        vim.ui.select(actions, { prompt = prompt.words_of(queued, 70) }, function(action)
          if action then
            on_queued[action](session, queued)
          end
        end)
      end)
    end)
  end),
}

commands.cancel = {
  about = 'cancel the running turn, and what waits behind it: [SESSION]',
  complete = target.ids,
  run = function(words)
    target.with(words[1], 'Cancel the turn of which session?', function(id)
      ask('_acpd/session/cancel', { sessionId = id }, function(result)
        if result.cancelled == 0 then
          require('acpd.say').info('nothing was running')
        end
      end)
    end)
  end,
}

return commands
