using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Snapshots;

/// <summary>A deleted snapshot whose files are to go and cannot.</summary>
public sealed class SnapshotDeletionTests
{
    [Fact]
    public async Task Missing_storage_Secret_stalls_deletion_until_it_exists()
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        var storages = new Storages(world.Api, new StorageRoots(["/snapshots"], time: world.Time), world.Time);
        var controller = new BackupSnapshotController(world.Services with { Storages = storages }, world.Writer, world);
        var taken = await world.GetAsync("one");
        BackupSnapshotController.ReferencedSecrets(taken).ShouldBeEmpty("an ended snapshot watches nothing");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        var again = await world.RemoveAsync("one", controller);

        var stalled = await world.GetAsync("one");
        var condition = stalled.Status!.Conditions.Single(c => c.Type == "Stalled");
        (stalled.Status.Phase, condition.Status, condition.Reason).ShouldBe(("Deleting", "True", "SecretMissing"));
        stalled.Status.Message.ShouldBe(condition.Message);
        string[] data =
            ["one-id-1/", "s3-keys", "storage.s3.credentialsSecretRef", "secretKey", "spec.deletionPolicy: Retain"];
        data.ShouldAllBe(datum => condition.Message!.Contains(datum, StringComparison.Ordinal));
        BackupSnapshotController.ReferencedSecrets(stalled).ShouldContain("s3-keys", "its creation wakes the snapshot");
        world.Events.All.ShouldContain((true, "one", "SecretMissing", condition.Message));
        again.ShouldNotBeNull();

        // Nothing new: nothing is written and nobody is told again.
        var (version, events) = (stalled.Metadata.ResourceVersion, world.Events.All.Count);
        await world.RemoveAsync("one", controller);
        ((await world.GetAsync("one")).Metadata.ResourceVersion, world.Events.All.Count).ShouldBe((version, events));

