// What no agent should write, and some do: each gives the bytes of one mistake.
const update = (sessionId, text) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'session/update',
    params: {
      sessionId,
      update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
    },
  });

export const bad_kinds = {
  'not-json': () => 'Debugger listening on nothing {\n',
  'half-json': () => '{"jsonrpc":"2.0","method":"session/update","params":{\n',
  'not-utf8': (s) => Buffer.concat([Buffer.from(update(s, 'QQ').split('QQ')[0]), Buffer.from([0xff, 0xfe, 0xc0]),
    Buffer.from(update(s, 'QQ').split('QQ')[1]), Buffer.from('\n')]),
  deep: (s, depth = '5000') => {
    const n = Number(depth);
    return `{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"${s}","update":`
      + '{"a":'.repeat(n) + '1' + '}'.repeat(n) + '}}\n';
  },
  batch: (s) => `[${update(s, 'in a batch')},${update(s, 'in a batch too')}]\n`,
  'unknown-reply': () => '{"jsonrpc":"2.0","id":"nobody-asked","result":{}}\n{"jsonrpc":"2.0","id":987654321,"result":{}}\n',
  'long-line': (s, bytes = '40000000') => update(s, 'x'.repeat(Number(bytes))) + '\n',
  'endless-line': (_, bytes = '80000000') => `{"jsonrpc":"2.0","x":"${'y'.repeat(Number(bytes))}`,
  'end-line': () => '"}\n',
  'wrong-session': () => update('no-such-session', 'for nobody') + '\n',
  'no-session': () => '{"jsonrpc":"2.0","method":"session/update","params":{"update":{}}}\n',
  'wrong-types': () => '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":7,"update":"no"}}\n',
  'no-params': () => '{"jsonrpc":"2.0","method":"session/update"}\n',
  'null-id': () => '{"jsonrpc":"2.0","id":null,"method":"session/request_permission","params":{}}\n',
  'float-id': (s) => `{"jsonrpc":"2.0","id":1.5,"method":"fs/read_text_file","params":{"sessionId":"${s}","path":"/dev/null"}}\n`,
  'object-id': () => '{"jsonrpc":"2.0","id":{"a":1},"method":"fs/read_text_file","params":{}}\n',
  'unknown-method': (s) => `{"jsonrpc":"2.0","id":"u-1","method":"session/levitate","params":{"sessionId":"${s}"}}\n`,
  'unknown-variant': (s) => `{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"${s}","update":{"sessionUpdate":"_x/custom","a":1}}}\n`,
  'empty-lines': () => '\n\n  \n\r\n',
  crlf: (s) => update(s, 'with a carriage return') + '\r\n',
  nul: () => '\0\0\0\n',
};
