import tseslint from 'typescript-eslint';
import eslint from '@eslint/js';

/** Rules of typescript-eslint that do not hold somewhere. */
const off = (...names) =>
  Object.fromEntries(names.map((name) => [`@typescript-eslint/${name}`, 'off']));

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'node_modules/',
      '.cache/',
      'models/',
      'kernels/',
      'docs/api/',
      'docs/.vitepress/cache/',
      'docs/.vitepress/dist/',
      'src/engine/wasm/binaries.ts',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./src/tsconfig.json', './tsconfig.json'] } },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Methods of tfjs are asynchronous whether or not ours wait for anything.
      '@typescript-eslint/require-await': 'off',
      // Reports are made to be written into templates.
      '@typescript-eslint/restrict-template-expressions': 'off',
      // tfjs's ops are generic in what they return, so that an assertion is a type argument as well.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Tables and reports are records of functions, which need no `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Much in tests is `any`: what JSON.parse gives, and Jest's matchers.
    files: ['test/**'],
    rules: off(
      ...[
        'no-unsafe-argument',
        'no-unsafe-assignment',
        'no-unsafe-call',
        'no-unsafe-member-access',
      ],
      ...['no-unsafe-return', 'unbound-method'],
    ),
  },
  { files: ['**/*.{js,cjs,mjs}'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['examples/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '/benchmarks/' }] }],
    },
  },
  {
    // What both use stands in examples/support; benchmarks share the rest in benchmarks/support.
    files: ['benchmarks/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '/examples/(?!support/)' }] }],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        console: 'readonly',
        process: 'readonly',
        structuredClone: 'readonly',
        WebAssembly: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
