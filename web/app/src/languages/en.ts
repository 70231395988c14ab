import { together } from './languages';

export default together(import.meta.glob('../*/en.json', { eager: true, import: 'default' }));
