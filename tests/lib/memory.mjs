import fs from 'node:fs';

/** The largest resident size a process has had, in MB. */
export function peak_mb(pid) {
  return (
    Number(/^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
  );
}
