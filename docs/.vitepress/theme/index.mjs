// Without the fonts of VitePress: pages use those of the system.
import theme from 'vitepress/theme-without-fonts';
// Behind the styles that it changes.
import './narrow_tables.css';

export default theme;
