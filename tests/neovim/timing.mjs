// How a Neovim is timed from inside of it, and what its processes cost.
import fs from 'node:fs';

/** Milliseconds from the command to the whole conversation on the screen. */
export const attach_ms = (editor, id) => editor.lua(`
  local began = vim.uv.hrtime()
  vim.cmd('Acpd attach ${id}')
  vim.wait(20000, function()
    local s = require('acpd.session').open['${id}']
    return s and s.phase == 'live'
  end, 1)
  vim.cmd.redraw()
  return (vim.uv.hrtime() - began) / 1e6`);

/** Watches how long Neovim's loop is ever away from a timer of 5 ms. */
export const watch_pauses = (editor) => editor.lua(`
  if _G.timer then _G.timer:stop() end
  local last = vim.uv.hrtime()
  _G.longest = 0
  _G.timer = vim.uv.new_timer()
  _G.timer:start(5, 5, vim.schedule_wrap(function()
    local now = vim.uv.hrtime()
    _G.longest = math.max(_G.longest, (now - last) / 1e6)
    last = now
  end))`);

/** The longest pause in milliseconds; nobody watches any more. */
export const longest_pause_ms = (editor) => editor.lua(`
  _G.timer:stop()
  return _G.longest`);

/** Neovim's two processes and its bridge. */
export function processes_of(editor) {
  return editor.place.processes().filter((p) => p.args.includes(editor.socket)
    || p.args[1] === 'connect');
}

/** Ticks (1/100 s) that processes have computed. */
export const cpu_ticks = (processes) => processes.map(({ pid }) => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}).reduce((a, b) => a + b, 0);

/** Proportional memory of processes, in MB. */
export const memory_mb = (processes) => processes.map(({ pid }) =>
  Number(/^Pss:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024)
  .reduce((a, b) => a + b, 0);
