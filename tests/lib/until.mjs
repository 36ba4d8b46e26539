// Waiting without sleeping: for an event that may make a condition true, with a guard.
export function until(emitter, condition, what, ms = 20_000) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const value = condition();
      if (!value) return;
      done();
      resolve(value);
    };
    const done = () => { emitter.off('moved', look); clearTimeout(guard); };
    const guard = setTimeout(() => {
      done();
      reject(new Error(`waited ${ms} ms for ${what}`));
    }, ms);
    emitter.on('moved', look);
    look();
  });
}

/** The same for what has no event (a file, a process): looks every few milliseconds. */
export async function poll(condition, what, ms = 20_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
