// What the kernel says of a process's CPU time.
import fs from 'node:fs';

/** CPU seconds of all its threads, from the scheduler (nanoseconds), children not included. */
export function cpu_seconds(pid) {
  let ns = 0;
  for (const task of fs.readdirSync(`/proc/${pid}/task`))
    ns += Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e9;
}

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
