import tseslint from 'typescript-eslint';

const pure = {
  'no-restricted-globals': [
    'error',
    { name: 'process', message: 'A decision takes what it needs as an argument; only settings read the environment.' },
    { name: 'setTimeout', message: 'Pure code has no clock.' },
    { name: 'setInterval', message: 'Pure code has no clock.' },
    { name: 'setImmediate', message: 'Pure code has no clock.' },
    { name: 'performance', message: 'Pure code has no clock: pass the time in.' },
    { name: 'crypto', message: 'Pure code has no dice: pass a seeded generator in.' },
    { name: 'fetch', message: 'Pure code does not wait.' },
    { name: 'globalThis', message: 'Pure code takes what it needs as an argument.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Pure code has no clock: pass the time in.' },
    { object: 'Math', property: 'random', message: 'Pure code has no dice: pass a seeded generator in.' },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'AwaitExpression', message: 'Pure code does not wait.' },
    {
      selector: 'FunctionDeclaration[async=true], FunctionExpression[async=true], ArrowFunctionExpression[async=true]',
      message: 'Pure code does not wait.',
    },
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Pure code has no clock: pass the time in.',
    },
    { selector: "CallExpression[callee.name='Date']", message: 'Pure code has no clock: pass the time in.' },
    { selector: "CallExpression[callee.property.name='then']", message: 'Pure code does not wait.' },
  ],
};

const settingsOnly = 'Settings are read once, in libs/platform/src/config.';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '.assay/**', 'test/architecture/planted/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: settingsOnly },
        { object: 'globalThis', property: 'process', message: settingsOnly },
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['process', 'node:process'].map((name) => ({ name, message: settingsOnly })) },
      ],
    },
  },
  { files: ['apps/**/*.domain.ts', 'libs/statistics/src/**/*.ts'], ignores: ['**/*.spec.ts'], rules: pure },
  {
    files: ['libs/platform/src/config/**/*.ts', 'test/**/*.ts', '**/*.spec.ts', '**/*.mjs'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', 'test/**'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
);
