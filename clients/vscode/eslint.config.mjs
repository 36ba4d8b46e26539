// What the compiler does not see: promises nobody awaits, sizes, and which layer may use which.
import tseslint from 'typescript-eslint';

const layer = (folder, ...forbidden) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: { 'no-restricted-imports': ['error', { patterns: forbidden.map((group) => (
    { group: [group], message: `src/${folder} does not use it: README.md, "Layers"` })) }] },
});

export default tseslint.config(
  { ignores: ['build/', 'node_modules/'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'max-len': ['error', { code: 100, ignoreUrls: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
    },
  },
  layer('acp', 'vscode', '../model/*', '../ui/*', '../webview/*'),
  layer('model', 'vscode', '../ui/*', '../webview/*', 'node:*'),
  layer('webview', 'vscode', '../ui/*', '../acp/*', 'node:*'),
  { files: ['**/*.mjs', '**/*.mts'], ...tseslint.configs.disableTypeChecked },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
);
