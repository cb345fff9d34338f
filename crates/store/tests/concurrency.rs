//! Many at once: one-time things are spent once, nothing is lost, a failure harms its own closure only.

#[cfg(test)]
mod support;

use doorward_domain::setup_link::{Purpose, SetupLink};
use doorward_domain::throttle::Failures;
use doorward_names::{HashKeyId, SecretHash, TenantId};
use doorward_store::*;
use std::sync::Arc;
use support::{NOW, Place, audit_row, block_on, random};
use tokio::task::JoinSet;

#[test]
fn one_link_is_spent_by_exactly_one_of_sixteen() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        block_on(async {
            for _ in 0..10 {
                let hash = SecretHash::new(HashKeyId::from_random(random()), random());
                let link = SetupLink {
                    hash: hash.clone(),
                    tenant: TenantId::from_u128(1),
                    purpose: Purpose::FirstAdministrator,
                    created_at: NOW,
                    used_at: None,
                };
                store
                    .write(move |tx| setup_link::insert(tx, &link))
                    .await
                    .unwrap()
                    .value
                    .unwrap();
                let mut tasks = JoinSet::new();
                for _ in 0..16 {
                    let (store, hash) = (Arc::clone(&store), hash.clone());
                    tasks.spawn(async move {
                        let spend = move |tx: &mut Tx<'_>| {
                            let link = setup_link::find_by_hash(tx, &hash)?.unwrap();
                            match link.spend(NOW) {
                                Ok(spent) => setup_link::save(tx, &spent),
                                Err(_) => Ok::<_, QueryError>(false),
                            }
                        };
                        store.write(spend).await.unwrap().value
                    });
                }
                let wins = tasks.join_all().await.into_iter().filter(|won| *won).count();
                assert_eq!(wins, 1, "{}", place.engine);
            }
        });
    }
}

#[test]
fn no_update_is_lost() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..100 {
                let store = Arc::clone(&store);
                tasks.spawn(async move {
                    let raise = |tx: &mut Tx<'_>| {
                        let count = throttle::get(tx, "counter")?.map_or(0, |f| f.count);
                        throttle::put(
                            tx,
                            "counter",
                            Failures {
                                since: NOW,
                                count: count + 1,
                            },
                        )
                    };
                    store.write(raise).await.unwrap();
                });
            }
            tasks.join_all().await;
            let found = store
                .read(|v| throttle::get(v, "counter"))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(found.count, 100, "{}", place.engine);
        });
    }
}

#[test]
fn counters_count_every_change_once_and_nothing_else() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        let tenant = TenantId::from_u128(9);
        block_on(async {
            let mut tasks = JoinSet::new();
            for n in 0..40 {
                let store = Arc::clone(&store);
                tasks.spawn(async move {
                    let give = move |tx: &mut Tx<'_>| {
                        let role = doorward_domain::directory::DirectoryRole::GuestInviter;
                        let assignment = directory_role::RoleAssignment {
                            id: support::object(),
                            role,
                            principal: support::object(),
                        };
                        audit::insert(tx, &audit_row("x"))?;
                        match directory_role::insert(tx, tenant, &assignment)? {
                            Ok(()) if n % 4 == 0 => Err(QueryError::Statement("on purpose".to_owned())),
                            _ => Ok(()),
                        }
                    };
                    store.write(give).await.map(|committed| committed.bumped)
                });
            }
            let mut seen: Vec<u64> = tasks
                .join_all()
                .await
                .into_iter()
                .flatten()
                .flatten()
                .map(|bump| bump.revision)
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, (1..=30).collect::<Vec<u64>>(), "{}", place.engine);
            let all = store.read(revision::all).await.unwrap();
            assert_eq!(all, vec![(Kind::Directory, tenant, 30)]);
            assert_eq!(store.read(audit::count).await.unwrap(), 30);
        });
    }
}

