// Changes of a run: first the sentence, then the write, then what came of it.

import { get, post, runPath } from './api.js';
import { command, h, prose } from './dom.js';

const words = {
    approve: 'Approve',
    accept: 'Accept',
    retry: 'Retry',
    resume: 'Resume',
    pause: 'Pause',
    abort: 'Abort',
    hold: 'Hold before',
    release: 'Do not hold before',
    rollback: 'Roll back',
    'cancel-rollback': 'Cancel the rollback',
};

export function changeName(verb, argument) {
    return argument ? `${words[verb]} ${argument}` : words[verb];
}

// page: the view of the run as the user sees it.
export function changeButton(page, verb, argument, from) {
    return h(
        'button',
        {
            type: 'button',
            class: ['abort', 'rollback'].includes(verb) ? 'risky' : '',
            'data-key': `change:${from ?? ''}:${verb}:${argument ?? ''}`,
            on: { click: () => ask(page, verb, argument) },
        },
        changeName(verb, argument),
    );
}

const dialog = document.getElementById('dialog');

// The sentence describes the dialog, so it is read out with it; what replaces it later is announced as a status.
async function ask(page, verb, argument) {
    const path = `${runPath(page.run)}/change`;
    const title = `${changeName(verb, argument)}: ${page.run.namespace}/${page.run.name}`;
    const body = h('div', { id: 'dialog-body', role: 'status' }, h('p', null, 'Asking what it does.'));
    const close = h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Cancel');
    const go = h('button', { type: 'button', class: 'main', disabled: true }, changeName(verb, argument));
    const shown = { title, body, go, close };
    dialog.replaceChildren(h('h2', { id: 'dialog-title' }, title), body, h('div', { class: 'buttons' }, close, go));
    dialog.showModal();
    try {
        const preview = await get(path, { verb, argument });
        body.replaceChildren(
            h('p', null, prose(preview.sentence)),
            h('p', { class: 'muted' }, 'The same as ', command(preview.command)),
        );
        go.disabled = false;
        go.addEventListener('click', () =>
            write(path, { verb, argument, sentence: preview.sentence, uid: page.uid }, shown),
        );
        if (isShown(shown)) {
            close.focus();
        }
    } catch (failure) {
        end(shown, failure.message, true);
    }
}

async function write(path, request, shown) {
    shown.go.disabled = true;
    shown.close.textContent = 'Close';
    shown.body.append(h('p', null, 'Writing, and waiting for the operator.'));
    try {
        const outcome = await post(path, request);
        end(shown, outcome.sentence, outcome.isRefused);
    } catch (failure) {
        end(shown, failure.message, true);
    }
}

// A user who closed the dialog while it waited reads the outcome on the page.
function end(shown, text, isBad) {
    if (!isShown(shown)) {
        const note = h(
            'p',
            { class: isBad ? 'problem' : 'outcome' },
            h('strong', null, shown.title),
            '. ',
            prose(text),
            ' ',
            h('button', { type: 'button', on: { click: () => note.remove() } }, 'Dismiss'),
        );
        document.getElementById('outcomes').append(note);
        return;
    }
    shown.body.replaceChildren(h('p', { class: isBad ? 'problem' : '' }, prose(text)));
    shown.go.remove();
    shown.close.textContent = 'Close';
    shown.close.focus();
}

function isShown({ body }) {
    return dialog.open && dialog.contains(body);
}
