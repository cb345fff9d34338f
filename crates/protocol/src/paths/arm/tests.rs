use super::*;

const ID: SubscriptionId = SubscriptionId::from_bytes([7; 16]);

fn at(text: &str) -> Scope {
    text.replace("{s}", &format!("/subscriptions/{ID}"))
        .parse()
        .unwrap()
}

#[test]
fn each_path_is_read_from_its_own_text() {
    use AuthorizationTail as A;
    use DeploymentTail as D;
    let group = at("{s}/resourceGroups/Ü-g");
    let workspace = at("{s}/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w");
    let management = Scope::management_group("m").unwrap();
    let scopes = [
        Scope::root(),
        management.clone(),
        Scope::subscription(ID),
        group.clone(),
        workspace.clone(),
    ];
    let mut all = vec![
        ArmPath::Tenants,
        ArmPath::Subscriptions,
        ArmPath::Subscription(ID),
        ArmPath::Locations(ID),
        ArmPath::Providers(None),
        ArmPath::Providers(Some(ID)),
        ArmPath::Provider(None, "Microsoft.X".into()),
        ArmPath::Provider(Some(ID), "Microsoft.X".into()),
        ArmPath::Register(ID, "Microsoft.X".into()),
        ArmPath::Unregister(ID, "Microsoft.X".into()),
        ArmPath::Operations("Microsoft.X".into()),
        ArmPath::ResourceGroups(ID),
        ArmPath::ResourceGroup(group.clone()),
        ArmPath::Resources(Scope::subscription(ID)),
        ArmPath::Resources(group.clone()),
        ArmPath::TagNames(ID),
        ArmPath::ManagementGroups,
        ArmPath::ManagementGroup(management.clone()),
        ArmPath::Descendants(management.clone()),
        ArmPath::ManagementGroupSubscriptions(management.clone()),
        ArmPath::ManagementGroupSubscription(management.clone(), ID),
        ArmPath::Collection(group.clone(), "Microsoft.X/things".into()),
        ArmPath::Collection(
            Scope::subscription(ID),
            "Microsoft.MachineLearningServices/workspaces".into(),
        ),
        ArmPath::Resource(workspace.clone()),
        ArmPath::Resource(workspace.child("computes", "c").unwrap()),
        ArmPath::ResourceAction(workspace.clone(), "listKeys".into()),
        ArmPath::ResourceAction(workspace.clone(), "computes".into()),
        ArmPath::ExperimentsQuery(workspace.clone()),
    ];
    let status = OperationId::from_bytes([9; 16]);
    for tail in [
        LocationTail::Usages,
        LocationTail::Quotas,
        LocationTail::VmSizes,
        LocationTail::OperationStatus("computeOperationsStatus".into(), status),
        LocationTail::OperationResult("workspaceOperationResults".into(), status),
    ] {
        all.push(ArmPath::MachineLearningLocation(ID, "westeurope".into(), tail));
    }
    for scope in scopes {
        all.push(ArmPath::Tags(scope.clone()));
        for tail in [
            A::RoleDefinitions,
            A::RoleDefinition(RoleDefinitionId::from_bytes([1; 16])),
            A::RoleAssignments,
            A::RoleAssignment(RoleAssignmentId::from_bytes([2; 16])),
            A::DenyAssignments,
            A::DenyAssignment(DenyAssignmentId::from_bytes([3; 16])),
            A::Permissions,
            A::CheckAccess,
            A::ExplainAccess,
            A::ProviderOperations,
            A::ProviderOperationsOf("Microsoft.X".into()),
            A::ElevateAccess,
        ] {
            all.push(ArmPath::Authorization(scope.clone(), tail));
        }
        for tail in [
            D::All,
            D::One("d".into()),
            D::Operations("d".into()),
            D::Validate("d".into()),
            D::Status("d".into(), status),
        ] {
            all.push(ArmPath::Deployments(scope.clone(), tail));
        }
    }
    for path in all {
        let text = path.to_string();
        assert_eq!(ArmPath::parse(&text), Ok(path.clone()), "{text}");
        assert_eq!(ArmPath::parse(&format!("{text}/")), Ok(path), "{text}/");
    }
}

#[test]
fn keywords_have_no_case_and_old_forms_are_read() {
    let own = format!("/subscriptions/{ID}");
    for (text, expected) in [
        ("/Subscriptions/".to_owned(), ArmPath::Subscriptions),
        (format!("{own}/RESOURCEGROUPS"), ArmPath::ResourceGroups(ID)),
        (
            format!("{own}/resourcegroups/g/deployments/d/operations"),
            ArmPath::Deployments(at("{s}/resourceGroups/g"), DeploymentTail::Operations("d".into())),
        ),
        (
            format!("{own}/providers/microsoft.authorization/roleassignments"),
            ArmPath::Authorization(Scope::subscription(ID), AuthorizationTail::RoleAssignments),
        ),
        (
            format!("/{own}//resourceGroups/g/providers/Microsoft.X//things/a"),
            ArmPath::Resource(at("{s}/resourceGroups/g/providers/Microsoft.X/things/a")),
        ),
        (
            format!("{own}/resourceGroups/a%2Eb"),
            ArmPath::ResourceGroup(at("{s}/resourceGroups/a.b")),
        ),
    ] {
        assert_eq!(ArmPath::parse(&text), Ok(expected), "{text}");
    }
}

