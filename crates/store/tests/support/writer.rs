//! The load under which a store is killed: several tasks append rows and make changes of two rows each, and each
//! is told to `acknowledge` once the store says that it is durable.

use super::audit_row;
use doorward_store::{Store, audit};
use std::collections::HashSet;
use std::sync::Arc;

/// Writes until the store fails, or each of `tasks` tasks has written `most` times.
pub async fn write(store: Arc<Store>, round: &str, (tasks, most): (usize, usize), acknowledge: fn(&str)) {
    let mut running = tokio::task::JoinSet::new();
    for task in 0..tasks {
        let (store, round) = (Arc::clone(&store), round.to_owned());
        running.spawn(async move {
            for n in 0..most {
                let name = format!("{round}/{task}/{n}");
                let written = if task % 2 == 0 {
                    store.append(audit_row(&name)).await.is_ok()
                } else {
                    let both = [format!("{name}/first"), format!("{name}/second")];
                    let write = move |tx: &mut doorward_store::Tx<'_>| {
                        both.iter()
                            .try_for_each(|name| audit::insert(tx, &audit_row(name)))
                    };
                    store.write::<(), doorward_store::QueryError>(write).await.is_ok()
                };
                if !written {
                    return;
                }
                acknowledge(&name);
            }
        });
    }
    running.join_all().await;
}

/// Every acknowledged write is there, and no change is there by half.
pub async fn check(store: &Store, acknowledged: &HashSet<String>, when: &str) {
    let mut found = HashSet::new();
    let mut after = None;
    loop {
        let page = store.read(move |v| audit::page(v, after, 5000)).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        found.extend(page.into_iter().map(|(_, row)| row.detail));
    }
    for name in acknowledged {
        let there = found.contains(name) || found.contains(&format!("{name}/first"));
        assert!(there, "{when}: {name} was acknowledged and is lost");
    }
    for name in &found {
        if let Some(start) = name.strip_suffix("/first") {
            assert!(
                found.contains(&format!("{start}/second")),
                "{when}: half of {start}"
            );
        }
        if let Some(start) = name.strip_suffix("/second") {
            assert!(
                found.contains(&format!("{start}/first")),
                "{when}: half of {start}"
            );
        }
    }
}
