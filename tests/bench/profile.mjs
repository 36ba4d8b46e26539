// What ran of a script while a time passed: in a process of Node that listens for a debugger, or in
// a page of Chromium.

/** A debugger's line to a Node that listens on `port`: the one method that is needed. */
export async function debugger_of(port) {
  const [target] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const socket = new WebSocket(target.webSocketDebuggerUrl), waiting = new Map();
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no debugger on port ${port}`));
  });
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  };
  let id = 0;
  return { close: () => socket.close(), send: (method, params = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    }) };
}

/** While `act` runs: the samples of a CPU profile, those with the script on their stack, and how
 * often functions of the script were called. A sample sees what takes time, the calls everything.
 * is_ours: of a script's address. */
export async function what_ran(line, is_ours, act) {
  await line.send('Profiler.enable');
  await line.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await line.send('Profiler.takePreciseCoverage');  // what ran until now is not counted
  await line.send('Profiler.start');
  await act();
  const { result } = await line.send('Profiler.takePreciseCoverage');
  const { profile } = await line.send('Profiler.stop');
  await line.send('Profiler.stopPreciseCoverage');
  await line.send('Profiler.disable');
  const ours = below(profile, is_ours);
  const called = result.filter((script) => is_ours(script.url))
    .flatMap((script) => script.functions.map((f) => f.ranges[0].count));
  return { samples: profile.samples.length, calls: called.reduce((sum, n) => sum + n, 0),
    ours: profile.samples.filter((id) => ours.has(id)).length };
}

/** The nodes of the profile that are a function of ours, or called by one. */
function below(profile, is_ours) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node])), found = new Set();
  const add = (node) => {
    found.add(node.id);
    for (const child of node.children ?? []) add(nodes.get(child));
  };
  for (const node of profile.nodes) if (is_ours(node.callFrame.url)) add(node);
  return found;
}
