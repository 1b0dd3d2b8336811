// One run: its state, what to do, the downtime, the timeline, and the rest.

import { get, runPath } from './api.js';
import { announce, h, setNow, show, stateOf, timeless } from './dom.js';
import { showPlans } from './phases.js';
import { downtimeOf, factsOf, headOf, historyOf, legend, snapshotsOf, todoOf } from './sections.js';
import { stepPanel } from './step.js';
import { timeline } from './timeline.js';

// Seconds after which what only time changes is drawn again.
const redrawAfter = 5;

export function runView(route) {
    const part = () => h('div');
    const [head, todo, downtime, plans, snapshots, history, facts] = Array.from({ length: 7 }, part);
    const panel = h('div', { class: 'panel', 'aria-live': 'off' });
    const picture = h('div', {
        class: 'scroll',
        role: 'region',
        'aria-label': 'Picture of the timeline',
        tabindex: '0',
    });
    const steps = h(
        'section',
        { id: 'timeline', 'aria-labelledby': 'timeline-title' },
        h('h2', { id: 'timeline-title' }, 'Timeline'),
        legend(),
        picture,
        panel,
    );
    const name = `${route.namespace}/${route.name}`;
    let page = null;
    let drawn = null;
    let chosen = null;
    let ticks = 0;
    let said = null;

    function choose(key) {
        chosen = key;
        draw();
        panel.querySelector('h3')?.scrollIntoView({ block: 'nearest' });
    }

    function drawTimeline() {
        const width = Math.max(picture.clientWidth, 640);
        show(
            picture,
            [timeless(page.run.plans), page.downtimes, chosen, width, page.run.finishedAt ? 0 : ticks],
            () => timeline(page, width, chosen, choose) ?? h('p', { class: 'muted' }, 'No step has begun.'),
        );
    }

    function draw() {
        const { run } = page;
        const now = timeless({ ...run, plans: null });
        show(head, [now, run.remainingSeconds, page.run.summary], () => headOf(page));
        show(todo, [now, page.explanation], () => todoOf(page));
        show(downtime, page.downtimes, () => downtimeOf(page));
        showPlans(plans, run.plans, choose);
        show(snapshots, page.snapshots, () => snapshotsOf(page.snapshots));
        show(history, page.history, () => historyOf(page.history));
        show(facts, [now, page.target], () => factsOf(page));
        drawTimeline();
        const step = run.plans
            .flatMap(plan => plan.phases.flatMap(phase => phase.steps.map(s => [plan, s])))
            .find(([plan, s]) => `${plan.name}:${s.id}` === chosen)?.[1];
        show(panel, [timeless(step ?? null), chosen], () => (step ? stepPanel(run, step) : []));
    }

    function announceState(run) {
        const state = `${stateOf(run)}, phase ${run.phase}`;
        if (said !== null && said !== state) {
            announce(`${run.name}: ${state}`);
        }
        said = state;
    }

    return {
        title: name,
        elements: [
            h(
                'nav',
                { class: 'crumbs', 'aria-label': 'Path' },
                h('a', { href: '#/' }, 'All runs'),
                ' / ',
                h('span', { 'aria-current': 'page' }, name),
            ),
            h('h1', { tabindex: '-1' }, name),
            head,
            todo,
            downtime,
            steps,
            plans,
            snapshots,
            history,
            facts,
        ],
        pause: 2000,
        read: () => get(runPath(route)),
        take(next) {
            page = next;
            setNow(page.run.at, timesOf(page.run));
            announceState(page.run);
            const short = page.run.state === 'InProgress' ? (page.run.progress ?? '') : page.run.state;
            document.title = `${short} ${page.run.name} – Drydock`;
            // What only time changes is not drawn at each read: a text that the user selects would be lost.
            const text = JSON.stringify({ ...page, run: timeless(page.run) });
            if (drawn !== text) {
                drawn = text;
                draw();
            }
        },
        resize: () => page && drawTimeline(),
        tick() {
            ticks++;
            if (page && ticks % redrawAfter === 0 && !page.run.finishedAt) {
                drawTimeline();
            }
        },
    };
}

// The times that the operator has written.
function timesOf(run) {
    const steps = run.plans.flatMap(plan => plan.phases.flatMap(phase => phase.steps));
    return [
        run.startedAt,
        run.finishedAt,
        run.downtimeSince,
        ...steps.flatMap(step => [step.startedAt, step.finishedAt]),
        ...run.holds.map(hold => hold.since),
    ];
}
