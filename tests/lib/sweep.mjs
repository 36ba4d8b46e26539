#!/usr/bin/env node
// Ends what a test run left behind when it was cut off: every process that inherited
// TEST_RUN=VALUE.
//   sweep.mjs VALUE
import fs from 'node:fs';

const mark = `TEST_RUN=${process.argv[2]}`;
for (const pid of fs
  .readdirSync('/proc')
  .filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)) {
  try {
    const environ = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    if (!environ.includes(mark) || !environ.some((e) => e.startsWith('TEST_WORLD='))) continue;
    console.log(
      `ending ${pid}: ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 3).join(' ')}`,
    );
    process.kill(Number(pid), 'SIGKILL');
  } catch (error) {
    if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
  }
}
