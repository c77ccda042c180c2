//! Keys and values of shared prefixes: a radix tree over token ids, least recently used out first.

use crate::pages::{View, held, slice};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A run of tokens behind its parent's, with their keys and values.
struct Node {
    tokens: Vec<u32>,
    views: Vec<View>,
    parent: usize,
    children: BTreeMap<u32, usize>,
    used: u64,
}

/// The tree. Node 0 is the root and holds no tokens.
pub(crate) struct Tree {
    nodes: Vec<Option<Node>>,
    free: Vec<usize>,
    /// Bytes of the pages that the tree has taken in and that still live.
    bytes: Arc<AtomicUsize>,
    bytes_max: usize,
    clock: u64,
}

const ROOT: usize = 0;

impl Tree {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let root =
            Node { tokens: Vec::new(), views: Vec::new(), parent: ROOT, children: BTreeMap::new(), used: 0 };
        let bytes = Arc::new(AtomicUsize::new(0));
        Self { nodes: vec![Some(root)], free: Vec::new(), bytes, bytes_max, clock: 0 }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The keys and values of the longest prefix of `tokens` that the tree holds.
    pub(crate) fn find(&mut self, tokens: &[u32]) -> Vec<View> {
        self.clock += 1;
        let mut views = Vec::new();
        let (mut at, mut rest) = (ROOT, tokens);
        while let Some((child, common)) = self.step(at, rest) {
            let clock = self.clock;
            let Some(node) = self.node_mut(child) else { break };
            node.used = clock;
            views.extend(slice(&node.views, 0, common));
            if common < node.tokens.len() {
                break;
            }
            (at, rest) = (child, &rest[common..]);
        }
        views
    }

    /// Takes in the keys and values of `tokens`: `views` holds all of them.
    pub(crate) fn insert(&mut self, tokens: &[u32], views: &[View]) {
        debug_assert_eq!(held(views), tokens.len());
        self.clock += 1;
        let (mut at, mut depth) = (ROOT, 0);
        while let Some((child, common)) = self.step(at, &tokens[depth..]) {
            depth += common;
            at = if common < self.tokens_of(child) { self.split(child, common) } else { child };
            let clock = self.clock;
            if let Some(node) = self.node_mut(at) {
                node.used = clock;
            }
        }
        if depth < tokens.len() {
            self.hang(at, tokens[depth..].to_vec(), slice(views, depth, tokens.len()));
        }
        self.evict();
    }

    fn node_mut(&mut self, at: usize) -> Option<&mut Node> {
        self.nodes.get_mut(at).and_then(Option::as_mut)
    }

    fn tokens_of(&self, at: usize) -> usize {
        self.nodes[at].as_ref().map_or(0, |n| n.tokens.len())
    }

    /// The child of `at` that shares a beginning with `rest`, and how many tokens of it.
    fn step(&self, at: usize, rest: &[u32]) -> Option<(usize, usize)> {
        let child = *self.nodes[at].as_ref()?.children.get(rest.first()?)?;
        let tokens = &self.nodes[child].as_ref()?.tokens;
        Some((child, tokens.iter().zip(rest).take_while(|(a, b)| a == b).count()))
    }

    /// Puts a node for the first `n` tokens of `child` above it.
    fn split(&mut self, child: usize, n: usize) -> usize {
        let Some(mut lower) = self.nodes[child].take() else { return child };
        let parent = lower.parent;
        let upper = Node {
            tokens: lower.tokens[..n].to_vec(),
            views: slice(&lower.views, 0, n),
            parent,
            children: BTreeMap::from([(lower.tokens[n], child)]),
            used: lower.used,
        };
        lower.views = slice(&lower.views, n, lower.tokens.len());
        lower.tokens.drain(..n);
        let first = upper.tokens[0];
        let at = self.place(upper);
        lower.parent = at;
        self.nodes[child] = Some(lower);
        if let Some(node) = self.node_mut(parent) {
            node.children.insert(first, at);
        }
        at
    }

    fn hang(&mut self, parent: usize, tokens: Vec<u32>, views: Vec<View>) {
        for view in &views {
            view.page.charge(&self.bytes);
        }
        let first = tokens[0];
        let used = self.clock;
        let node = Node { tokens, views, parent, children: BTreeMap::new(), used };
        let at = self.place(node);
        if let Some(node) = self.node_mut(parent) {
            node.children.insert(first, at);
        }
    }

    fn place(&mut self, node: Node) -> usize {
        match self.free.pop() {
            Some(at) => {
                self.nodes[at] = Some(node);
                at
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() - 1
            }
        }
    }

    /// Drops leaves, the least recently used first, until the tree is within its budget.
    fn evict(&mut self) {
        while self.bytes() > self.bytes_max {
            let leaf = |(at, node): (usize, &Option<Node>)| {
                let node = node.as_ref()?;
                (at != ROOT && node.children.is_empty()).then_some((node.used, at))
            };
            let Some((_, at)) = self.nodes.iter().enumerate().filter_map(leaf).min() else { break };
            let Some(node) = self.nodes[at].take() else { break };
            if let Some(parent) = self.node_mut(node.parent) {
                parent.children.remove(&node.tokens[0]);
            }
            self.free.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Page;
    use crate::weights::Shape;

    fn shape() -> Shape {
        Shape {
            blocks: 1,
            hidden: 4,
            heads: 1,
            kv_heads: 1,
            head_dim: 4,
            feed_forward: 4,
            vocabulary: 10,
            context: 100,
            epsilon: 1e-5,
            frequencies: vec![1.0; 2],
        }
    }

    fn views(n: usize) -> Vec<View> {
        let page = |len| View { page: Arc::new(Page::new(&shape())), start: 0, len };
        let mut out: Vec<View> = (0..n / 32).map(|_| page(32)).collect();
        out.extend((!n.is_multiple_of(32)).then(|| page(n % 32)));
        out
    }

    #[test]
    fn finds_the_longest_prefix_after_splits() {
        let mut tree = Tree::new(usize::MAX);
        tree.insert(&[1, 2, 3, 4], &views(4));
        tree.insert(&[1, 2, 5], &views(3));
        tree.insert(&[1, 2], &views(2));
        tree.insert(&[9], &views(1));
        for (tokens, want) in
            [(&[1, 2, 3, 4, 5][..], 4), (&[1, 2, 5], 3), (&[1, 7], 1), (&[8], 0), (&[9, 9], 1)]
        {
            assert_eq!(held(&tree.find(tokens)), want, "{tokens:?}");
        }
    }

    #[test]
    fn stays_within_its_budget_and_keeps_what_was_used_last() {
        let page = views(1);
        let mut tree = Tree::new(usize::MAX);
        tree.insert(&[0], &page);
        let one = tree.bytes();
        drop(page);
        let mut tree = Tree::new(4 * one);
        for token in 0..4 {
            tree.insert(&[token], &views(1));
        }
        tree.find(&[0]);
        tree.insert(&[4], &views(1));
        assert_eq!(tree.bytes(), 4 * one);
        assert_eq!(held(&tree.find(&[0])), 1);
        assert_eq!(held(&tree.find(&[1])), 0);
    }
}
