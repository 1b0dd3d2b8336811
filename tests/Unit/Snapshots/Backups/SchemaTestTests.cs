using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Tests.Unit.Snapshots;

/// <summary>Tests of definitions: alone, and before a dump.</summary>
public sealed class SchemaTestTests
{
    private const string Name = "snap";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static BackupSnapshotSpec Spec { get; } = new()
    {
        Source = new DatabaseSource { Host = "db.example", CredentialsSecretRef = new SecretReference { Name = "db" } },
        Databases = ["rm", "cm"],
        Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
    };

    [Fact]
    public async Task Test_alone_stores_nothing_and_is_no_snapshot()
    {
        var world = await CreateAsync(Spec with { Contents = SnapshotContents.Definitions, Tool = DumpTool.MyDumper });
        var status = await EndedAsync(world);

        (status.Phase, status.Verified, status.DefinitionsSha256!.Length)
            .ShouldBe((BackupSnapshotPhases.Succeeded, null, 64));
        (status.SizeBytes, status.Databases[0].File, status.Databases[0].Tables).ShouldBe((null, null, 1));
        status.Conditions.Single(c => c.Type == ConditionTypes.Usable).Status.ShouldBe("False");
        var dump = world.Archive.Defined.ShouldHaveSingleItem();
        (dump.Definitions, dump.Tool).ShouldBe((true, DumpToolKind.MySqlDump));
        world.Archive.Tested.ShouldHaveSingleItem().Manifest.ShouldNotBeNull();
        world.Archive.Manifests.ShouldBeEmpty();
        world.Archive.Unfinished.ShouldBeEmpty();
        world.Archive.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Test_that_has_passed_is_deleted_without_asking_the_server()
    {
        var world = await CreateAsync(Spec with { Contents = SnapshotContents.Definitions });
        await EndedAsync(world);
        await world.Api.DeleteAsync<V1Secret>("db", SnapshotWorld.Space, cancellationToken: Token);
        await DeletedAsync(world);
        world.Archive.Cleared.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SnapshotContents.Definitions, SnapshotVerification.ReadBack, DeletionPolicy.Retain)]
    [InlineData(SnapshotContents.All, SnapshotVerification.Schema, DeletionPolicy.Retain)]
    [InlineData(SnapshotContents.All, SnapshotVerification.RestoreTest, DeletionPolicy.Retain)]
    [InlineData(SnapshotContents.All, SnapshotVerification.RestoreTest, DeletionPolicy.Delete)]
    public async Task Deletion_drops_what_a_killed_test_left(
        SnapshotContents contents, SnapshotVerification verify, DeletionPolicy policy)
    {
        var life = new RestoreLife("first", ("testing", 1));
        var world = await CreateAsync(
            Spec with { Contents = contents, Verify = verify, DeletionPolicy = policy }, life);
        await Should.ThrowAsync<OperationCanceledException>(
            () => world.UntilAsync(Name, BackupSnapshotPhases.Succeeded));
        await world.Controller.DisposeAsync();
        world = new SnapshotWorld(before: world);
        await DeletedAsync(world);
        world.Archive.Cleared.ShouldHaveSingleItem();
        (world.Archive.Unfinished.Count + world.Archive.Manifests.Count)
            .ShouldBe(contents == SnapshotContents.All && policy == DeletionPolicy.Retain ? 1 : 0);
    }

