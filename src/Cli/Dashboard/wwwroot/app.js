// Which view is shown, how it is kept up to date, the theme.

import { get } from './api.js';
import { announce, h, show, tick } from './dom.js';
import { listView } from './list.js';
import { runView } from './run.js';

// A read that takes long is repeated less often, so that the API server is not kept busy.
const rest = 2;

const main = document.getElementById('main');
const problem = document.getElementById('problem');
let view = null;
let about = {};
let reads = 0;
let timer = 0;

function open(hash) {
    const [kind, namespace, name] = hash.replace(/^#\/?/, '').split('/').map(decoded);
    return name ? runView({ kind, namespace, name }) : listView(about);
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
    view = open(location.hash);
    main.replaceChildren(...view.elements);
    document.title = `${view.title} – Drydock`;
    said('');
    refresh();
    scrollTo(0, 0);
    if (!isFirst) {
        main.querySelector('h1')?.focus();
    }
}

// Reads now, and again after a pause. A page that nobody sees does not read.
async function refresh() {
    const read = ++reads;
    clearTimeout(timer);
    if (document.hidden) {
        connected('Paused while this page is hidden');
        return;
    }
    const began = performance.now();
    let took = 0;
    try {
        const next = await view.read();
        if (read !== reads) {
            return;
        }
        took = performance.now() - began;
        view.take(next);
        said('');
        connected('Live');
    } catch (failure) {
        if (read !== reads) {
            return;
        }
        said(failure.message);
        connected('Not live');
    }
    timer = setTimeout(refresh, Math.max(view.pause, rest * took));
}

function said(message) {
    show(problem, message, () => message && h('p', { class: 'problem' }, message));
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
    navigate(true);
    document.addEventListener('visibilitychange', refresh);
} catch (failure) {
    main.replaceChildren(h('h1', null, 'Drydock'));
    said(failure.message);
}
