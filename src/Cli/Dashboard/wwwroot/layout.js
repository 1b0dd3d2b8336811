// Where the boxes of a plan are drawn, and which lines connect them.

export const box = { width: 150, height: 34, right: 14, below: 22 };
export const top = 30;
const left = 128;

// A plan with more nodes or layers would be a diagonal in a picture that is nearly empty.
const mostLanes = 60;
const mostLayers = 200;
const foldedColumns = 6;
const mostReduced = 400;
const mostEdges = 2000;

// Returns at (the place of each step), bands, lanes, width, height and, if the plan is folded, isFolded.
export function layoutOf(steps, structure, phases) {
    const layers = layersOf(structure.steps);
    const lanes = lanesOf(steps, layers);
    return lanes.size > mostLanes || Math.max(...layers.values()) > mostLayers
        ? folded(steps, phases)
        : inLanes(lanes, layers, phases);
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

// A column for each node, a row for each layer.
function inLanes(lanes, layers, phases) {
    const at = new Map();
    for (const lane of lanes.values()) {
        const used = new Map();
        for (const step of lane.steps) {
            const layer = layers.get(step.id);
            const column = used.get(layer) ?? 0;
            used.set(layer, column + 1);
            at.set(step.id, { x: lane.x + column * (box.width + box.right), y: yOf(layer), step, layer });
        }
    }
    return {
        at,
        isFolded: false,
        lanes: [...lanes].map(([name, lane]) => ({ name, x: lane.x })),
        bands: phases.map(phase => band(phase, phase.steps.map(step => layers.get(step.id)))),
        width: Math.max(...[...lanes.values()].map(l => l.x + l.columns * (box.width + box.right))),
        height: yOf(Math.max(...layers.values()) + 1),
    };
}

// The steps in their order, phase by phase, as text is wrapped.
function folded(steps, phases) {
    const at = new Map();
    const bands = [];
    let row = 0;
    for (const phase of phases) {
        const own = steps.filter(step => step.phase === phase.name);
        own.forEach((step, index) => {
            const layer = row + Math.floor(index / foldedColumns);
            const x = left + (index % foldedColumns) * (box.width + box.right);
            at.set(step.id, { x, y: yOf(layer), step, layer });
        });
        const last = row + Math.ceil(own.length / foldedColumns) - 1;
        bands.push(band(phase, [row, last]));
        row = last + 1;
    }
    const width = left + foldedColumns * (box.width + box.right);
    return { at, bands, lanes: [], isFolded: true, width, height: yOf(row) };
}

function band(phase, layers) {
    const [first, last] = [Math.min(...layers), Math.max(...layers)];
    return {
        name: phase.name,
        y: yOf(first) - box.below / 2,
        height: (last - first + 1) * (box.height + box.below),
    };
}

function yOf(layer) {
    return top + layer * (box.height + box.below);
}

// Without those that follow from others, so that the picture stays readable. If there are too many, or their ends are
// far from each other, only those of the chosen step.
export function edgesOf(steps, chosen, isFolded) {
    const all = steps.flatMap(step => step.after.map(id => [id, step.id]));
    if (isFolded || all.length > mostEdges) {
        return all.filter(([from, to]) => from === chosen || to === chosen);
    }
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
