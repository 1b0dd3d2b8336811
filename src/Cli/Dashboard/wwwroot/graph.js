// A plan as a graph: a row for each layer, a column for each node.

import { marks, s } from './dom.js';
import { roving } from './roving.js';

const box = { width: 150, height: 34, right: 14, below: 22 };
const left = 128;
const top = 30;
const mostReduced = 400;

// plan: the view of the plan; structure: its steps with what they come after.
export function graph(plan, structure, chosen, choose) {
    const after = new Map(structure.steps.map(step => [step.id, step.after]));
    const steps = plan.phases
        .flatMap(phase => phase.steps.map(step => ({ ...step, phase: phase.name })))
        .sort((a, b) => order(structure, a.id) - order(structure, b.id));
    const layers = layersOf(structure.steps);
    const lanes = lanesOf(steps, layers);
    const at = new Map();
    for (const lane of lanes.values()) {
        const used = new Map();
        for (const step of lane.steps) {
            const layer = layers.get(step.id);
            const column = used.get(layer) ?? 0;
            used.set(layer, column + 1);
            at.set(step.id, {
                x: lane.x + column * (box.width + box.right),
                y: top + layer * (box.height + box.below),
                step,
                layer,
            });
        }
    }
    const width = Math.max(...[...lanes.values()].map(l => l.x + l.columns * (box.width + box.right)));
    const height = top + (Math.max(...layers.values()) + 1) * (box.height + box.below);
    const boxes = steps.map(step => node(at.get(step.id), step.id === chosen, after.get(step.id)));
    const picture = s(
        'svg',
        {
            class: 'graph',
            width,
            height,
            viewBox: `0 0 ${width} ${height}`,
            role: 'group',
            'aria-label': 'Steps of the plan by order. The arrow keys move between steps, Enter shows one.',
        },
        s(
            'defs',
            null,
            s(
                'marker',
                {
                    id: 'arrow',
                    viewBox: '0 0 8 8',
                    refX: 7,
                    refY: 4,
                    markerWidth: 7,
                    markerHeight: 7,
                    orient: 'auto',
                    markerUnits: 'userSpaceOnUse',
                },
                s('path', { d: 'M0 0 8 4 0 8z' }),
            ),
        ),
        bands(plan.phases, layers, width),
        [...lanes].map(([name, lane]) => s('text', { class: 'lane', x: lane.x, y: 18 }, name)),
        edges(structure.steps).map(([from, to]) =>
            edge(at.get(from), at.get(to), to === chosen || from === chosen),
        ),
        boxes,
    );
    keys(picture, boxes, at, choose);
    return picture;
}

function order(structure, id) {
    structure.order ??= new Map(structure.steps.map((step, index) => [step.id, index]));
    return structure.order.get(id) ?? 0;
}

// The longest way from the start; the plan lists every step after those that it waits for.
function layersOf(steps) {
    const layers = new Map();
    for (const step of steps) {
        layers.set(step.id, 1 + Math.max(-1, ...step.after.map(id => layers.get(id) ?? -1)));
    }
    return layers;
}

function lanesOf(steps, layers) {
    const lanes = new Map(steps.some(step => !step.node) ? [['System', { steps: [] }]] : []);
    for (const step of steps) {
        const name = step.node ?? 'System';
        lanes.set(name, lanes.get(name) ?? { steps: [] });
        lanes.get(name).steps.push(step);
    }
    let x = left;
    for (const lane of lanes.values()) {
        const counts = new Map();
        for (const step of lane.steps) {
            counts.set(layers.get(step.id), (counts.get(layers.get(step.id)) ?? 0) + 1);
        }
        lane.columns = Math.max(...counts.values());
        lane.x = x;
        x += lane.columns * (box.width + box.right) + 10;
    }
    return lanes;
}

