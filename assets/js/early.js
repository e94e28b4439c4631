// Runs before anything else on the page: language and theme, so that nothing is painted twice.
(() => {
  const { screens, opening, heads, recorded } = globalThis.microscope; // demo/page/screens.py, demo/offline/shell.py
  // A page without a server begins with what was recorded. Any other is relative to itself, and a proxy may serve it at "/prefix" too, where
  // what it asks for would be looked for beside it.
  if (recorded) {
    if (!location.search && recorded.query) history.replaceState(null, '', recorded.query + location.hash);
  } else if (!location.pathname.endsWith('/'))
    history.replaceState(null, '', `${location.pathname}/${location.search}${location.hash}`);
  // Gradio's sign of loading counts seconds, and nobody tells it when it is taken away: it would go on asking for a frame
  // sixty times a second (6.31). It keeps the function it finds here, and is known by what it does in a frame.
  const frames = globalThis.requestAnimationFrame,
    countsSeconds = (paint) => /performance\.now\(\).*\/1e3/.test(String(paint));
  let there = false;
  globalThis.requestAnimationFrame = (paint) => (there && countsSeconds(paint) ? 0 : frames(paint));
  globalThis.microscope.isThere = () => {
    there = true;
    globalThis.requestAnimationFrame = frames;
  };
  // The server does not know where a proxy has put the page, and Gradio believes what the server says.
  let config;
  Object.defineProperty(globalThis, 'gradio_config', {
    get: () => config,
    set: (told) => {
      config = { ...told, root: location.origin + location.pathname.replace(/\/$/, '') };
    },
  });
  const asked = new URLSearchParams(location.search);
  const remembered = (key) => {
    try {
      return localStorage.getItem('microscope.' + key);
    } catch {
      return null;
    }
  };
  const pick = (options, ...wishes) => wishes.find((wish) => options.includes(wish)) || options[0];
  const lang = pick(['en', 'ko'], asked.get('lang'), remembered('lang'), (navigator.language || 'en').slice(0, 2));
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = pick(['light', 'dark'], asked.get('theme'), asked.get('__theme'), remembered('theme'), system);
  // Gradio's own few words (toasts) follow the browser's language: let it see the chosen one.
  Object.defineProperty(navigator, 'language', { get: () => lang });
  Object.defineProperty(navigator, 'languages', { get: () => [lang] });
  const root = document.documentElement;
  root.lang = lang;
  root.dataset.theme = theme;
  // One screen alone, in a frame of another page: `embed=attention`, or `embed=screen` of the one that is named.
  const embed = asked.get('embed'),
    names = screens.map(([name]) => name);
  root.toggleAttribute('data-embed', embed === 'screen' || names.includes(embed));
  // Neither the version of addresses nor a preference is something to look at, nor what a host or a newsletter adds,
  // nor the code of a short link that leads nowhere any more, nor a room.
  const isBare = [...asked.keys()].every((word) =>
    /^(v|s|room|follow|lang|theme|screen|__.*|utm_.*|[a-z]*clid|mc_.*|ref)$/.test(word),
  );
  root.dataset.screen = pick([isBare ? opening : heads, ...names], embed, asked.get('screen'));
  root.dataset.journey = screens.find(([name]) => name === root.dataset.screen)[1] || 'photo';
  // The modules of a part are fetched together, once it is known that somebody wants it; without this each would be asked for when the one
  // that needs it has come.
  const fetched = new Set();
  globalThis.microscope.fetchPart = (name) => {
    for (const href of globalThis.microscope.modules?.[name] ?? []) {
      if (fetched.has(href)) continue;
      fetched.add(href);
      document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
    }
  };
  globalThis.microscope.fetchPart(`screens/${root.dataset.screen}`);
})();
