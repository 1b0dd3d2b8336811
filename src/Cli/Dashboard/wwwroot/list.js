// All runs.

import { get, runHash } from './api.js';
import {
    announce, badge, command, elapsed, duration, h, prose, setNow, show, stateOf, states, sync, timeless,
} from './dom.js';

const order = Object.keys(states);

export function listView(about) {
    const problems = h('div', { role: 'status' });
    const counts = h('p', { class: 'muted' }, 'Waiting for the API server.');
    const empty = h('div');
    const list = h('ul', { class: 'runs' });
    const filter = h('input', { type: 'search', id: 'filter', autocomplete: 'off', on: { input: () => draw() } });
    const tools = h('div', { class: 'tools' }, counts, h('label', { for: 'filter' }, 'Filter ', filter));
    let runs = new Map();

    function draw() {
        const text = filter.value.trim().toLowerCase();
        // The program sends them by need.
        const all = [...runs.values()];
        counts.textContent =
            order
                .map(state => [state, all.filter(run => stateOf(run) === state).length])
                .filter(([, count]) => count > 0)
                .map(([state, count]) => `${count} ${states[state][1]}`)
                .join(', ') + '.';
        tools.hidden = all.length === 0;
        show(empty, all.length, () => (all.length === 0 ? emptyText(about) : []));
        sync(
            list,
            all.filter(run =>
                `${key(run)} ${run.kind} ${run.phase} ${run.reason} ${run.state}`.toLowerCase().includes(text),
            ),
            run => runHash(run),
            () => h('li'),
            (item, run) => {
                item.className = `run ${stateOf(run)}`;
                show(item, timeless(run), () => card(run));
            },
        );
    }

    return {
        title: 'All runs',
        elements: [h('h1', { tabindex: '-1' }, 'All runs'), problems, tools, empty, list],
        pause: 5000,
        read: () => get('runs'),
        take(body) {
            const former = runs;
            runs = new Map(body.runs.map(run => [runHash(run), run]));
            setNow(
                body.at,
                body.runs.flatMap(run => [run.firstStepAt, run.finishedAt, run.downtimeSince]),
            );
            const changed = body.runs.filter(run => {
                const last = former.get(runHash(run));
                return last && stateOf(last) !== stateOf(run);
            });
            if (changed.length > 0) {
                announce(changed.map(run => `${key(run)}: ${states[stateOf(run)][1]}`).join('. '));
            }
            show(problems, body.problems, () => body.problems.map(text => h('p', { class: 'problem' }, prose(text))));
            draw();
        },
    };
}

function emptyText(about) {
    const where = about.namespace ? `namespace ${about.namespace}` : 'the namespaces you may read';
    return [
        h('p', null, `No upgrades yet in ${where}.`),
        h('p', null, 'Write the manifest of the first one with ', command('kubectl drydock init oms --help')),
        h('p', null, 'or with ', command('kubectl drydock init tidb --help')),
        h('p', null, 'or with ', command('kubectl drydock init yugabyte --help')),
    ];
}

function key(run) {
    return `${run.namespace}/${run.name}`;
}

export function progress(text) {
    const [done, all] = (text ?? '').split('/').map(Number);
    return all > 0
        ? h(
              'span',
              { class: 'progress' },
              h('progress', { max: all, value: done, 'aria-label': `${done} of ${all} steps` }),
              ` ${done}/${all} steps`,
          )
        : h('span', { class: 'progress muted' }, 'no plan yet');
}

function card(run) {
    return [
        h(
            'div',
            null,
            h('h2', null, h('a', { href: runHash(run), 'data-key': `run:${run.kind}:${key(run)}` }, key(run))),
            h('span', { class: 'muted' }, `${run.kind}, ${run.fromVersion} → ${run.toVersion}`),
        ),
        h(
            'div',
            null,
            badge(run),
            h(
                'div',
                null,
                run.phase,
                run.reason && run.reason !== run.phase ? h('span', { class: 'muted' }, ` ${run.reason}`) : null,
            ),
        ),
        progress(run.progress),
        h(
            'div',
            { class: 'muted' },
            run.firstStepAt
                ? h('div', null, run.finishedAt ? 'took ' : 'for ', elapsed(run.firstStepAt, run.finishedAt))
                : null,
            run.downtimeSince
                ? h('div', { class: 'down' }, 'down for ', elapsed(run.downtimeSince))
                : run.downtimeSeconds !== undefined
                  ? h('div', null, `was down for ${duration(run.downtimeSeconds)}`)
                  : null,
        ),
        h('p', { class: 'message' }, prose(run.message)),
    ];
}
