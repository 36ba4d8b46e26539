// The official MCP client on an MCP server as ACP names it: what an agent does with its list.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Starts the server, which inherits this process' environment as agents' servers do. */
export async function open_server({ command, args, env }) {
  const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const transport = new StdioClientTransport({ command, args, env: { ...process.env, ...own } });
  const client = new Client({ name: 'acpd-tests', version: '1' });
  await client.connect(transport);
  return {
    client,
    pid: transport.pid,
    /** The text of a tool's answer. */
    async call(name, given = {}) {
      const { content, isError } = await client.callTool({ name, arguments: given });
      return { text: content.map((block) => block.text).join('\n'), failed: isError === true };
    },
    close: () => client.close(),
  };
}
