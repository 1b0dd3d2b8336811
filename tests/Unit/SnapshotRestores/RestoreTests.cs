using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Tests.Unit.World;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.SnapshotRestores;

public sealed class RestoreTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Every_database_comes_back_and_then_nothing_is_held_or_looked_at()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 });

        _world.Server.Databases["rm"].ShouldBe(_world.Snapshots.ContentOf("rm"));
        _world.Server.Databases["cm"].ShouldBe(_world.Snapshots.ContentOf("cm"));
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
        var status = await _world.StatusAsync();
        status.Progress.ShouldBe("2/2");
        status.SnapshotID.ShouldBe("snap-1");
        status.SnapshotTakenAt.ShouldBe(_world.Snapshots.Manifest!.StartedAt);
        status.Databases.ShouldAllBe(d => d.State == RestoreState.Restored && d.Dropped && d.TablesBefore == 7 && d.Rows == 3);
        status.Receipt!.Keys.ShouldNotContain(k => k.StartsWith("session/", StringComparison.Ordinal));
        Condition(status, ConditionTypes.Ready).ShouldBe("True/Succeeded");
        Condition(status, ConditionTypes.Succeeded).ShouldBe("True/Succeeded");
        Condition(status, ConditionTypes.Reconciling).ShouldBe("False/Succeeded");
        (await _world.ClaimsAsync()).ShouldBeEmpty();

        var requests = _world.Api.Log.Count;
        var points = op.Life.Points.Count;
        var restore = (await _world.GetAsync())!;
        (await op.Controller.ReconcileAsync(restore, TestContext.Current.CancellationToken)).RequeueAfter.ShouldBeNull();
        _world.Api.Log.Count.ShouldBe(requests + 1, "only the test's own read");
        op.Life.Points.Count.ShouldBe(points);
    }

    [Fact]
    public async Task A_database_that_may_not_be_dropped_ends_it_before_anything_is_changed_and_allowing_it_goes_on()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { AllowDrop = ["rm"] });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);

        var status = await _world.StatusAsync();
        Condition(status, ConditionTypes.Failed).ShouldBe($"True/{Reasons.DropNotAllowed}");
        Condition(status, ConditionTypes.Stalled).ShouldBe($"True/{Reasons.DropNotAllowed}");
        status.Message!.ShouldContain("database cm exists");
        status.Message!.ShouldContain("spec.allowDrop");
        _world.Server.Drops.ShouldBeEmpty();
        op.Loader.Checked.ShouldBeEmpty();
        await op.OnceAsync();
        (await _world.ClaimsAsync()).ShouldBeEmpty();

        await _world.ChangeAsync(s => s with { AllowDrop = ["rm", "cm"] });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_needs_no_permission()
    {
        _world.Server.Databases.Remove("cm");
        await _world.CreateAsync(RestoreWorld.Spec with { AllowDrop = ["rm"] });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        (await _world.StatusAsync()).Databases.Single(d => d.Name == "cm").Dropped.ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_made_by_somebody_between_look_and_drop_is_not_dropped()
    {
        _world.Server.Databases.Remove("cm");
        await _world.CreateAsync(RestoreWorld.Spec with { AllowDrop = ["rm"] });
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            _world.Server.Databases["cm"] = "somebody's";
            return null;
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Databases["cm"].ShouldBe("somebody's");
        Condition(await _world.StatusAsync(), ConditionTypes.Failed).ShouldBe($"True/{Reasons.DropNotAllowed}");
    }

    [Fact]
    public async Task Mode_Plan_verifies_and_says_what_would_be_dropped_and_changes_nothing()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Mode = RunMode.Plan, AllowDrop = [] });
        _world.Server.Connect("alice", "rm", "mysql");
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);

        var restore = (await _world.GetAsync())!;
        restore.Status!.Databases.ShouldAllBe(d => d.State == RestoreState.Pending && d.Dropped && d.TablesBefore == 7);
        restore.Status.Message!.ShouldContain("spec.allowDrop lacks rm, cm");
        restore.Status.Message!.ShouldContain("alice");
        Condition(restore.Status, ConditionTypes.Ready).ShouldBe($"True/{Reasons.PlanReady}");
        restore.Metadata.Finalizers.ShouldBeNull();
        op.Loader.Checked.ShouldBe(["rm", "cm"]);
        _world.Server.Drops.ShouldBeEmpty();
        _world.Server.Ended.ShouldBeEmpty();
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Planned_goes_on_when_mode_becomes_Apply()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Mode = RunMode.Plan });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        await _world.ChangeAsync(s => s with { Mode = RunMode.Apply });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task A_damaged_dump_of_any_database_keeps_all_of_them_as_they_are()
    {
        _world.Snapshots.Damaged.Add("cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        Condition(await _world.StatusAsync(), ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotInvalid}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dump_that_is_cut_after_it_was_verified_is_noticed_before_the_drop()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            _world.Snapshots.Truncated.Add("cm");
            return null;
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Drops.ShouldBe(["rm"]);
        _world.Server.Databases["cm"].ShouldBe("cm of today");
        (await _world.StatusAsync()).Message!.ShouldContain("cm was not dropped");
    }

    [Fact]
    public async Task Sessions_of_strangers_are_named_waited_for_and_never_ended()
    {
        var alice = _world.Server.Connect("alice", "cm", "mysql");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);

        var status = await _world.StatusAsync();
        status.Message!.ShouldContain("alice");
        status.Message!.ShouldContain(alice.Host);
        status.Message!.ShouldContain("mysql");
        Condition(status, ConditionTypes.Stalled).ShouldStartWith("False");
        _world.Server.Drops.ShouldBeEmpty();

        _world.Server.End(alice, killed: false);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Ended.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_way_back_of_an_upgrade_ends_every_session_and_uses_the_upgrades_claim()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(labels: await _world.UpgradeAsync());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        await op.OnceAsync();
        _world.Server.Ended.ShouldBe(["oms:cm"]);
        (await _world.ClaimsAsync()).ShouldBe(["OmsUpgrade oms/up"]);
    }

    [Fact]
    public async Task A_label_of_an_upgrade_that_does_not_exist_ends_no_session()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(labels: new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.UpgradeUid] = "1", [Labels.UpgradeName] = "up" });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        _world.Server.Ended.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_an_upgrade_works_on_one_of_the_databases_a_restore_of_any_of_them_waits()
    {
        await _world.UpgradeAsync();
        await _world.CreateAsync(RestoreWorld.Spec with { Databases = ["cm"] });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        (await _world.StatusAsync()).Message!.ShouldContain("OmsUpgrade oms/up");
        _world.Server.Drops.ShouldBeEmpty();

        var upgrade = (await _world.Api.GetAsync<Drydock.Crds.OmsUpgrades.OmsUpgrade>("up", RestoreWorld.Space))!;
        await _world.Api.UpdateStatusAsync(upgrade with { Status = upgrade.Status! with { Target = null } });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["cm"]);
    }

    [Fact]
    public async Task A_claim_of_another_restore_is_waited_for()
    {
        await _world.CreateAsync();
        var claims = new Drydock.Reconcilers.Common.TargetClaims(_world.Api, "drydock-system", _world.Time);
        var other = await _world.Api.CreateAsync(new SnapshotRestore { Kind = SnapshotRestore.KindName, Metadata = new() { Name = "other", Namespace = RestoreWorld.Space } });
        await claims.TakeAsync($"{_world.Server.Identity}/cm", other, CancellationToken.None);
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        (await _world.StatusAsync()).Message!.ShouldContain("SnapshotRestore oms/other");
        (await _world.ClaimsAsync()).ShouldBe(["SnapshotRestore oms/other"]);
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("read-only", Reasons.AccessDenied, "read-only")]
    [InlineData("locks", Reasons.LockUnavailable, "GET_LOCK")]
    [InlineData("privilege", Reasons.AccessDenied, "lacks DROP on `rm`.*")]
    [InlineData("space", Reasons.NoSpace, "make room")]
    [InlineData("unreachable", Reasons.ServerUnreachable, "Can't connect")]
    public async Task What_stands_against_it_at_the_server_is_found_before_anything_and_looked_at_again(string what, string reason, string words)
    {
        var repair = Break(what);
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled) is { Status: "True" });
        var status = await _world.StatusAsync();
        Condition(status, ConditionTypes.Stalled).ShouldBe($"True/{reason}");
        Condition(status, ConditionTypes.Failed).ShouldStartWith("False");
        status.Message!.ShouldContain(words);
        _world.Server.Drops.ShouldBeEmpty();

        repair();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Code_that_runs_as_another_account_needs_the_privilege_to_create_it()
    {
        _world.Server.Grants.Clear();
        _world.Server.Grants.Add("GRANT ALL PRIVILEGES ON `rm`.* TO `drc`@`%`");
        _world.Server.Grants.Add("GRANT ALL PRIVILEGES ON `cm`.* TO `drc`@`%`");
        _world.Server.Definers.Add("root@localhost");
        _world.Snapshots.Manifest = _world.Snapshots.Manifest! with { Databases = [.. _world.Snapshots.Manifest.Databases.Select(d => d with { Views = [new SnapshotObject("v", null)] })] };
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled) is { Status: "True" });
        (await _world.StatusAsync()).Message!.ShouldContain("root@localhost");
        _world.Server.Grants.Add("GRANT SET USER ON *.* TO `drc`@`%`");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Another_snapshot_of_the_same_name_is_not_restored()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { SnapshotRef = new SnapshotReference { Name = "snap", Uid = "another" } });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        Condition(await _world.StatusAsync(), ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotMissing}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(BackupSnapshotPhases.Expiring)]
    [InlineData(BackupSnapshotPhases.Expired)]
    [InlineData(BackupSnapshotPhases.Failed)]
    public async Task Nothing_is_restored_from_a_snapshot_that_is_given_up(string phase)
    {
        await _world.CreateAsync(snapshot: s => s with { Status = s.Status! with { Phase = phase } });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_snapshot_without_manifest_is_missing()
    {
        _world.Snapshots.Manifest = null;
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        Condition(await _world.StatusAsync(), ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotMissing}");
    }

    [Fact]
    public async Task Files_without_an_object_are_restored_to_the_target_named()
    {
        await _world.CreateAsync(new SnapshotRestoreSpec
        {
            Files = new SnapshotFiles { Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } }, Path = "snap-1" },
            Target = new DatabaseSource { Host = "db.example", CredentialsSecretRef = new SecretReference { Name = "db" } },
            AllowDrop = ["rm", "cm"],
        });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task A_missing_Secret_is_waited_for()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Target = new DatabaseSource { Host = "h", CredentialsSecretRef = new SecretReference { Name = "later" } } });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled) is { Status: "True", Reason: Reasons.SecretMissing });
        SnapshotRestoreController_ReferencedSecrets().ShouldContain("later");
        var secret = (await _world.Api.GetAsync<Drydock.Clients.Kubernetes.CoreTypes.V1Secret>("db", RestoreWorld.Space))!;
        await _world.Api.CreateAsync(secret with { Metadata = new() { Name = "later", Namespace = RestoreWorld.Space } });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);

        IEnumerable<string> SnapshotRestoreController_ReferencedSecrets() => Reconcilers.SnapshotRestores.SnapshotRestoreController.ReferencedSecrets(_world.GetAsync().GetAwaiter().GetResult()!);
    }

    [Fact]
    public async Task A_load_that_fails_says_which_database_is_not_whole_and_a_retry_touches_only_the_rest()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database => database == "cm" ? new SnapshotException(SnapshotFailure.LoadFailed, "mysql loading cm ended with 1: ERROR 1064 at line 7") : null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        var status = await _world.StatusAsync();
        Condition(status, ConditionTypes.Failed).ShouldBe($"True/{Reasons.RestoreFailed}");
        status.Message!.ShouldContain("Not whole now: cm");
        status.Databases.Select(d => d.State).ShouldBe([RestoreState.Restored, RestoreState.Loading]);
        (await _world.ClaimsAsync()).Count.ShouldBe(2, "half restored databases stay claimed");

        op.Loader.Fault = null;
        await _world.AnnotateAsync(Annotations.Retry, "again");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm", "cm"]);
        status = await _world.StatusAsync();
        status.Attempt.ShouldBe(2);
        status.Databases.ShouldAllBe(d => d.TablesBefore == 7);
        status.UsedTokens.Single().Token.ShouldBe("again");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again_without_anybody()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        var broken = 0;
        op.Loader.Fault = database => broken++ < 2 ? new SnapshotException(SnapshotFailure.LoadFailed, "mysql loading rm ended with 1: ERROR 2013 (HY000): Lost connection") : null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "rm", "rm", "cm"]);
    }

    [Fact]
    public async Task Paused_finishes_the_database_under_way_and_begins_no_other()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            _world.ChangeAsync(s => s with { Paused = true }).GetAwaiter().GetResult();
            return null;
        };
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.Paused);
        _world.Server.Drops.ShouldBe(["rm"]);
        (await _world.StatusAsync()).Databases.Select(d => d.State).ShouldBe([RestoreState.Restored, RestoreState.Pending]);
        (await op.OnceAsync()).ShouldBeNull();

        op.Loader.Fault = null;
        await _world.ChangeAsync(s => s with { Paused = false });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
    }

    [Fact]
    public async Task Paused_from_the_beginning_begins_nothing()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Paused = true });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.Paused);
        op.Life.Points.ShouldNotContain("look");
    }

    [Fact]
    public async Task A_restore_that_takes_too_long_fails()
    {
        _world.Server.Connect("alice", "cm");
        await _world.CreateAsync(RestoreWorld.Spec with { Timeout = "5m" });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Message!.ShouldContain("spec.timeout");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_secret_is_in_status_or_events()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = _ => new SnapshotException(SnapshotFailure.LoadFailed, "mysql ended with 1: ERROR 1064");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        System.Text.Json.JsonSerializer.Serialize((await _world.GetAsync())!, Drydock.Crds.CrdsJsonContext.Default.SnapshotRestore).ShouldNotContain(Canary.MetaPassword);
        _world.Events.All.ShouldAllBe(e => !e.Message.Contains(Canary.MetaPassword, StringComparison.Ordinal));
    }

    private static string Condition(SnapshotRestoreStatus status, string type) =>
        status.Conditions.Find(c => c.Type == type) is { } condition ? $"{condition.Status}/{condition.Reason}" : "none";

    private Action Break(string what)
    {
        switch (what)
        {
            case "read-only":
                _world.Server.ReadOnly = true;
                return () => _world.Server.ReadOnly = false;
            case "locks":
                _world.Server.NamedLocks = false;
                return () => _world.Server.NamedLocks = true;
            case "privilege":
                var all = _world.Server.Grants[0];
                _world.Server.Grants[0] = "GRANT SELECT, INSERT, CREATE, ALTER, INDEX, LOCK TABLES ON *.* TO `drc`@`%`";
                return () => _world.Server.Grants[0] = all;
            case "space":
                _world.Server.FreeBytes = 10;
                return () => _world.Server.FreeBytes = 1 << 20;
            default:
                _world.Server.Unreachable = true;
                return () => _world.Server.Unreachable = false;
        }
    }
}
