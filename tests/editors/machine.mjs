// Where these scripts are, and processes: what an editor started, whoever it was reparented to.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));

const parent_of = (pid) => {
  try {
    return Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return 0;
  }
};
/** A process and what descends from it, top first. */
export function tree(place, top) {
  const below = [top];
  const all = place.processes().map((p) => p.pid);
  for (let i = 0; i < below.length; i++)
    below.push(...all.filter((pid) => parent_of(pid) === below[i]));
  return below;
}
/** As an editor's tree-kill does. The witness of the recorder is in a session of its own and notes it. */
export function kill_tree(place, top) {
  for (const pid of tree(place, top)) {
    try { process.kill(pid, 'SIGKILL'); } catch (error) { if (error.code !== 'ESRCH') throw error; }
  }
}
