import { createRoot } from 'react-dom/client';
import { Board } from './board.jsx';
import './app.css';

createRoot(document.getElementById('root')).render(<Board />);