#[test]
fn a_failure_rolls_back_its_own_closure_alone() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        block_on(async {
            let mut tasks = JoinSet::new();
            for n in 0..200 {
                let store = Arc::clone(&store);
                tasks.spawn(async move {
                    #[derive(Debug, PartialEq)]
                    enum No {
                        Mine,
                        Query(QueryError),
                    }
                    impl From<QueryError> for No {
                        fn from(error: QueryError) -> Self {
                            Self::Query(error)
                        }
                    }
                    let result = store
                        .write(move |tx| {
                            audit::insert(tx, &audit_row("a"))?;
                            audit::insert(tx, &audit_row("b"))?;
                            match n % 4 {
                                0 => Err(No::Mine),
                                1 => Ok(throttle::put(tx, "nul\0", Failures { since: NOW, count: 1 })?),
                                2 => panic!("on purpose"),
                                _ => Ok(()),
                            }
                        })
                        .await;
                    match n % 4 {
                        0 => assert_eq!(result, Err(StoreError::Refused(No::Mine))),
                        1 => assert_eq!(result, Err(StoreError::NulCharacter)),
                        2 => assert!(matches!(result, Err(StoreError::Statement(_)))),
                        _ => assert!(result.is_ok()),
                    }
                });
            }
            tasks.join_all().await;
            assert_eq!(store.read(audit::count).await.unwrap(), 100, "{}", place.engine);
        });
    }
}

#[test]
fn a_read_sees_one_snapshot() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        block_on(async {
            let writer = Arc::clone(&store);
            let writes = tokio::spawn(async move {
                for _ in 0..100 {
                    let both = |tx: &mut Tx<'_>| {
                        audit::insert(tx, &audit_row("a"))?;
                        audit::insert(tx, &audit_row("b"))
                    };
                    writer.write(both).await.unwrap();
                }
            });
            while !writes.is_finished() {
                let (one, two) = store
                    .read(|v| Ok::<_, QueryError>((audit::count(v)?, audit::count(v)?)))
                    .await
                    .unwrap();
                assert_eq!(one, two, "{}", place.engine);
                assert_eq!(one % 2, 0);
            }
        });
    }
}

#[test]
fn dropping_the_future_cancels_nothing_and_closing_finishes() {
    for place in Place::all() {
        let store = place.open();
        block_on(async {
            for _ in 0..50 {
                let mut append = Box::pin(store.append(audit_row("x")));
                // Polled once, then dropped.
                let _ = futures_poll(append.as_mut()).await;
            }
        });
        store.close();
        let store = place.open();
        assert_eq!(
            block_on(store.read(audit::count)).unwrap(),
            50,
            "{}",
            place.engine
        );
    }
}

async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_ready())).await
}

#[test]
fn a_text_with_nul_is_refused_on_both_engines() {
    for place in Place::all() {
        let store = place.open();
        let error = block_on(store.append(audit_row("a\0b"))).unwrap_err();
        assert_eq!(error, StoreError::NulCharacter);
        assert_eq!(
            error.to_string(),
            "a text holds the character U+0000, which cannot be stored"
        );
    }
}

#[test]
fn many_appends_share_a_commit() {
    for place in Place::all() {
        let store = Arc::new(place.open());
        block_on(async {
            let start = std::time::Instant::now();
            let mut tasks = JoinSet::new();
            for _ in 0..256 {
                let store = Arc::clone(&store);
                tasks.spawn(async move {
                    for _ in 0..80 {
                        store.append(audit_row("a token was issued")).await.unwrap();
                    }
                });
            }
            tasks.join_all().await;
            let took = start.elapsed();
            println!("{}: {:.0} appends/s", place.engine, 20_480.0 / took.as_secs_f64());
            assert_eq!(store.read(audit::count).await.unwrap(), 20_480);
        });
    }
}

#[test]
fn another_process_that_writes_is_waited_for() {
    let place = Place::sqlite();
    let store = place.open();
    let Location::Sqlite { path } = place.location.clone() else {
        unreachable!()
    };
    let (begun, wait) = std::sync::mpsc::channel();
    let other = std::thread::spawn(move || {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection
            .execute_batch("BEGIN IMMEDIATE; DELETE FROM throttle")
            .unwrap();
        begun.send(()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        connection.execute_batch("COMMIT").unwrap();
    });
    wait.recv().unwrap();
    let start = std::time::Instant::now();
    assert_eq!(
        block_on(store.read(audit::count)).unwrap(),
        0,
        "readers do not wait"
    );
    assert!(start.elapsed().as_millis() < 400);
    block_on(store.append(audit_row("x"))).unwrap();
    assert!(start.elapsed().as_millis() > 300);
    other.join().unwrap();
}
