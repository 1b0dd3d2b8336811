// Which view is shown, the connection, the theme.

import { get, listen } from './api.js';
import { announce, h, tick } from './dom.js';
import { compareView } from './compare.js';
import { listView } from './list.js';
import { planView } from './plan.js';
import { runView } from './run.js';

const main = document.getElementById('main');
const paused = 'Paused while this page is hidden';
let view = null;
let stop = () => {};
let about = { isWritable: false, server: '' };

function open(hash) {
    const [kind, namespace, name, part] = hash.replace(/^#\/?/, '').split('/').map(decoded);
    const run = { kind, namespace, name };
    if (!name) {
        return listView();
    }
    return part === 'plan' ? planView(run, about) : part === 'compare' ? compareView(run) : runView(run, about);
}

// What nobody can have encoded is taken as it is: the page then says that there is no such run.
function decoded(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

function navigate(isFirst) {
    if (location.hash !== '' && !location.hash.startsWith('#/')) {
        return;
    }
    const next = open(location.hash);
    stop();
    view = next;
    main.replaceChildren(...view.elements);
    document.title = `${view.title} – Drydock`;
    connect();
    view.start?.();
    scrollTo(0, 0);
    if (!isFirst) {
        main.querySelector('h1')?.focus();
    }
}

// A browser opens at most six connections to the dashboard, and each stream takes one: only pages that are seen have
// one.
function connect() {
    stop();
    stop = () => {};
    if (!view?.stream) {
        connected('');
    } else if (document.hidden) {
        connected(paused);
    } else {
        connected('Connecting');
        stop = listen(view.stream, view.listeners, connected);
    }
}

function connected(state) {
    const element = document.getElementById('connection');
    if (element.textContent !== state) {
        element.textContent = state;
        element.dataset.state = state;
    }
}

const themes = ['system', 'light', 'dark'];

function applyTheme(theme) {
    document.documentElement.dataset.theme = theme;
    document.getElementById('theme').textContent = `Theme: ${theme}`;
}

function stored() {
    try {
        return themes.includes(localStorage.theme) ? localStorage.theme : 'system';
    } catch {
        return 'system';
    }
}

document.getElementById('theme').addEventListener('click', () => {
    const theme = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
    applyTheme(theme);
    announce(`Theme: ${theme}`);
    try {
        localStorage.theme = theme;
    } catch {
        // Without storage the theme lasts as long as the page.
    }
});
document.getElementById('skip').addEventListener('click', event => {
    event.preventDefault();
    main.focus();
});
applyTheme(stored());
addEventListener('hashchange', () => navigate(false));
document.addEventListener('visibilitychange', connect);
addEventListener('resize', () => view?.resize?.());
setInterval(() => {
    if (!document.hidden) {
        tick(main);
        view?.tick?.();
    }
}, 1000);

try {
    about = await get('about');
    document.getElementById('server').textContent =
        `API server ${about.server}${about.namespace ? `, namespace ${about.namespace}` : ''}`;
    document.getElementById('mode').textContent = about.isWritable ? 'Changes allowed' : 'Read-only';
    navigate(true);
} catch (failure) {
    main.replaceChildren(h('h1', null, 'Drydock'), h('p', { class: 'problem', role: 'alert' }, failure.message));
}
