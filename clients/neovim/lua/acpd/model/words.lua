-- What states and numbers are called, in one place. Pure; times are this machine's.
local M = {}

M.icon_sets = {
  unicode = {
    running = '▶',
    requires_action = '◆',
    idle = '○',
    interrupted = '✗',
    unknown = '?',
    pending = '○',
    in_progress = '▶',
    paused = '‖',
    completed = '✓',
    failed = '✗',
    cancelled = '⊘',
    full = '█',
    empty = '░',
    thought = '…',
    info = 'ℹ',
    warning = '⚠',
    error = '✗',
  },
  ascii = {
    running = '>',
    requires_action = '!',
    idle = '-',
    interrupted = 'x',
    unknown = '?',
    pending = '-',
    in_progress = '>',
    paused = '=',
    completed = '+',
    failed = 'x',
    cancelled = '/',
    full = '#',
    empty = '.',
    thought = '~',
    info = 'i',
    warning = '!',
    error = 'x',
  },
}
M.icons = M.icon_sets.unicode

local states = {
  running = 'running',
  requires_action = 'needs you',
  idle = 'idle',
  interrupted = 'interrupted',
}

--- A state's icon is never alone: its word stands beside it.
function M.state(state)
  return states[state] or 'unknown'
end

function M.icon(name)
  return M.icons[name] or M.icons.unknown
end

local statuses = { in_progress = 'running', completed = 'done' }
function M.status(status)
  return statuses[status] or tostring(status)
end

local ends = { end_turn = 'finished', cancelled = 'cancelled', refusal = 'refused' }

--- How a turn ended, from its stop reason and error.
function M.turn_end(reason, trouble)
  if reason == 'error' then
    local outcome = type(trouble) == 'table' and vim.tbl_get(trouble, 'data', 'acpd', 'outcome')
    if outcome == 'outcome_unknown' then
      return 'outcome unknown'
    elseif outcome == 'interrupted' then
      return 'interrupted'
    end
    local text = type(trouble) == 'table' and trouble.message or 'no reason given'
    return 'failed: ' .. require('acpd.model.text').line(text)
  end
  return ends[reason] or ('stopped: ' .. require('acpd.model.text').line(reason))
end

--- A number that is whole has no decimals.
local function number(value)
  return value == math.floor(value) and ('%d'):format(value) or tostring(value)
end

local function valid(progress)
  return type(progress) == 'table'
    and type(progress.done) == 'number'
    and type(progress.total) == 'number'
end

--- "45/100 files"
function M.progress(progress)
  if not valid(progress) then
    return ''
  end
  local unit = type(progress.unit) == 'string' and progress.unit or ''
  return vim.trim(('%s/%s %s'):format(number(progress.done), number(progress.total), unit))
end

function M.bar(progress, width)
  if not valid(progress) or progress.total <= 0 then
    return ''
  end
  local full = math.floor(width * math.max(0, math.min(1, progress.done / progress.total)) + 0.5)
  return M.icons.full:rep(full) .. M.icons.empty:rep(width - full)
end

--- Seconds since 1970 of "2026-11-22T18:02:11.123Z"; nil for what is no such time.
function M.seconds(time)
  local year, month, day, hour, minute, second =
    tostring(time):match('^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)')
  if not year then
    return nil
  end
  local as_local = os.time({
    year = tonumber(year),
    month = tonumber(month),
    day = tonumber(day),
    hour = tonumber(hour),
    min = tonumber(minute),
    sec = tonumber(second),
    isdst = false,
  })
  local utc = os.date('!*t', as_local)
  utc.isdst = false
  return as_local + os.difftime(as_local, os.time(utc))
end

--- "18:02", and with the day when it is not today's.
function M.clock(time, now)
  local at = M.seconds(time)
  if not at then
    return '?'
  end
  local today = os.date('%Y-%m-%d', at) == os.date('%Y-%m-%d', now)
  return tostring(os.date(today and '%H:%M' or '%Y-%m-%d %H:%M', at))
end

function M.age(time, now)
  local at = M.seconds(time)
  local age = at and math.max(0, (now or os.time()) - at)
  if not age then
    return ''
  elseif age < 60 then
    return 'now'
  elseif age < 3600 then
    return ('%d min'):format(age / 60)
  elseif age < 86400 then
    return ('%d h'):format(age / 3600)
  end
  return ('%d d'):format(age / 86400)
end

--- Above what came while nobody looked; '' when nothing did.
function M.banner(count, since, now)
  if count == 0 then
    return ''
  end
  local what = count == 1 and '1 update' or (count .. ' updates')
  return ('replayed %s since %s'):format(what, M.clock(since, now))
end

--- 1234567 → "1.2M"
local function short(count)
  if count < 1000 then
    return ('%d'):format(count)
  end
  local unit = count < 1e6 and 'k' or 'M'
  local value = count / (unit == 'k' and 1000 or 1e6)
  return (value < 10 and ('%.1f'):format(value):gsub('%.0$', '') or ('%d'):format(value)) .. unit
end

--- "12k/200k tokens, 0.45 USD": what is in the agent's memory, and what it has cost so far.
function M.usage(usage)
  local parts = {}
  if type(usage) == 'table' and type(usage.used) == 'number' and type(usage.size) == 'number' then
    parts[1] = ('%s/%s tokens'):format(short(usage.used), short(usage.size))
  end
  local cost = type(usage) == 'table' and usage.cost
  if type(cost) == 'table' and type(cost.amount) == 'number' then
    local currency = require('acpd.model.text').line(cost.currency or '', 8)
    parts[#parts + 1] = vim.trim(('%.2f %s'):format(cost.amount, currency))
  end
  return table.concat(parts, ', ')
end

function M.unreachable(text)
  return 'acpd is not reachable: ' .. require('acpd.model.text').line(text)
end

--- The same where a key can be pressed: the key first, since a reason may be cut off by the window.
function M.unreachable_here(text)
  return (M.unreachable(text):gsub('reachable:', 'reachable (gR: try again):', 1))
end

return M
