import tseslint from 'typescript-eslint';
import eslint from '@eslint/js';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      '.cache/',
      'models/',
      'kernels/',
      'docs/api/',
      'src/engine/wasm/binaries.ts',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
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
