// The plans of a run as graphs.

import { get, runHash, runPath } from './api.js';
import { badge, h, planHead, prose, setNow, show, stateAnnouncer, timeless } from './dom.js';
import { graph } from './graph.js';
import { mayHold, stepPanel, timesOf } from './step.js';

export function planView(route, about) {
    const head = h('div');
    const problem = h('div', { role: 'alert' });
    const picture = h('div', {
        class: 'scroll tall',
        role: 'region',
        'aria-label': 'Graph of the plan',
        tabindex: '0',
    });
    const panel = h('aside', { class: 'panel', 'aria-label': 'Chosen step' });
    const placeholder = () => h('p', { class: 'muted' }, 'Choose a step to read what it does.');
    show(panel, null, placeholder);
    const notes = h('div');
    const select = h('select', {
        id: 'plan',
        on: {
            change: () => {
                chosen = null;
                draw();
            },
        },
    });
    const structures = new Map();
    const announceState = stateAnnouncer();
    let page = null;
    let chosen = null;

    function choose(id) {
        chosen = id;
        draw();
    }

    async function load() {
        const missing = page.run.plans.some(plan => !structures.has(plan.hash + plan.name));
        if (missing) {
            for (const plan of await get(`${runPath(page.run)}/plans`)) {
                structures.set(plan.hash + plan.name, plan);
            }
        }
        draw();
    }

    function draw() {
        const { run } = page;
        show(
            select,
            run.plans.map(plan => plan.name),
            () => run.plans.map(plan => h('option', { value: plan.name, selected: plan.isActive }, plan.name)),
        );
        show(head, [run.state, run.phase, run.progress], () =>
            h('p', { class: 'state' }, badge(run.state), ` ${run.phase} ${run.progress ?? ''}`),
        );
        const plan = run.plans.find(p => p.name === select.value) ?? run.plans.find(p => p.isActive);
        const structure = plan && structures.get(plan.hash + plan.name);
        const step = plan?.phases.flatMap(phase => phase.steps).find(s => s.id === chosen);
        if (!structure || !step) {
            show(panel, null, placeholder);
        }
        if (!structure) {
            show(picture, run.plans.length, () =>
                h('p', { class: 'muted' }, run.plans.length === 0 ? 'There is no plan yet.' : 'Loading the plan.'),
            );
            return;
        }
        const marksOf = plan.phases.flatMap(phase => phase.steps.map(step => step.mark));
        show(picture, [plan.hash, plan.name, marksOf, chosen], () => graph(plan, structure, chosen, choose));
        show(notes, [plan.hash, plan.notes], () => planHead(plan));
        if (step) {
            const own = structure.steps.find(s => s.id === chosen);
            const canHold = about.isWritable && mayHold(run, plan);
            show(panel, [timeless(step), plan.hash, canHold], () =>
                stepPanel(page, step, { own, all: structure.steps }, canHold, choose),
            );
        }
    }

    return {
        title: `Plan of ${route.namespace}/${route.name}`,
        elements: [
            h(
                'nav',
                { class: 'crumbs', 'aria-label': 'Path' },
                h('a', { href: '#/' }, 'All runs'),
                ` / ${route.kind}`,
            ),
            h('h1', { tabindex: '-1' }, `Plan of ${route.namespace}/${route.name}`),
            h(
                'nav',
                { class: 'tabs', 'aria-label': 'Views of this run' },
                h('a', { href: runHash(route) }, 'Run'),
                h('a', { href: runHash(route, 'plan'), 'aria-current': 'page' }, 'Plan'),
                h('a', { href: runHash(route, 'compare') }, 'Compare'),
            ),
            problem,
            head,
            h('p', null, h('label', { for: 'plan' }, 'Plan ', select)),
            h('h2', null, 'Steps'),
            h('div', { class: 'beside' }, picture, panel),
            notes,
        ],
        stream: `${runPath(route)}/events`,
        listeners: {
            run(next) {
                page = next;
                setNow(page.run.at, timesOf(page.run));
                show(problem, [], () => []);
                announceState(page.run);
                load().catch(failure =>
                    show(problem, failure.message, () => h('p', { class: 'problem' }, prose(failure.message))),
                );
            },
            gone: next => show(problem, next, () => h('p', { class: 'problem' }, next.message)),
            problem: next => show(problem, next, () => h('p', { class: 'problem' }, prose(next.message))),
        },
    };
}
