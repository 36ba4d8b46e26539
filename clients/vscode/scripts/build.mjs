// Bundles the extension (Node, beside the workspace) and the webviews (browser) into build/.
//   node scripts/build.mjs [--watch]
import { build, context } from 'esbuild';

const common = { bundle: true, sourcemap: false, minify: true, legalComments: 'linked',
  logLevel: 'warning' };
const bundles = [
  { ...common, entryPoints: ['src/ui/extension.ts'], outfile: 'build/extension.js',
    platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] },
  { ...common, entryPoints: ['src/webview/main.ts'], outfile: 'build/webview.js',
    platform: 'browser', format: 'iife', target: 'chrome132',
    footer: { js: '//# sourceURL=acpd-webview.js' } },  // a name, as it stands inside the page
  { ...common, entryPoints: ['src/webview/style.css'], outfile: 'build/webview.css' },
];

if (process.argv.includes('--watch'))
  await Promise.all(bundles.map(async (bundle) => (await context(bundle)).watch()));
else await Promise.all(bundles.map((bundle) => build(bundle)));
