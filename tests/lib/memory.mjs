import fs from 'node:fs';

/** The largest resident size a process has had, in MB. */
export function peak_mb(pid) {
  return (
    Number(/^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
  );
}

/** Proportional set size in MB: shared pages are counted by their share. */
export function pss_mb(pid) {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)[1]) / 1024;
}
