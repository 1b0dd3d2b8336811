using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Databases.TiDb;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Databases;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The shipped roles hold what the operator needs and nothing else.
/// <para> The method: real runs under the shipped roles, whose every request the API server itself writes into its
/// audit log. They bring all four kinds to their end and past it: an OMS upgrade and its rollback (snapshots, a
/// restore, kept output, copied credentials, claims), a rolling upgrade of a TiDB, a paused upgrade, deletions, a
/// replica that waits for the lease, retention. Then, for each right of the roles, a user is made who has all of them
/// but that one, and the API server is asked (SubjectAccessReview) whether a request from the log that needs the right
/// would be permitted to that user. It must not be: then without the right the recorded run would have been answered
/// 403 at that request. A right that no request of the log needs is not needed.
/// </para>
/// </summary>
[Collection(Lanes.Operator)]
public sealed class RolesTests(StageFixture fixture, DatabaseStageFixture databases)
{
    private const string Account = "system:serviceaccount:drydock-system:drydock-operator";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Shipped_roles_grant_every_needed_right_and_no_other()
    {
        var stage = await fixture.ResetAsync();
        var recorded = (await RunUpgradesAsync(stage)).Concat(await RunDatabaseAsync()).Where(r => r.User == Account).ToList();
        using var book = new RoleBook(stage.ControlPlane);
        await book.ReadAsync(Token);
        var everything = await book.WithoutAsync(null, "has-everything", Token);

        recorded.Where(r => r.Code == 403).ShouldBeEmpty("the operator asked for something that the shipped roles do not permit");
        book.Rights.Where(right => !recorded.Exists(right.Permits)).ShouldBeEmpty("no request of any run needs these rights");
        foreach (var (index, right) in book.Rights.Index())
        {
            var needed = recorded.First(right.Permits);
            var user = await book.WithoutAsync(right, FormattableString.Invariant($"lacks-{index}"), Token);

            // The authorizer sees new roles a moment later.
            await Deadline.UntilAsync(
                $"{needed} to be permitted with all rights",
                token => book.MayAsync(everything, needed, cancellationToken: token),
                cancellationToken: Token);
            await Deadline.UntilAsync(
                $"the other rights of {user} to count",
                async token => await book.MayAsync(user, recorded.First(r => book.Rights.Any(other => other != right && other.Role == right.Role && other.Permits(r)) && !right.Permits(r)), cancellationToken: token)
                    || book.Rights.Count(other => other.Role == right.Role) == 1,
                cancellationToken: Token);
            (await book.MayAsync(user, needed, cancellationToken: Token)).ShouldBeFalse($"{right} was removed and {needed} is permitted");
        }
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Operator_of_named_namespaces_requests_nothing_elsewhere()
    {
        var stage = await fixture.ResetAsync();
        var (served, other) = (await stage.NewNamespaceAsync(), await stage.NewNamespaceAsync());
        await stage.ApplyAsync(stage.Manifest(other).ToJsonString());
        var tenant = Path.Combine(Repository.Root, "config", "namespaced", "tenant");
        await stage.ControlPlane.KubectlAsync(["-n", served, "apply", "-k", tenant], cancellationToken: Token);
        await stage.ControlPlane.KubectlAsync(["delete", "clusterrolebinding", "drydock-operator"], cancellationToken: Token);
        try
        {
            var before = stage.ControlPlane.AuditedRequests().Count;
            await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false, WatchNamespaces = [served] });
            await op.WaitUntilReadyAsync(Token);
            await stage.ApplyAsync(stage.Manifest(served).ToJsonString());

            await stage.WaitForAsync(served, u => u.IsOver(), cancellationToken: Token);

            (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
            var requests = stage.ControlPlane.AuditedRequests().Skip(before).Where(r => r.User == Account).ToList();
            requests.ShouldNotBeEmpty();
            requests.Where(r => r.Code == 403).ShouldBeEmpty();
            requests.Where(r => r.Resource == "secrets").ShouldNotBeEmpty();
            requests.Where(r => r.Namespace != served && r.Namespace != UpgradeStage.OperatorNamespace && r.Resource != "customresourcedefinitions").ShouldBeEmpty();
            (await stage.GetUpgradeAsync(other)).Phase().ShouldBeEmpty("nobody serves that namespace");
        }
        finally
        {
            await stage.ControlPlane.KubectlAsync(["apply", "-k", Path.Combine(Repository.Root, "config", "rbac")], cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task View_edit_and_admin_roles_grant_the_documented_rights()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        using var book = new RoleBook(stage.ControlPlane);
        foreach (var role in new[] { "view", "edit", "admin" })
        {
            await stage.ControlPlane.KubectlAsync(["-n", space, "create", "rolebinding", role, $"--clusterrole={role}", $"--user=has-{role}"], cancellationToken: Token);
        }

        string[] kinds = ["omsupgrades", "databaserollingupgrades", "backupsnapshots", "snapshotrestores"];
        await Deadline.UntilAsync(
            "the roles to be aggregated",
            async token => await MayAsync("view", "get", "omsupgrades", token) && await MayAsync("edit", "create", "omsupgrades", token) && await MayAsync("admin", "create", "snapshotrestores", token),
            cancellationToken: Token);
        foreach (var kind in kinds)
        {
            var restores = kind == "snapshotrestores";
            foreach (var verb in new[] { "get", "list", "watch" })
            {
                (await MayAsync("view", verb, kind, Token)).ShouldBeTrue($"view {verb} {kind}");
                (await MayAsync("edit", verb, kind, Token)).ShouldBeTrue($"edit {verb} {kind}");
            }

            foreach (var verb in new[] { "create", "update", "patch", "delete", "deletecollection" })
            {
                (await MayAsync("view", verb, kind, Token)).ShouldBeFalse($"view {verb} {kind}");
                (await MayAsync("edit", verb, kind, Token)).ShouldBe(!restores, $"edit {verb} {kind}");
                (await MayAsync("admin", verb, kind, Token)).ShouldBeTrue($"admin {verb} {kind}");
            }

            (await MayAsync("admin", "update", kind + "/status", Token)).ShouldBeFalse($"the status of {kind} is the operator's");
        }

        // What makes rbac.aggregate safe by default: who may create an upgrade may read the Secrets it uses anyway.
        (await book.MayAsync("has-edit", new AuditedRequest("", "get", "", "secrets", space, "s", 0), cancellationToken: Token)).ShouldBeTrue();

        Task<bool> MayAsync(string role, string verb, string kind, CancellationToken token) =>
            book.MayAsync($"has-{role}", new AuditedRequest("", verb, "drydock.dev", kind, space, "", 0), cancellationToken: token);
    }

    private static async Task<IReadOnlyList<AuditedRequest>> RunUpgradesAsync(UpgradeStage stage)
    {
        var course = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        await using var leader = stage.StartOperator();
        await leader.WaitUntilReadyAsync(Token);
        await Deadline.UntilAsync("a leader", async token => (await leader.GetAsync("/metrics", token)).Contains("leader_election_master_status{name=\"drydock-operator\"} 1", StringComparison.Ordinal), cancellationToken: Token);
        await using var waiting = stage.StartOperator();
        await waiting.WaitUntilReadyAsync(Token);

        var space = await course.PrepareAsync(Token);
        await course.BeginAsync(space, Token);
        await course.OverAsync(space, Token);
        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "omsu,snaprestore,snap", "--all"], cancellationToken: Token);

        // One that is deleted while its plan stands: the operator looks whether the namespace goes away.
        var held = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(held);
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld");
        await stage.Oms.ResetAsync(Token);
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(held, u => u.IsHeld(), cancellationToken: Token);

        // Held twice for the same reason: the count of the Event is raised.
        await PauseAsync(stage, held, paused: true);
        await stage.WaitForAsync(held, u => !u.IsHeld() && u.Reason("Reconciling") == "Paused", cancellationToken: Token);
        await PauseAsync(stage, held, paused: false);
        await stage.WaitForAsync(held, u => u.IsHeld(), cancellationToken: Token);
        await stage.ControlPlane.KubectlAsync(["-n", held, "delete", "omsu", "--all", "--timeout=120s"], cancellationToken: Token);
        await waiting.StopAsync();
        await leader.StopAsync();
        return await WatchesInTheLogAsync(stage.ControlPlane, "leases", "omsupgrades", "databaserollingupgrades", "backupsnapshots", "snapshotrestores", "secrets");
    }

