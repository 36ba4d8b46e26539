// The real agents: installed from npm into build/real-agents when a test asks for them (never
// kept in the project), with a scripted model on loopback instead of an account.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { root } from '../lib/world.mjs';

const here = path.join(root, 'tests/real_agents');
const place = path.join(root, 'build/real-agents');

export const agents = {
  codex: {
    packages: ['@zed-industries/codex-acp@0.16.0'],
    program: path.join(place, 'node_modules/@zed-industries/codex-acp-linux-x64/bin/codex-acp'),
    command: (program) => [program],
    login: 'openai-api-key',
    prepare(dir, port) {
      const home = path.join(dir, 'codex-home'), tmp = path.join(dir, 'codex-tmp', 'tmp');
      for (const d of [home, tmp]) fs.mkdirSync(d, { recursive: true });
      fs.writeFileSync(path.join(home, 'config.toml'), `model = "scripted"
model_provider = "scripted"
approval_policy = "untrusted"
sandbox_mode = "workspace-write"
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
supports_websockets = false
`);
      return { CODEX_HOME: home, TMPDIR: tmp, OPENAI_API_KEY: 'scripted' };
    },
  },
  claude: {
    packages: ['@agentclientprotocol/claude-agent-acp@0.49.0'],
    program: path.join(place, 'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js'),
    command: (program) => [process.execPath, program],
    prepare(dir, port) {
      const home = path.join(dir, 'claude-home');
      fs.mkdirSync(home, { recursive: true });
      return {
        CLAUDE_CONFIG_DIR: home,
        ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
        ANTHROPIC_API_KEY: 'scripted',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        IS_SANDBOX: '',
      };  // set, the adapter asks as root for what the program then refuses
    },
  },
  qwen: {
    packages: ['@qwen-code/qwen-code@0.15.10'],
    program: path.join(place, 'node_modules/@qwen-code/qwen-code/cli.js'),
    command: (program) => [process.execPath, program, '--acp'],
    prepare(dir, port) {
      const home = path.join(dir, '.qwen');
      fs.mkdirSync(home, { recursive: true });
      fs.writeFileSync(path.join(home, 'settings.json'),
        JSON.stringify({ security: { auth: { selectedType: 'openai' } } }));
      return {
        OPENAI_API_KEY: 'scripted',
        OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
        OPENAI_MODEL: 'scripted',
      };
    },
  },
  opencode: {
    packages: ['opencode-linux-x64@1.18.33'],
    program: path.join(place, 'node_modules/opencode-linux-x64/bin/opencode'),
    command: (program) => [program, 'acp'],
    prepare(dir, port) {
      const config = path.join(dir, 'opencode.json');
      fs.writeFileSync(config, JSON.stringify({
        model: 'scripted/scripted', autoupdate: false,
        provider: { scripted: { npm: '@ai-sdk/openai-compatible', models: { scripted: {} },
          options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'scripted' } } },
      }));
      return { OPENCODE_CONFIG: config, OPENCODE_DISABLE_MODELS_FETCH: '1' };
    },
  },
};

/** Why an agent cannot be tested here, or nothing. */
export function install(name) {
  const { packages, program } = agents[name];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `${name}: only tried on Linux x86-64`;
  if (fs.existsSync(program)) return undefined;
  fs.mkdirSync(place, { recursive: true });
  const manifest = path.join(place, 'package.json');
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{"private":true}\n');
  try {
    execFileSync(
      'npm',
      ['install', '--prefix', place, '--no-audit', '--no-fund', '--ignore-scripts', ...packages],
      { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 },
    );
  } catch (error) {
    const said = error.stderr?.toString().trim().split('\n').at(-1);
    return `${name} could not be installed from npm: ${said}`;
  }
  return fs.existsSync(program)
    ? undefined
    : `${name}: ${program} is not there after the installation`;
}

/** The scripted model; gives its port and how to end it. */
export async function start_model(cwd) {
  const script = JSON.parse(fs.readFileSync(path.join(here, 'script.json'), 'utf8'));
  const file = path.join(cwd, '..', 'script.json');
  fs.writeFileSync(file, JSON.stringify({ ...script, cwd }));
  const server = spawn(process.execPath, [path.join(here, 'model/server.mjs'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise((resolve, reject) => {
    server.stdout.once('data', (d) => resolve(JSON.parse(d)));
    server.once('exit', () => reject(new Error('the scripted model ended')));
  });
  return { port: line.port, end: () => server.kill('SIGKILL') };
}

export function make_project(cwd) {
  fs.writeFileSync(path.join(cwd, 'note.txt'), 'old\n');
  fs.copyFileSync(path.join(here, 'slow.sh'), path.join(cwd, 'slow.sh'));
  execFileSync('git', ['init', '-q', cwd]);
}
