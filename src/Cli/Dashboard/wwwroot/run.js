// One run.

import { get, runHash, runPath } from './api.js';
import { h, prose, setNow, show, stateAnnouncer } from './dom.js';
import {
  changesOf,
  headOf,
  historyOf,
  holdsOf,
  legend,
  listOf,
  planOf,
  snapshotsOf,
} from './sections.js';
import { stepPanel } from './step.js';
import { timeline } from './timeline.js';

export function runView(route, about) {
    const part = () => h('div');
    const [head, holds, changes, found, plans, snapshots, history] = Array.from({ length: 7 }, part);
    const panel = h('div', { class: 'panel', 'aria-live': 'off' });
    const picture = h('div', {
        class: 'scroll',
        role: 'region',
        'aria-label': 'Picture of the timeline',
        tabindex: '0',
    });
    const steps = h(
        'section',
        { 'aria-labelledby': 'timeline-title' },
        h('h2', { id: 'timeline-title' }, 'Timeline'),
        legend(),
        picture,
        panel,
    );
    const title = h('h1', { tabindex: '-1' }, `${route.namespace}/${route.name}`);
    const problem = h('div', { role: 'alert' });
    const announceState = stateAnnouncer();
    let page = null;
    let chosen = null;
    let ticks = 0;
    let names = null;

    function choose(key) {
        chosen = key;
        draw();
        panel.querySelector('h3')?.scrollIntoView({ block: 'nearest' });
    }

    function drawTimeline() {
        const width = Math.max(picture.clientWidth, 640);
        show(
            picture,
            [page.run.plans, page.downtimes, chosen, width, page.run.finishedAt ? 0 : ticks],
            () => timeline(page, width, chosen, choose) ?? h('p', { class: 'muted' }, 'No step has begun.'),
        );
    }

    function draw() {
        const { run } = page;
        show(
            head,
            {
                ...run,
                at: null,
                elapsedSeconds: null,
                plans: null,
                downtimeSeconds: run.downtimeSince ? null : run.downtimeSeconds,
            },
            () => headOf(page),
        );
        show(holds, run.holds, () => holdsOf(page, about));
        show(changes, page.run.offers, () => changesOf(page, about));
        show(found, [run.findings, run.actionRequired], () => [
            listOf('Findings', run.findings),
            listOf('To do', run.actionRequired),
        ]);
        show(plans, run.plans, () => run.plans.map(plan => planOf(plan, key => choose(key))));
        show(history, page.history, () => historyOf(page.history));
        drawTimeline();
        const step = run.plans
            .flatMap(plan => plan.phases.flatMap(phase => phase.steps.map(s => [`${plan.name}:${s.id}`, s])))
            .find(([key]) => key === chosen)?.[1];
        show(panel, [step, chosen], () => (step ? stepPanel(page, step, null, about.isWritable) : []));
    }

    async function drawSnapshots() {
        if (JSON.stringify([page.snapshots, page.run.phase]) === names) {
            return;
        }
        names = JSON.stringify([page.snapshots, page.run.phase]);
        const list =
            page.snapshots.length > 0
                ? await get(`${runPath(page.run)}/snapshots`).catch(failure =>
                      page.snapshots.map(s => ({ ...s, problem: failure.message })),
                  )
                : [];
        show(snapshots, list, () => snapshotsOf(list));
    }

    return {
        title: `${route.namespace}/${route.name}`,
        elements: [
            h(
                'nav',
                { class: 'crumbs', 'aria-label': 'Path' },
                h('a', { href: '#/' }, 'All runs'),
                ` / ${route.kind}`,
            ),
            title,
            h(
                'nav',
                { class: 'tabs', 'aria-label': 'Views of this run' },
                h('a', { href: runHash(route), 'aria-current': 'page' }, 'Run'),
                h('a', { href: runHash(route, 'plan') }, 'Plan'),
                h('a', { href: runHash(route, 'compare') }, 'Compare'),
            ),
            problem,
            head,
            holds,
            found,
            steps,
            changes,
            snapshots,
            plans,
            history,
        ],
        stream: `${runPath(route)}/events`,
        listeners: {
            run(next) {
                page = next;
                setNow(page.run.at);
                show(problem, [], () => []);
                announceState(page.run);
                const short = page.run.state === 'InProgress' ? (page.run.progress ?? '') : page.run.state;
                document.title = `${short} ${page.run.name} – Drydock`;
                draw();
                drawSnapshots();
            },
            gone: next => show(problem, next, () => h('p', { class: 'problem' }, next.message)),
            problem: next => show(problem, next, () => h('p', { class: 'problem' }, prose(next.message))),
        },
        resize: () => page && drawTimeline(),
        tick() {
            if (page && !page.run.finishedAt && Date.now() % 5000 < 1000) {
                ticks++;
                drawTimeline();
            }
        },
    };
}