    private async Task<IReadOnlyList<AuditedRequest>> RunDatabaseAsync()
    {
        var stage = await databases.ResetAsync();
        await using var scenario = await TiDbScenario.StartAsync(
            stage.Run, new TiDbScenarioOptions { Cluster = new TiDbClusterOptions { Tidbs = 2, Pumps = 0, Drainer = false } }, Token);
        var space = await stage.NewNamespaceAsync(scenario);
        await using var op = stage.StartOperator();
        await stage.ApplyAsync(scenario.Manifest(space));
        await stage.WaitForAsync(space, scenario, u => u.IsOver("Succeeded"), cancellationToken: Token);
        await op.StopAsync();
        return stage.ControlPlane.AuditedRequests();
    }

    // The API server writes a watch down when it has ended.
    private static async Task<IReadOnlyList<AuditedRequest>> WatchesInTheLogAsync(
        ControlPlane controlPlane, params string[] resources)
    {
        await Deadline.UntilAsync(
            $"watches of {string.Join(", ", resources)} in the audit log",
            _ => Task.FromResult(!resources.Except(controlPlane.AuditedRequests().Where(r => r.Verb == "watch").Select(r => r.Resource), StringComparer.Ordinal).Any()),
            cancellationToken: Token);
        return controlPlane.AuditedRequests();
    }

    private static Task<string> PauseAsync(UpgradeStage stage, string space, bool paused) => stage.ControlPlane.KubectlAsync(
        ["-n", space, "patch", "omsupgrades.drydock.dev", UpgradeCourse.Name, "--type=merge", "-p", $"{{\"spec\":{{\"paused\":{(paused ? "true" : "false")}}}}}"], cancellationToken: Token);
}
