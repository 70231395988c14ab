import { together } from './languages';

export default together(import.meta.glob('../*/hr.json', { eager: true, import: 'default' }));