        await world.RemoveAsync("one");
        (await world.Api.GetAsync<BackupSnapshot>("one", SnapshotWorld.Space, Token)).ShouldBeNull();
        world.Archive.Removed.ShouldBe(["one-id-1"]);
    }

    [Theory]
    [InlineData(SnapshotFailure.StorageUnusable, "StorageUnusable")]
    [InlineData(SnapshotFailure.InvalidRequest, "SecretMissing")]
    public async Task DeletionPolicy_Retain_ends_stalled_deletion_and_keeps_files(
        SnapshotFailure failure, string reason)
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        world.Archive.OpenFails = new SnapshotException(failure, "bucket dumps: the keys are refused");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");
        var stalled = await world.GetAsync("one");
        stalled.Status!.Conditions.Single(c => c.Type == "Stalled").Reason.ShouldBe(reason);

        await world.Api.UpdateAsync(
            stalled with { Spec = stalled.Spec with { DeletionPolicy = DeletionPolicy.Retain } }, Token);
        await world.RemoveAsync("one");
        (await world.Api.GetAsync<BackupSnapshot>("one", SnapshotWorld.Space, Token)).ShouldBeNull();
        world.Archive.Removed.ShouldBeEmpty();
        world.Events.All.ShouldContain(e => e.Reason == "FilesRetained");
    }

    [Fact]
    public async Task Unwritable_volume_is_reported_until_files_are_removed()
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        world.Archive.BeforeRemove = static _ => throw new IOException("Read-only file system");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");
        (await world.GetAsync("one")).Status!.Message.ShouldBeWorded();

        world.Archive.BeforeRemove = null;
        await world.RemoveAsync("one");
        world.Archive.Removed.ShouldBe(["one-id-1"]);
    }

    [Fact]
    public async Task Partly_deleted_snapshot_is_unusable_and_keeps_no_file()
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        world.Archive.BeforeRemove = static _ => throw new IOException("Read-only file system");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");

        world.Archive.BeforeRemove = null;
        await world.Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new V1ObjectMeta { Name = "back", Namespace = SnapshotWorld.Space },
            Spec = new SnapshotRestoreSpec { SnapshotRef = new SnapshotReference { Name = "one" } },
        });
        var half = (await world.GetAsync("one")).Status!;
        half.Verified.ShouldBeNull();
        half.Conditions.Single(c => c.Type == ConditionTypes.Usable).Status.ShouldBe("False");
        await world.RemoveAsync("one");

        (await world.Api.GetAsync<BackupSnapshot>("one", SnapshotWorld.Space, Token)).ShouldBeNull();
        world.Archive.Removed.ShouldBe(["one-id-1"]);
    }

    [Fact]
    public async Task Failed_snapshot_asks_for_its_users_until_its_deletion_has_begun()
    {
        var world = new SnapshotWorld();
        var failed = await AddAsync(
            world, s => s with { Status = s.Status! with { Phase = BackupSnapshotPhases.Failed, Verified = null } });
        world.Archive.OpenFails = new SnapshotException(SnapshotFailure.StorageUnusable, "no route to host");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");

        world.Archive.OpenFails = null;
        await world.Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new V1ObjectMeta { Name = "back", Namespace = SnapshotWorld.Space },
            Spec = new SnapshotRestoreSpec
            {
                Files = new SnapshotFiles { Storage = failed.StoredIn(), Path = failed.Status!.Path! }
            },
        });
        await world.RemoveAsync("one");
        (await world.GetAsync("one")).Status!.Conditions.ShouldContain(c => c.Reason == Reasons.FilesInUse);
        world.Archive.Removed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Different_volume_stalls_deletion_until_the_right_one_is_mounted()
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        world.Archive.Marked = false;
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");
        var stalled = await world.GetAsync("one");
        stalled.Status!.Conditions.Single(c => c.Type == "Stalled").Reason.ShouldBe("StorageUnusable");
        stalled.Status.Message.ShouldBeWorded();
        world.Archive.Removed.ShouldBeEmpty();

        world.Archive.Marked = true;
        await world.RemoveAsync("one");
        (await world.Api.GetAsync<BackupSnapshot>("one", SnapshotWorld.Space, Token)).ShouldBeNull();
        world.Archive.Removed.ShouldBe(["one-id-1"]);
    }

    [Fact]
    public async Task Snapshot_deleted_during_expiry_keeps_phase_Expiring()
    {
        var world = new SnapshotWorld();
        await AddAsync(world, s => s with { Status = s.Status! with { Phase = BackupSnapshotPhases.Expiring } });
        world.Archive.OpenFails = new SnapshotException(SnapshotFailure.StorageUnusable, "no route to host");
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);
        await world.RemoveAsync("one");

        var stalled = await world.GetAsync("one");
        stalled.Status!.Phase.ShouldBe("Expiring");
        stalled.Status.Message!.ShouldContain(Labels.SnapshotFinalizer);
    }

    [Fact]
    public async Task Hanging_storage_keeps_no_worker()
    {
        var world = new SnapshotWorld();
        await AddAsync(world);
        var (begun, hangs) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Archive.BeforeRemove = _ =>
        {
            begun.TrySetResult();
            return hangs.Task;
        };
        await world.Api.DeleteAsync<BackupSnapshot>("one", SnapshotWorld.Space, cancellationToken: Token);

        while (!begun.Task.IsCompleted)
        {
            await Task.Yield();
            (await world.Controller.ReconcileAsync(await world.GetAsync("one"), Token)).RequeueAfter
                .ShouldBe(SnapshotWorld.Shown);
        }

        (await world.GetAsync("one")).Status!.Message.ShouldBeWorded();
        world.Archive.BeforeRemove = null;
        hangs.SetResult();
        await world.RemoveAsync("one");
        world.Archive.Removed.ShouldBe(["one-id-1"]);
    }

    [Theory]
    [InlineData(BackupSnapshotPhases.Succeeded, true)]
    [InlineData(BackupSnapshotPhases.Failed, true)]
    [InlineData(BackupSnapshotPhases.Expired, false)]
    public async Task Replaced_snapshot_keeps_its_finalizer_while_it_may_have_files(string phase, bool keeps)
    {
        var world = new SnapshotWorld();
        await AddAsync(world, s =>
            s with { Metadata = s.Metadata with { Finalizers = null }, Status = s.Status! with { Phase = phase } });
        for (var looks = 0; looks < 3; looks++)
        {
            await world.Controller.ReconcileAsync(await world.GetAsync("one"), Token);
        }

        ((await world.GetAsync("one")).Metadata.Finalizers?.Contains(Labels.SnapshotFinalizer) == true).ShouldBe(keeps);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<BackupSnapshot> AddAsync(
        SnapshotWorld world, Func<BackupSnapshot, BackupSnapshot>? change = null) =>
        world.AddAsync("one", 1, change: s => (change ?? (x => x))(s with
        {
            Metadata = s.Metadata with { Finalizers = [Labels.SnapshotFinalizer] },
            Spec = s.Spec with
            {
                DeletionPolicy = DeletionPolicy.Delete,
                Storage = new StorageSpec
                {
                    S3 = new Drydock.Crds.Common.S3Storage
                    {
                        Endpoint = "https://s3.example:9000",
                        Bucket = "dumps",
                        CredentialsSecretRef = new SecretReference { Name = "s3-keys" }
                    }
                },
            },
        }));
}
