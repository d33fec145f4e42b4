'use strict';
(() => {
  const ROW = 20; // pixels
  const NARROWEST = 1 / 2000; // of the picture; what is narrower has no box of its own
  const $ = id => document.getElementById(id);
  const graph = $('graph');

  // ---- the data: lines of fields, told apart by tabs ----

  const frames = [];
  const samples = [];
  const about = {};
  for (const line of $('profile').textContent.split('\n')) {
    const [kind, ...fields] = line.split('\t');
    if (kind === 'frame') {
      frames.push({ name: fields[0], place: fields[1] });
    } else if (kind === 'sample') {
      const [budget, blockBytes, liveBytes, liveError, allocatedBytes, allocatedError,
        liveObjects, allocatedObjects, liveSamples, allocatedSamples, stack] = fields;
      samples.push({
        budget,
        blockBytes: +blockBytes,
        live: { value: +liveBytes, error: +liveError, objects: +liveObjects, samples: +liveSamples },
        allocated: { value: +allocatedBytes, error: +allocatedError, objects: +allocatedObjects,
          samples: +allocatedSamples },
        stack: stack === '' ? [] : stack.split(',').map(id => frames[+id]),
      });
    } else if (kind) {
      about[kind] = fields[0];
    }
  }

  // ---- estimates: the rules of io.rmm.allocator.Estimate ----

  const newSum = () => ({ value: 0, squares: 0, nothing: 0, objects: 0, samples: 0 });

  function addTo(sum, part) {
    sum.value += part.value;
    if (part.value > 0) {
      sum.squares += part.error * part.error;
    } else {
      sum.nothing = Math.max(sum.nothing, part.error);
    }
    sum.objects += part.objects;
    sum.samples += part.samples;
  }

  function merge(sum, other) {
    sum.value += other.value;
    sum.squares += other.squares;
    sum.nothing = Math.max(sum.nothing, other.nothing);
    sum.objects += other.objects;
    sum.samples += other.samples;
  }

  function interval(sum) {
    if (sum.value <= 0) {
      return [0, sum.nothing];
    }
    const shift = sum.squares / (2 * sum.value);
    const half = Math.sqrt(sum.squares + shift * shift);
    return [Math.max(0, sum.value + shift - half), sum.value + shift + half];
  }

  // ---- words ----

  const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

  function bytes(count) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
    let unit = 0;
    while (count >= 1024 && unit < units.length - 1) {
      count /= 1024;
      unit++;
    }
    return `${number.format(count)} ${units[unit]}`;
  }

  function quantity(sum, total) {
    const [low, high] = interval(sum);
    const share = total > 0 ? 100 * sum.value / total : 0;
    return `${bytes(sum.value)} ${shown}, ${number.format(share)} % of ${bytes(total)}; `
      + `95 % interval ${bytes(low)} to ${bytes(high)}`;
  }

  /** Nothing is said of a number of blocks where the source does not tell them. */
  const inBlocks = sum =>
    (sum.objects > 0 ? `about ${number.format(Math.round(sum.objects))} blocks, ` : '')
    + `from ${number.format(sum.samples)} samples`;

  /** Class and method without the package. */
  const short = name => name.split('.').slice(-2).join('.');

  // ---- the tree ----

  let shown = 'live';
  let root;
  let zoomed;
  let boxes = [];
  let rows = 0;
  let focused = null;

  const newNode = (name, place, parent) => ({
    name, place, parent, depth: parent ? parent.depth + 1 : 0, children: new Map(),
    live: newSum(), allocated: newSum(), isLabel: false,
  });

  function child(node, key, name, place) {
    let found = node.children.get(key);
    if (!found) {
      found = newNode(name, place, node);
      node.children.set(key, found);
    }
    return found;
  }

  function build(budget) {
    root = newNode('all', '', null);
    for (const sample of samples) {
      if (budget !== null && sample.budget !== budget) {
        continue;
      }
      const path = [root];
      for (const frame of sample.stack) {
        path.push(child(path.at(-1), frame, frame.name, frame.place));
      }
      const label = `${sample.budget || 'several budgets'}, `
        + (sample.blockBytes > 0 ? `slots of ${bytes(sample.blockBytes)}` : 'slots of several sizes');
      const leaf = child(path.at(-1), `${sample.budget}\t${sample.blockBytes}`, label, '');
      leaf.isLabel = true;
      path.push(leaf);
      for (const node of path) {
        addTo(node.live, sample.live);
        addTo(node.allocated, sample.allocated);
      }
    }
    zoomed = root;
  }

  // ---- the picture ----

  /** A colour for each package, so that those of one library look alike. */
  function colour(node) {
    if (node.isLabel) {
      return 'hsl(205 45% 78%)';
    }
    const parts = node.name.split('.').slice(0, -2);
    let hash = 7;
    for (const c of parts.join('.')) {
      hash = (hash * 31 + c.codePointAt(0)) >>> 0;
    }
    return node.parent ? `hsl(${8 + hash % 52} ${70 + hash % 20}% ${66 + (hash >>> 8) % 10}%)` : 'hsl(40 15% 78%)';
  }

  function rectangle(className, text, depth, left, width) {
    const element = document.createElement('div');
    element.className = className;
    element.classList.toggle('tiny', width < 0.01);
    element.style.left = `${100 * left}%`;
    element.style.width = `${100 * width}%`;
    element.style.top = `${ROW * depth}px`;
    element.textContent = width < 0.01 ? '' : text;
    graph.append(element);
    rows = Math.max(rows, depth + 1);
    return element;
  }

  function box(node, left, width) {
    const element =
      rectangle('frame', node.isLabel ? node.name : short(node.name), node.depth, left, width);
    element.classList.toggle('above', node.depth < zoomed.depth);
    element.classList.toggle('match', matches(node));
    element.style.backgroundColor = colour(node);
    element.setAttribute('role', 'treeitem');
    element.setAttribute('aria-level', node.depth + 1);
    element.setAttribute('aria-label', `${node.name}: ${quantity(node[shown], root[shown].value)}`);
    element.tabIndex = -1;
    element.addEventListener('click', () => zoom(node));
    element.addEventListener('mouseenter', () => tell(node));
    element.addEventListener('focus', () => focusOn(drawn, false));
    const drawn = { node, element, left, width };
    boxes.push(drawn);
  }

  function drawBelow(node, left, width) {
    box(node, left, width);
    const total = node[shown].value;
    const children = [...node.children.values()]
      .filter(below => below[shown].value > 0)
      .sort((a, b) => b[shown].value - a[shown].value || (a.name < b.name ? -1 : 1));
    const right = left + width;
    for (const [index, below] of children.entries()) {
      const share = width * below[shown].value / total;
      if (share < NARROWEST) {
        // The others are narrower still. The search finds them all the same.
        const rest = children.length - index;
        rectangle('rest', `${number.format(rest)} more`, below.depth, left, right - left);
        break;
      }
      drawBelow(below, left, share);
      left += share;
    }
  }

  function draw() {
    graph.replaceChildren();
    boxes = [];
    rows = 0;
    focused = null;
    const isEmpty = root[shown].value <= 0;
    $('empty').hidden = !isEmpty;
    graph.hidden = isEmpty;
    if (isEmpty) {
      $('empty').textContent =
        samples.length > 0 ? 'None of the observed blocks is live.' : 'No block has been observed.';
    } else {
      for (let above = zoomed.parent; above; above = above.parent) {
        box(above, 0, 1);
      }
      drawBelow(zoomed, 0, 1);
      graph.style.height = `${ROW * rows}px`;
      focusOn(boxOf(zoomed), false);
    }
    tell(zoomed);
    tellMatches();
  }

  function tell(node) {
    const place = node.place ? ` (${node.place})` : '';
    $('details').textContent =
      `${node.name}${place}\n${quantity(node[shown], root[shown].value)}\n${inBlocks(node[shown])}`;
  }

  function zoom(node) {
    zoomed = node;
    draw();
    focusOn(boxOf(node), true);
  }

  // ---- keys ----

  const boxOf = node => boxes.find(drawn => drawn.node === node);

  /** One box is in the order of the tab key; the arrow keys go on from there. */
  function focusOn(drawn, move) {
    if (!drawn) {
      return;
    }
    if (focused) {
      focused.element.tabIndex = -1;
    }
    focused = drawn;
    drawn.element.tabIndex = 0;
    tell(drawn.node);
    if (move) {
      drawn.element.focus({ preventScroll: false });
    }
  }

  function neighbour(step) {
    const row = boxes.filter(drawn => drawn.node.depth === focused.node.depth)
      .sort((a, b) => a.left - b.left);
    return row[row.indexOf(focused) + step];
  }

  graph.addEventListener('keydown', event => {
    const go = {
      ArrowUp: () => focused.node.parent && boxOf(focused.node.parent),
      ArrowDown: () => boxes.filter(drawn => drawn.node.parent === focused.node)
        .sort((a, b) => a.left - b.left)[0],
      ArrowLeft: () => neighbour(-1),
      ArrowRight: () => neighbour(1),
      Home: () => boxOf(root),
    }[event.key];
    if (go && focused) {
      event.preventDefault();
      focusOn(go(), true);
    } else if ((event.key === 'Enter' || event.key === ' ') && focused) {
      event.preventDefault();
      zoom(focused.node);
    }
  });

  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      $('search').value = '';
      zoom(root);
    } else if (event.key === '/' && document.activeElement !== $('search')) {
      event.preventDefault();
      $('search').focus();
    }
  });

  // ---- the search ----

  const wanted = () => $('search').value.trim().toLowerCase();

  function matches(node) {
    const text = wanted();
    return text !== '' && node !== root
      && (node.name.toLowerCase().includes(text) || node.place.toLowerCase().includes(text));
  }

  /** What lies in matching boxes, each byte once. */
  function matched(node, sum) {
    if (matches(node)) {
      merge(sum, node[shown]);
    } else {
      node.children.forEach(below => matched(below, sum));
    }
    return sum;
  }

  function tellMatches() {
    $('matched').textContent =
      wanted() === '' ? '' : `Found: ${quantity(matched(root, newSum()), root[shown].value)}`;
  }

  $('search').addEventListener('input', () => {
    boxes.forEach(drawn => drawn.element.classList.toggle('match', matches(drawn.node)));
    tellMatches();
  });

  // ---- the controls ----

  $('controls').addEventListener('submit', event => event.preventDefault());
  $('reset').addEventListener('click', () => {
    $('search').value = '';
    zoom(root);
  });
  $('values').addEventListener('change', event => {
    shown = event.target.value;
    draw();
  });
  $('budget').addEventListener('change', event => {
    const index = event.target.selectedIndex;
    build(index === 0 ? null : budgets[index - 1]);
    draw();
  });

  const budgets = [...new Set(samples.map(sample => sample.budget))].sort();
  for (const name of ['all', ...budgets]) {
    const option = document.createElement('option');
    option.textContent = name || 'several budgets';
    $('budget').append(option);
  }

  // ---- the start ----

  document.title = `Off-heap memory of ${about.manager}`;
  $('manager').textContent = about.manager;
  build(null);
  const [low, high] = interval(root.live);
  const sampling = mean => mean > 0 ? `A sample every ${bytes(mean)}, on average.`
    : mean === 0 ? 'Every block is a sample.' : '';
  $('summary').textContent =
    `${about.time}. Live: ${bytes(root.live.value)} (95 % interval ${bytes(low)} to ${bytes(high)}). `
    + `Allocated so far: ${bytes(root.allocated.value)}. `
    + sampling(+about.mean)
    + (about.truncated === 'true' ? ' There are more sites than are told apart.' : '');
  draw();
})();