function bands(phases, layers, width) {
    return phases.map((phase, index) => {
        const own = phase.steps.map(step => layers.get(step.id));
        const [first, last] = [Math.min(...own), Math.max(...own)];
        const y = top + first * (box.height + box.below) - box.below / 2;
        return s(
            'g',
            { class: index % 2 ? 'band odd' : 'band' },
            s('rect', { x: 0, y, width, height: (last - first + 1) * (box.height + box.below) }),
            s('text', { x: 6, y: y + 28 }, phase.name),
        );
    });
}

// Without those that follow from others, so that the picture stays readable.
function edges(steps) {
    const all = steps.flatMap(step => step.after.map(id => [id, step.id]));
    if (steps.length > mostReduced) {
        return all;
    }
    const before = new Map();
    for (const step of steps) {
        before.set(step.id, new Set(step.after.flatMap(id => [id, ...(before.get(id) ?? [])])));
    }
    const after = new Map(steps.map(step => [step.id, step.after]));
    return all.filter(([from, to]) => !after.get(to).some(other => other !== from && before.get(other)?.has(from)));
}

function edge(from, to, isChosen) {
    if (!from || !to) {
        return [];
    }
    const [x1, y1, x2, y2] = [from.x + box.width / 2, from.y + box.height, to.x + box.width / 2, to.y];
    const bend = Math.min((y2 - y1) / 2, 40);
    return s('path', {
        class: isChosen ? 'edge chosen' : 'edge',
        'marker-end': 'url(#arrow)',
        d: `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
    });
}

function node({ x, y, step }, isChosen, after) {
    const [sign, word] = marks[step.mark];
    const name = step.id.split('/').slice(1).join('/') || step.id;
    const shown = name.length > 19 ? `${name.slice(0, 18)}…` : name;
    const extra = [step.pointOfNoReturn ? 'point of no return' : '', step.runOnce ? 'runs once' : ''].filter(
        Boolean,
    );
    return s(
        'g',
        {
            class: `step ${step.mark}${step.pointOfNoReturn ? ' final' : ''}`,
            role: 'button',
            'data-item': true,
            'data-key': `step:${step.id}`,
            'data-step': step.id,
            'data-current': String(isChosen),
            'aria-pressed': String(isChosen),
            'aria-label': [
                `${name} ${extra[0] ?? word}`,
                ...extra.slice(1),
                `phase ${step.phase}`,
                word,
                after?.length ? `after ${after.join(' and ')}` : 'first',
            ].join(', '),
        },
        s('title', null, `${step.id}: ${step.title}`),
        s('rect', { x, y, width: box.width, height: box.height, rx: 5 }),
        s(
            'text',
            { x: x + 8, y: y + 15 },
            `${sign} ${shown} `,
            s('tspan', { class: 'small', x: x + 8, dy: 13 }, extra.length ? `⚠ ${extra[0]}` : word),
        ),
    );
}

function keys(picture, boxes, at, choose) {
    const all = [...at.values()];
    const nearest = (from, found) =>
        found.sort(
            (a, b) =>
                Math.abs(a.layer - from.layer) - Math.abs(b.layer - from.layer) ||
                Math.abs(a.x - from.x) - Math.abs(b.x - from.x),
        )[0];
    roving(
        picture,
        boxes,
        (element, key) => {
            const from = at.get(element.dataset.step);
            const next = {
                ArrowDown: () =>
                    nearest(
                        from,
                        all.filter(p => p.layer > from.layer),
                    ),
                ArrowUp: () =>
                    nearest(
                        from,
                        all.filter(p => p.layer < from.layer),
                    ),
                ArrowRight: () =>
                    nearest(
                        from,
                        all.filter(p => p.layer === from.layer && p.x > from.x),
                    ),
                ArrowLeft: () =>
                    nearest(
                        from,
                        all.filter(p => p.layer === from.layer && p.x < from.x),
                    ),
            }[key]?.();
            return next ? boxes.find(b => b.dataset.step === next.step.id) : null;
        },
        element => choose(element.dataset.step),
    );
}
