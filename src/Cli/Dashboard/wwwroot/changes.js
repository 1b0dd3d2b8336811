// Changes of a run: first the sentence, then the write, then what came of it.

import { get, post, runPath } from './api.js';
import { announce, command, h, prose } from './dom.js';

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

async function ask(page, verb, argument) {
    const path = `${runPath(page.run)}/change`;
    const body = h('div', null, h('p', null, 'Asking what it does.'));
    const close = h('button', { type: 'button', on: { click: () => dialog.close() } }, 'Cancel');
    const go = h('button', { type: 'button', class: 'main', disabled: true }, changeName(verb, argument));
    dialog.replaceChildren(
        h('h2', { id: 'dialog-title' }, `${changeName(verb, argument)}: ${page.run.namespace}/${page.run.name}`),
        body,
        h('div', { class: 'buttons' }, close, go),
    );
    dialog.showModal();
    try {
        const preview = await get(path, { verb, argument });
        body.replaceChildren(
            h('p', null, prose(preview.sentence)),
            h('p', { class: 'muted' }, 'The same as ', command(preview.command)),
        );
        go.disabled = false;
        go.addEventListener('click', () =>
            write(path, { verb, argument, sentence: preview.sentence, uid: page.uid }, body, go, close),
        );
        close.focus();
    } catch (failure) {
        end(body, go, close, failure.message, true);
    }
}

async function write(path, request, body, go, close) {
    go.disabled = true;
    body.append(h('p', null, 'Writing, and waiting for the operator.'));
    try {
        const outcome = await post(path, request);
        end(body, go, close, outcome.sentence, outcome.isRefused);
    } catch (failure) {
        end(body, go, close, failure.message, true);
    }
}

function end(body, go, close, text, isBad) {
    body.replaceChildren(h('p', { class: isBad ? 'problem' : '' }, prose(text)));
    announce(text);
    go.remove();
    close.textContent = 'Close';
    close.focus();
}
