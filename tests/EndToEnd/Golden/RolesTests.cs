namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>
/// The shipped roles hold what the operator needs and nothing else (<see cref="RoleBook"/>), by the audit log of the
/// golden run: an upgrade and its rollback, snapshots, a restore, kept output, copied credentials, claims, a replica
/// that waits for the lease, a pause, deletions. What only rolling upgrades of databases need:
/// <see cref="Databases.TiDbUpgradeTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class RolesTests(StageFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shipped_roles_grant_every_needed_right_and_no_other()
    {
        var golden = await fixture.RecordingAsync();

        await RoleBook.AssertNeededAsync(
            golden.Stage.ControlPlane, golden.Requests,
            right => !right.Resource.StartsWith(RoleBook.DatabaseUpgrades, StringComparison.Ordinal), Token);
    }

    [Fact]
    public async Task View_edit_and_admin_roles_grant_the_documented_rights()
    {
        var stage = (await fixture.RecordingAsync()).Stage;
        var space = await stage.NewNamespaceAsync();
        using var book = new RoleBook(stage.ControlPlane);
        foreach (var role in new[] { "view", "edit", "admin" })
        {
            await stage.ControlPlane.KubectlAsync(
                ["-n", space, "create", "rolebinding", role, $"--clusterrole={role}", $"--user=has-{role}"],
                cancellationToken: Token);
        }

        string[] kinds = ["omsupgrades", "databaserollingupgrades", "backupsnapshots", "snapshotrestores"];
        await Deadline.UntilAsync(
            "the roles to be aggregated",
            async token => await MayAsync("view", "get", "omsupgrades", token) && await MayAsync(
                "edit", "create", "omsupgrades", token) && await MayAsync("admin", "create", "snapshotrestores", token),
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

            (await MayAsync("admin", "update", kind + "/status", Token))
                .ShouldBeFalse($"the status of {kind} is the operator's");
        }

        // What makes rbac.aggregate safe by default: who may create an upgrade may read the Secrets it uses anyway.
        (await book.MayAsync(
            "has-edit", new AuditedRequest("", "get", "", "secrets", space, "s", 0), cancellationToken: Token))
            .ShouldBeTrue();

        Task<bool> MayAsync(string role, string verb, string kind, CancellationToken token) =>
            book.MayAsync(
                $"has-{role}", new AuditedRequest("", verb, "drydock.dev", kind, space, "", 0),
                cancellationToken: token);
    }
}
