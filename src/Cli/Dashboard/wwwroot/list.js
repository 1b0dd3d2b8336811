// All runs.

import { runHash } from './api.js';
import { announce, badge, elapsed, duration, h, prose, setNow, show, sync } from './dom.js';

const order = ['Stalled', 'Held', 'InProgress', 'Ready'];

export function listView() {
    const problems = h('div', { role: 'status' });
    const counts = h('p', { class: 'muted' }, 'Waiting for the API server.');
    const list = h('ul', { class: 'runs' });
    const filter = h('input', { type: 'search', id: 'filter', autocomplete: 'off', on: { input: () => draw() } });
    let data = null;
    let states = new Map();

    function draw() {
        if (!data) {
            return;
        }
        const text = filter.value.trim().toLowerCase();
        const runs = data.runs
            .filter(run =>
                `${run.namespace}/${run.name} ${run.kind} ${run.phase} ${run.reason} ${run.state}`
                    .toLowerCase()
                    .includes(text),
            )
            .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
        counts.textContent =
            data.runs.length === 0
                ? 'There is no upgrade.'
                : order
                      .map(state => [state, data.runs.filter(run => run.state === state).length])
                      .filter(([, count]) => count > 0)
                      .map(([state, count]) => `${count} ${words[state]}`)
                      .join(', ') + '.';
        show(problems, data.problems, () => data.problems.map(text => h('p', { class: 'problem' }, prose(text))));
        sync(
            list,
            runs,
            run => runHash(run),
            () => h('li'),
            (item, run) => {
                item.className = `run ${run.state}`;
                const downtimeSeconds = run.downtimeSince ? null : run.downtimeSeconds;
                show(item, { ...run, downtimeSeconds }, () => card(run));
            },
        );
    }

    return {
        title: 'All runs',
        elements: [
            h('h1', { tabindex: '-1' }, 'All runs'),
            problems,
            h('div', { class: 'tools' }, counts, h('label', { for: 'filter' }, 'Filter ', filter)),
            list,
        ],
        stream: 'events',
        listeners: {
            runs(next) {
                data = next;
                setNow(
                    data.at,
                    data.runs.flatMap(run => [run.firstStepAt, run.finishedAt, run.downtimeSince]),
                );
                const changed = data.runs.filter(run => (states.get(runHash(run)) ?? run.state) !== run.state);
                states = new Map(data.runs.map(run => [runHash(run), run.state]));
                if (changed.length > 0) {
                    announce(changed.map(run => `${key(run)}: ${words[run.state]}`).join('. '));
                }
                draw();
            },
        },
    };
}

const words = { Stalled: 'stalled', Held: 'held', InProgress: 'in progress', Ready: 'ready' };

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
            badge(run.state),
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
