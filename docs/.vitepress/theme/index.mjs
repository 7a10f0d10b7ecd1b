import './narrow_tables.css';

// Without the fonts of VitePress: pages use those of the system.
export { default } from 'vitepress/theme-without-fonts';
