// A plan as a graph of boxes and lines.

import { marks, s } from './dom.js';
import { box, edgesOf, layoutOf } from './layout.js';
import { roving } from './roving.js';

const mostNamed = 3;

// plan: the view of the plan; structure: its steps with what they come after.
export function graph(plan, structure, chosen, choose) {
    const after = new Map(structure.steps.map(step => [step.id, step.after]));
    const steps = plan.phases
        .flatMap(phase => phase.steps.map(step => ({ ...step, phase: phase.name })))
        .sort((a, b) => order(structure, a.id) - order(structure, b.id));
    const { at, bands, lanes, isFolded, width, height } = layoutOf(steps, structure, plan.phases);
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
        bands.map((band, index) =>
            s(
                'g',
                { class: index % 2 ? 'band odd' : 'band' },
                s('rect', { x: 0, y: band.y, width, height: band.height }),
                s('text', { x: 6, y: band.y + 28 }, band.name),
            ),
        ),
        lanes.map(lane => s('text', { class: 'lane', x: lane.x, y: 18 }, lane.name)),
        edgesOf(structure.steps, chosen, isFolded).map(([from, to]) =>
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
                !after?.length
                    ? 'first'
                    : `after ${after.length > mostNamed ? `${after.length} steps` : after.join(' and ')}`,
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