    [Fact]
    public async Task Refused_definitions_fail_the_test_and_its_snapshot()
    {
        foreach (var spec in new[]
        {
            Spec with { Contents = SnapshotContents.Definitions }, Spec with { Verify = SnapshotVerification.Schema }
        })
        {
            var world = await CreateAsync(spec);
            world.Archive.TestFindings.Add(
                new SnapshotFinding(SnapshotFailure.LoadFailed, "rm", "ERROR 1118: Row size too large."));
            var status = await EndedAsync(world);
            (status.Phase, status.Verified).ShouldBe((BackupSnapshotPhases.Failed, null));
            status.Message!.ShouldContain("ERROR 1118");
            world.Archive.Taken.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("1", null, SnapshotVerification.Schema)]
    [InlineData("2", null, SnapshotVerification.ReadBack)]
    [InlineData("1", "own", SnapshotVerification.Schema)]
    [InlineData("1", "none", SnapshotVerification.ReadBack)]
    public async Task Snapshot_counts_as_tested_only_with_the_same_definitions(
        string dumped, string? given, SnapshotVerification verified)
    {
        if (given == "own")
        {
            given = (await EndedAsync(
                await CreateAsync(Spec with { Contents = SnapshotContents.Definitions }))).DefinitionsSha256;
        }

        var world = await CreateAsync(Spec with { Verify = SnapshotVerification.Schema, TestedDefinitions = given });
        world.Archive.Meanwhile = () =>
        {
            world.Archive.Definition = world.Archive.Taken.Count > 0 ? dumped : world.Archive.Definition;
            return Task.CompletedTask;
        };
        var status = await EndedAsync(world);

        (status.Phase, status.Verified).ShouldBe((BackupSnapshotPhases.Succeeded, verified));
        status.Conditions.Single(c => c.Type == ConditionTypes.Usable).Status.ShouldBe("True");
        world.Archive.Defined.Count.ShouldBe(given is null ? 1 : 0);
        status.Message!.Contains("is unknown", StringComparison.Ordinal)
            .ShouldBe(verified == SnapshotVerification.ReadBack);
    }

    [Fact]
    public async Task Successor_completes_test_and_snapshot_killed_at_any_point()
    {
        foreach (var spec in new[]
        {
            Spec with { Contents = SnapshotContents.Definitions }, Spec with { Verify = SnapshotVerification.Schema }
        })
        {
            var undisturbed = new RestoreLife("operator");
            await EndedAsync(await CreateAsync(spec, undisturbed));
            foreach (var point in undisturbed.Points.GroupBy(p => p).SelectMany(
                g => Enumerable.Range(1, g.Count()).Select(n => (g.Key, n))))
            {
                var life = new RestoreLife("first", point);
                var first = await CreateAsync(spec, life);
                try
                {
                    await first.UntilAsync(Name, BackupSnapshotPhases.Succeeded);
                }
                catch (OperationCanceledException) when (life.IsDead)
                {
                    await first.Controller.DisposeAsync();
                }

                var world = new SnapshotWorld(before: first);
                var status = await EndedAsync(world);
                (status.Phase, status.Attempt).ShouldBe((BackupSnapshotPhases.Succeeded, 1), $"killed at {point}");
                world.Archive.Unfinished.ShouldBeEmpty($"killed at {point}");
                world.Archive.Manifests.Count.ShouldBe(
                    spec.Contents == SnapshotContents.All ? 1 : 0, $"killed at {point}");
            }
        }
    }

    [Fact]
    public async Task Contents_are_compared_only_of_tables_that_stayed_the_same()
    {
        foreach (var (after, compared) in new[] { ("7", 2), ("8", 0) })
        {
            var world = await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest });
            world.Archive.Checksums.Enqueue("7");
            world.Archive.Checksums.Enqueue(after);
            var status = await EndedAsync(world);
            (status.Phase, status.Verified)
                .ShouldBe((BackupSnapshotPhases.Succeeded, SnapshotVerification.RestoreTest));
            world.Archive.Tested.ShouldHaveSingleItem().Checksums.Count.ShouldBe(compared);
            status.Message!.Contains("rm.a, cm.a", StringComparison.Ordinal).ShouldBe(compared == 0);
        }
    }

    [Fact]
    public async Task Restore_test_after_a_restart_still_compares_contents()
    {
        var life = new RestoreLife("first", ("testing", 1));
        var world = await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest }, life);
        world.Archive.Checksums.Enqueue("7");
        world.Archive.Checksums.Enqueue("7");
        await Should.ThrowAsync<OperationCanceledException>(
            () => world.UntilAsync(Name, BackupSnapshotPhases.Succeeded));
        await world.Controller.DisposeAsync();
        world = new SnapshotWorld(before: world);
        world.Archive.Checksums.Enqueue("7");
        world.Archive.Checksums.Enqueue("7");

        var status = await EndedAsync(world);

        (status.Verified, world.Archive.Tested[^1].Checksums.Count)
            .ShouldBe((SnapshotVerification.RestoreTest, 2), status.Message);
    }

    // The upgrade owns both: which of them is removed first is not known.
    [Fact]
    public async Task Failed_test_without_its_Secret_is_deleted_with_an_Event()
    {
        var world = await CreateAsync(Spec with { Contents = SnapshotContents.Definitions });
        world.Archive.TestFindings.Add(
            new SnapshotFinding(SnapshotFailure.LoadFailed, "rm", "ERROR 1118: Row size too large."));
        await EndedAsync(world);
        await world.Api.DeleteAsync<V1Secret>("db", SnapshotWorld.Space, cancellationToken: Token);
        await world.Api.DeleteAsync<BackupSnapshot>(Name, SnapshotWorld.Space, cancellationToken: Token);

        await world.RemoveAsync(Name);

        (await world.Api.GetAsync<BackupSnapshot>(Name, SnapshotWorld.Space, Token)).ShouldBeNull();
        world.Events.All.ShouldContain(
            e => e.Reason == Reasons.SecretMissing && e.Message.Contains("drydock_verify_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deletion_of_a_test_with_a_hanging_server_keeps_no_worker()
    {
        var world = await CreateAsync(Spec with { Contents = SnapshotContents.Definitions });
        world.Archive.TestFindings.Add(
            new SnapshotFinding(SnapshotFailure.LoadFailed, "rm", "ERROR 1118: Row size too large."));
        await EndedAsync(world);
        await world.Api.DeleteAsync<BackupSnapshot>(Name, SnapshotWorld.Space, cancellationToken: Token);
        var (begun, hangs) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Archive.Passing = point =>
        {
            _ = point == "clearing" && begun.TrySetResult();
            return point == "clearing" ? hangs.Task : Task.CompletedTask;
        };
        while (!begun.Task.IsCompleted)
        {
            await Task.Yield();
            (await world.Controller.ReconcileAsync(await world.GetAsync(Name), Token)).RequeueAfter
                .ShouldBe(SnapshotWorld.Shown);
        }

        hangs.SetResult();
        await world.RemoveAsync(Name);
        (await world.Api.GetAsync<BackupSnapshot>(Name, SnapshotWorld.Space, Token)).ShouldBeNull();
    }

    private static async Task<SnapshotWorld> CreateAsync(BackupSnapshotSpec spec, RestoreLife? life = null)
    {
        var world = new SnapshotWorld(life);
        await world.Api.CreateAsync(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "db", Namespace = SnapshotWorld.Space },
            Data = OmsWorld.Bytes(("username", "u"), ("password", "p")),
        });
        await world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = Name, Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = spec,
        });
        return world;
    }

    private static async Task<BackupSnapshotStatus> EndedAsync(SnapshotWorld world)
    {
        await world.UntilAsync(Name, BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        return (await world.GetAsync(Name)).Status!;
    }

    private static async Task DeletedAsync(SnapshotWorld world)
    {
        await world.Controller.ReconcileAsync(await world.GetAsync(Name), Token);
        await world.Api.DeleteAsync<BackupSnapshot>(Name, SnapshotWorld.Space, cancellationToken: Token);
        await world.UntilAsync(Name);
    }
}