#[test]
fn a_workspaces_services_have_paths_of_their_own() {
    let workspace = "/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
    let own = format!("/history/v1.0/subscriptions/{ID}");
    assert_eq!(ArmPath::subscription_of(&format!("{own}{workspace}/x")), Some(ID));
    assert_eq!(
        ArmPath::subscription_of(&format!("/history/v1.0{workspace}")),
        None
    );
    assert_eq!(ArmPath::subscription_of("/history"), None);
    for (path, is_service, is_owned) in [
        (format!("{own}{workspace}/experiments:query"), true, true),
        ("/HISTORY".to_owned(), true, true),
        (format!("/subscriptions/{ID}{workspace}"), false, true),
        ("/historyx".to_owned(), false, false),
    ] {
        assert_eq!(ArmPath::is_of_workspace_service(&path), is_service, "{path}");
        assert_eq!(ArmPath::owns(&path), is_owned, "{path}");
    }
    let upper = format!("{own}{workspace}/EXPERIMENTS:Query").replace("history", "History");
    assert!(matches!(ArmPath::parse(&upper), Ok(ArmPath::ExperimentsQuery(_))));
    for path in [
        format!("/history/v1.0{workspace}/experiments:query"),
        format!("{own}{workspace}/experiments"),
        format!("{own}{workspace}/computes/c/experiments:query"),
        format!("{own}{workspace}"),
        format!("{own}/resourceGroups/g/experiments:query"),
        format!("{own}/experiments:query"),
        format!("/history/v2.0/subscriptions/{ID}{workspace}/experiments:query"),
        "/history/v1.0".to_owned(),
        "/history".to_owned(),
    ] {
        assert_eq!(ArmPath::parse(&path), Err(ArmPathProblem::NotServed), "{path}");
    }
}

#[test]
fn what_is_no_path() {
    let own = format!("/subscriptions/{ID}");
    for (text, expected) in [
        ("/".to_owned(), ArmPathProblem::NotServed),
        ("/v1.0/me".to_owned(), ArmPathProblem::NotServed),
        (
            "/subscriptions/x".to_owned(),
            ArmPathProblem::SubscriptionId("x".into()),
        ),
        (
            format!("/subscriptions/{ID}x/y"),
            ArmPathProblem::SubscriptionId(format!("{ID}x")),
        ),
        (format!("{own}/nothing"), ArmPathProblem::NotServed),
        (format!("{own}/resourceGroups/a%2Fb"), ArmPathProblem::NotServed),
        // A slash within a part isn't the border of two.
        (
            format!("{own}/resourceGroups/g%2Fproviders%2FMicrosoft.X%2Fthings%2Fa"),
            ArmPathProblem::NotServed,
        ),
        (
            format!("/subscriptions%2F{ID}/resourceGroups/g"),
            ArmPathProblem::NotServed,
        ),
        (
            format!("{own}/resourceGroups/g/providers/Microsoft.X"),
            ArmPathProblem::NotServed,
        ),
        (
            format!("{own}/providers/Microsoft.Authorization/roleAssignments/x"),
            ArmPathProblem::Name("x".into()),
        ),
    ] {
        assert_eq!(ArmPath::parse(&text), Err(expected), "{text}");
    }
}

#[test]
fn the_subscription_of_a_path_and_the_plane() {
    for (path, named) in [
        (format!("/subscriptions/{ID}"), true),
        (format!("/Subscriptions/{ID}/resourceGroups/x"), true),
        (format!("/providers/{ID}"), false),
        (format!("/subscriptions/{ID}x"), false),
        ("/subscriptions/".to_owned(), false),
        ("/subscriptions".to_owned(), false),
        // However it is spelt that is read so.
        (format!("//subscriptions//{ID}/"), true),
        (format!("/%73ubscriptions/%30{}", &ID.to_string()[1..]), true),
        (format!("/subscriptions%2F{ID}"), false),
    ] {
        if let Ok(read) = ArmPath::parse(&path) {
            assert_eq!(read.subscription(), named.then_some(ID), "{path}");
        }
        let found = ArmPath::subscription_of(&path);
        assert_eq!(found, named.then_some(ID), "{path}");
    }
    assert!(ArmPath::owns("/subscriptions/x/resourceGroups/y") && !ArmPath::owns("/common/oauth2/token"));
}
