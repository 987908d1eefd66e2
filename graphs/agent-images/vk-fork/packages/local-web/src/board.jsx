import { useEffect, useState } from 'react';

const columns = ['To do', 'In progress', 'In review', 'Done'];

// The repositories are folders of the volume that the server shares with the agents: the file system is the interface.
function useRepos() {
  const [repos, setRepos] = useState([]);
  useEffect(() => {
    fetch('/api/repos')
      .then((answer) => answer.json())
      .then((answer) => setRepos(answer.data))
      .catch(() => setRepos([]));
  }, []);
  return repos;
}

export function Board() {
  const repos = useRepos();
  return (
    <main>
      <h1>Vibe Kanban</h1>
      <div className="board">
        {columns.map((title, i) => (
          <section key={title}>
            <h2>{title}</h2>
            {i === 0 && repos.map((repo) => <article key={repo}>{repo}</article>)}
          </section>
        ))}
      </div>
    </main>
  );
}
