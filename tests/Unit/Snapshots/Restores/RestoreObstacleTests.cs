using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Snapshots;

/// <summary>What a restore waits for: sessions, claims, the server, a Secret.</summary>
public sealed class RestoreObstacleTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Foreign_sessions_are_named_awaited_and_never_ended()
    {
        var alice = _world.Server.Connect("alice", "cm", "mysql");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);

        var status = await _world.StatusAsync();
        status.Message!.ShouldContain("alice");
        status.Message!.ShouldContain(alice.Host);
        status.Message!.ShouldContain("mysql");
        status.Standing(ConditionTypes.Stalled).ShouldBe("none");
        _world.Server.Drops.ShouldBeEmpty();

        _world.Server.End(alice, killed: false);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Ended.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_of_an_upgrade_ends_sessions_and_uses_its_claim()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        await op.OnceAsync();
        _world.Server.Ended.ShouldBe(["oms:cm"]);
        (await _world.ClaimsAsync()).ShouldBe(["OmsUpgrade oms/up"]);
    }

    [Fact]
    public async Task Restore_of_an_upgrade_waits_while_a_container_runs()
    {
        _world.Server.Connect("oms", "cm");
        _world.InUse = "Container oms_422 on oms-a runs.";
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);

        (await _world.StatusAsync()).Message.ShouldNotBeNull().ShouldContain("oms_422 on oms-a runs");
        _world.Server.Ended.ShouldBeEmpty();
        _world.Server.Drops.ShouldBeEmpty();

        _world.InUse = null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Ended.ShouldBe(["oms:cm"]);
    }

    [Fact]
    public async Task Restore_of_an_upgrade_onto_another_server_waits_for_a_decision()
    {
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        _world.Server.Identity = "uuid:77aa";
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);

        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}");
        status.Message.ShouldNotBeNull().ShouldContain("uuid:77aa");
        status.Message.ShouldContain("uuid:0b6f");
        _world.Server.Drops.ShouldBeEmpty();

        var words = status.Message.Split([' ', '`'], StringSplitOptions.RemoveEmptyEntries);
        await _world.AnnotateAsync(Annotations.Approve, words.Single(
            w => w.StartsWith($"{Annotations.Approve}=", StringComparison.Ordinal)).Split('=')[1]);
        await _world.AnnotateAsync(Annotations.Retry, "1");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Another_server_found_after_the_verification_is_not_touched()
    {
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        var life = new RestoreLife("operator")
        {
            Passing = point =>
            {
                _world.Server.Identity = point == "check cm" ? "uuid:77aa" : _world.Server.Identity;
                return Task.CompletedTask;
            },
        };
        await using var op = new RestoreOperator(_world, life);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);

        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}");
        status.Message.ShouldNotBeNull().ShouldContain("uuid:77aa");
        _world.Server.Drops.ShouldBeEmpty();
        _world.Server.Witnesses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Claims_of_a_former_server_are_released_too()
    {
        await _world.CreateAsync();
        var life = new RestoreLife("operator")
        {
            Passing = point =>
            {
                _world.Server.Identity = point == "check cm" ? "uuid:77aa" : _world.Server.Identity;
                return Task.CompletedTask;
            },
        };
        await using var op = new RestoreOperator(_world, life);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        _world.Server.Drops.ShouldBeEmpty("another server needs another word");
        await _world.ApproveAsync();
        await op.UntilAsync(
            r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 });
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_whose_owner_does_not_await_it_ends_no_session()
    {
        _world.Server.Connect("oms", "cm");
        var owners = await _world.UpgradeAsync(claim: false);
        await _world.CreateAsync(owners: owners);
        await _world.ApproveAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        _world.Server.Ended.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_waits_while_an_upgrade_works_on_its_databases()
    {
        await _world.UpgradeAsync();
        await _world.CreateAsync(RestoreWorld.Spec with { Databases = ["cm"] });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        (await _world.StatusAsync()).Message!.ShouldContain("OmsUpgrade oms/up");
        _world.Server.Drops.ShouldBeEmpty();

        var upgrade = (await _world.Api.GetAsync<Drydock.Crds.OmsUpgrades.OmsUpgrade>("up", RestoreWorld.Space))!;
        await _world.Api.UpdateStatusAsync(upgrade with { Status = upgrade.Status! with { Target = null } });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["cm"]);
    }

    [Fact]
    public async Task Upgrade_that_begins_during_claiming_comes_first()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Databases = ["cm"] });
        var begun = false;
        _world.Api.Before = async request =>
        {
            if (!begun && request is { Verb: "create", Resource: "leases" })
            {
                begun = true;
                await _world.UpgradeAsync();
            }
        };
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded
            || r.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        _world.Server.Drops.ShouldBeEmpty();
        (await _world.StatusAsync()).Message!.ShouldContain("OmsUpgrade oms/up");
        (await _world.ClaimsAsync()).ShouldBe(["OmsUpgrade oms/up"]);
    }

    [Fact]
    public async Task Half_restored_database_stays_claimed_when_an_upgrade_begins()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Databases = ["cm"] });
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = _ => new SnapshotException(
            SnapshotFailure.LoadFailed, "mysql loading cm ended with 1: ERROR 1064 at line 7");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        await _world.UpgradeAsync();
        await _world.AnnotateAsync(Annotations.Retry, "again");
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        (await _world.ClaimsAsync()).ShouldBe(["OmsUpgrade oms/up", "SnapshotRestore oms/back"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(30, "rm cm")]
    [InlineData(90, "rm cm rm cm")]
    public async Task Verification_is_repeated_only_after_a_long_wait(int minutes, string read)
    {
        await _world.CreateAsync();
        var claims = new TargetClaims(_world.Api, "drydock-system", _world.Time);
        var other = await _world.Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new() { Name = "other", Namespace = RestoreWorld.Space }
        });
        var cm = new ClaimTarget($"{_world.Server.Identity}/cm", []);
        await claims.ClaimAsync(cm, other, adopt: null, keep: false, CancellationToken.None);
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        await claims.ReleaseAsync(cm.Names(RestoreWorld.Space), other.Metadata.Uid!, CancellationToken.None);
        _world.Time.Advance(TimeSpan.FromMinutes(minutes));
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        op.Loader.Checked.ShouldBe(read.Split(' '));
    }

    [Fact]
    public async Task Restore_waits_for_the_claim_of_another_restore()
    {
        await _world.CreateAsync();
        var claims = new TargetClaims(_world.Api, "drydock-system", _world.Time);
        var other = await _world.Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new() { Name = "other", Namespace = RestoreWorld.Space }
        });
        await claims.ClaimAsync(
            new ClaimTarget($"{_world.Server.Identity}/cm", []), other, adopt: null, keep: false,
            CancellationToken.None);
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.TargetBusy);
        (await _world.StatusAsync()).Message!.ShouldContain("SnapshotRestore oms/other");
        (await _world.ClaimsAsync()).ShouldBe(["SnapshotRestore oms/other"]);
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("read-only", Reasons.AccessDenied, "read-only")]
    [InlineData("locks", Reasons.AccessDenied, "lacks CREATE on `drydock_fence`.*")]
    [InlineData("privilege", Reasons.AccessDenied, "lacks DROP on `rm`.*")]
    [InlineData("space", Reasons.NoSpace, "10 bytes free")]
    [InlineData("unreachable", Reasons.ServerUnreachable, "Can't connect")]
    public async Task Server_problem_stalls_before_any_drop_until_corrected(
        string what, string reason, string words)
    {
        var repair = Break(what);
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled) is { Status: "True" });
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Stalled).ShouldBe($"True/{reason}");
        status.Standing(ConditionTypes.Failed).ShouldBe("none");
        status.Message!.ShouldContain(words);
        _world.Server.Drops.ShouldBeEmpty();

        repair();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Views_of_another_definer_need_the_SET_USER_privilege()
    {
        _world.Server.Grants.Clear();
        _world.Server.Grants.Add("GRANT ALL PRIVILEGES ON `rm`.* TO `drc`@`%`");
        _world.Server.Grants.Add("GRANT ALL PRIVILEGES ON `cm`.* TO `drc`@`%`");
        _world.Server.Definers.Add("root@localhost");
        _world.Snapshots.Manifest = _world.Snapshots.Manifest! with
        {
            Databases =
                [.. _world.Snapshots.Manifest.Databases.Select(d => d with { Views = [new SnapshotObject("v", null)] })]
        };
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled) is { Status: "True" });
        (await _world.StatusAsync()).Message!.ShouldContain("root@localhost");
        _world.Server.Grants.Add("GRANT SET USER ON *.* TO `drc`@`%`");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Theory]
    [InlineData(BackupSnapshotPhases.Expiring)]
    [InlineData(BackupSnapshotPhases.Expired)]
    [InlineData(BackupSnapshotPhases.Failed)]
    public async Task Expired_or_failed_snapshot_is_not_restored(string phase)
    {
        await _world.CreateAsync(snapshot: s => s with { Status = s.Status! with { Phase = phase } });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Snapshot_without_manifest_is_missing()
    {
        _world.Snapshots.Manifest = null;
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotMissing}");
    }

    [Fact]
    public async Task Files_outside_the_storage_roots_are_refused()
    {
        _world.OpenFails = new SnapshotException(
            SnapshotFailure.NotAllowed,
            "storage.directory.path '/etc' is not below a storage root of the operator (/snapshots).");
        await _world.CreateAsync(FromFiles());
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled)
            is { Status: "True", Reason: Reasons.InvalidSpec } stalled
            && stalled.Message!.Contains("not below a storage root", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "other", "belongs to BackupSnapshot other/snap of another namespace, and namespace oms may not use it. Create "
            + "the object in namespace other, or have")]
    [InlineData(
        null, "does not record the namespace that it belongs to, and namespace oms may not use it. Take a new "
            + "snapshot, or have")]
    public async Task Snapshot_of_another_namespace_is_refused(string? owner, string words)
    {
        _world.Snapshots.Manifest =
            _world.Snapshots.Manifest! with { Owner = owner is null ? null : new SnapshotOwner(owner, "snap", "uid") };
        await _world.CreateAsync(FromFiles());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.ForeignSnapshot}");
        status.Message!.ShouldContain(words);
        status.Message!.ShouldContain("--storage-shared");
    }

    [Fact]
    public async Task Snapshot_of_another_namespace_is_restored_from_shared_storage()
    {
        _world.Shared = true;
        _world.Snapshots.Manifest =
            _world.Snapshots.Manifest! with { Owner = new SnapshotOwner("other", "snap", "uid") };
        await _world.CreateAsync(FromFiles());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Files_without_an_object_are_restored_to_named_target()
    {
        await _world.CreateAsync(FromFiles());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Restore_waits_for_a_missing_Secret()
    {
        await _world.CreateAsync(RestoreWorld.Spec with
        {
            Target = new DatabaseSource { Host = "h", CredentialsSecretRef = new SecretReference { Name = "later" } }
        });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Stalled)
            is { Status: "True", Reason: Reasons.SecretMissing });
        SnapshotRestoreController.ReferencedSecrets((await _world.GetAsync())!).ShouldContain("later");
        var secret = (await _world.Api.GetAsync<V1Secret>("db", RestoreWorld.Space))!;
        await _world.Api.CreateAsync(
            secret with { Metadata = new() { Name = "later", Namespace = RestoreWorld.Space } });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    private static SnapshotRestoreSpec FromFiles() => new()
    {
        Files = new SnapshotFiles
        {
            Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
            Path = "snap-1"
        },
        Target = new DatabaseSource { Host = "db.example", CredentialsSecretRef = new SecretReference { Name = "db" } },
        NotAfter = RestoreWorld.Spec.NotAfter,
    };

    private Action Break(string what)
    {
        switch (what)
        {
            case "read-only":
                _world.Server.ReadOnly = true;
                return () => _world.Server.ReadOnly = false;
            case "locks":
                _world.Server.NamedLocks = false;
                var global = _world.Server.Grants[0];
                _world.Server.Grants[0] = "GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO `drc`@`%`";
                _world.Server.Grants.AddRange(
                    ((string[])["rm", "cm"]).Select(d => $"GRANT ALL PRIVILEGES ON `{d}`.* TO `drc`@`%`"));
                return () =>
                {
                    _world.Server.Grants.RemoveRange(1, 2);
                    _world.Server.Grants[0] = global;
                };
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
