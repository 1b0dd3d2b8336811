// One stop of the Tab key for a group of many items; the arrow keys move inside.

// move(item, key) returns the next item, or null.
export function roving(container, items, move, choose) {
    function focus(item) {
        for (const other of items) {
            other.setAttribute('tabindex', other === item ? '0' : '-1');
        }
        item.focus();
        item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }

    const current = items.find(item => item.dataset.current === 'true') ?? items[0];
    for (const item of items) {
        item.setAttribute('tabindex', item === current ? '0' : '-1');
    }
    container.addEventListener('keydown', event => {
        const item = event.target.closest('[data-item]');
        if (!item || event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            choose(item);
            return;
        }
        const next = event.key === 'Home' ? items[0] : event.key === 'End' ? items.at(-1) : move(item, event.key);
        if (next) {
            event.preventDefault();
            focus(next);
        }
    });
    container.addEventListener('click', event => {
        const item = event.target.closest('[data-item]');
        if (item) {
            focus(item);
            choose(item);
        }
    });
}
