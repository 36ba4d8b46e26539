// A running Neovim from outside: through the socket that it listens on, and by its processes.
import path from 'node:path';

import { signal } from '../../lib/world.mjs';
import { run } from './screen.mjs';

/** What a piece of Lua returns, as Neovim prints it. */
export async function lua_in(nvim, socket, code) {
  const call = `luaeval('(function() ${code.replaceAll("'", "''")} end)()')`;
  const args = ['--server', socket, '--remote-expr', call];
  return (await run(nvim, args, { timeout: 30_000, maxBuffer: 1 << 28 })).stdout;
}

/** Both processes that Neovim is: the one on the terminal, and the one below it that does the work.
 */
export function kill_nvim(place, socket) {
  const programs = place
    .processes()
    .filter((p) => path.basename(p.args[0]) === 'nvim' && p.args.includes(socket));
  // The one below first: it would end in good order when it sees the other gone.
  for (const { pid } of programs.reverse()) signal(pid, 'SIGKILL');
  return programs.map((p) => p.pid);
}
