using Drydock.Reconcilers.Snapshots;
using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Tests.Unit.Snapshots;

public sealed class SnapshotTests
{
    private readonly SnapshotWorld _world = new();

    private static BackupSnapshotSpec Spec { get; } = new()
    {
        Source = new DatabaseSource { Host = "db.example", CredentialsSecretRef = new SecretReference { Name = "db" } },
        Databases = ["rm", "cm"],
        Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/snapshots" } },
    };

    [Fact]
    public async Task Spec_options_reach_the_dump_and_test_requests()
    {
        await CreateAsync(Spec with
        {
            Tool = DumpTool.MyDumper,
            Threads = 7,
            Series = "prod",
            Acknowledge = ["ObjectsHidden/rm"],
            PathPrefix = "nightly",
            Encryption = new EncryptionSpec { Recipients = ["age1" + new string('q', 58)] },
            Verify = SnapshotVerification.RestoreTest,
            AgeIdentitySecretRef = new SecretReference { Name = "age" },
        });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);

        (await _world.GetAsync("snap")).Status!.Message!.ShouldContain("scratch database");
        var request = _world.Archive.Taken.ShouldHaveSingleItem();
        request.Tool.ShouldBe(DumpToolKind.MyDumper);
        request.Threads.ShouldBe(7);
        request.Series.ShouldBe("prod");
        request.Acknowledged.ShouldBe(["ObjectsHidden/rm"]);
        request.Recipients.ShouldHaveSingleItem();
        request.Location.Path.ShouldBe("nightly");
        var test = _world.Archive.Tested.ShouldHaveSingleItem();
        test.Identity.ShouldBe(Canary.MetaPassword);
        test.ToString().ShouldNotContain(Canary.MetaPassword);
        (await _world.GetAsync("snap")).Status!.Path.ShouldStartWith("nightly/snap-");
    }

    [Fact]
    public async Task Snapshot_without_storage_keeps_the_default_of_its_beginning()
    {
        _world.Archive.OpenFails = new SnapshotException(SnapshotFailure.StorageUnusable, "full");
        await CreateAsync(Spec with { Storage = null });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        (_world.Archive.DefaultDirectory, _world.Archive.OpenFails) = ("/other", null);
        await RetryAsync("2");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);

        var snapshot = await _world.GetAsync("snap");
        snapshot.Spec.Storage.ShouldBeNull();
        snapshot.Status!.StorageDirectory.ShouldBe("/default");
        _world.Archive.Opened.ShouldAllBe(storage => storage.Directory!.Path == "/default");
    }

    [Theory]
    [InlineData(DatabaseTlsMode.Disabled, true)]
    [InlineData(DatabaseTlsMode.VerifyCA, false)]
    [InlineData(DatabaseTlsMode.VerifyIdentity, false)]
    public async Task Snapshot_warns_once_of_a_server_that_is_not_verified(DatabaseTlsMode mode, bool warns)
    {
        await CreateAsync(Spec with { Source = Spec.Source with { Tls = new DatabaseTls { Mode = mode } } });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);

        var events = _world.Events.All.Where(e => e.Reason == Reasons.ServerUnverified).ToList();
        events.Count.ShouldBe(warns ? 1 : 0);
        events.ShouldAllBe(
            e => e.IsWarning && e.Message.Contains($"spec.source.tls.mode: {mode}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Storage_outside_the_roots_is_refused_and_nothing_is_dumped()
    {
        _world.Archive.OpenFails = new SnapshotException(
            SnapshotFailure.NotAllowed,
            "storage.directory.path '/etc' is not below a storage root of the operator (/snapshots).");
        await CreateAsync(Spec);
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        var status = (await _world.GetAsync("snap")).Status!;
        status.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason.ShouldBe(Reasons.InvalidSpec);
        status.Message.ShouldBeWorded();
        _world.Archive.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Manifest_records_the_object_it_was_taken_for()
    {
        await CreateAsync(Spec);
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        var snapshot = await _world.GetAsync("snap");
        _world.Archive.Taken.ShouldHaveSingleItem().Owner
            .ShouldBe(new SnapshotOwner(SnapshotWorld.Space, "snap", snapshot.Metadata.Uid!));
    }

    [Fact]
    public async Task Snapshot_that_fails_restore_test_is_not_verified()
    {
        await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest });
        _world.Archive.TestFindings.Add(new SnapshotFinding(
            SnapshotFailure.CatalogueMismatch, "rm", "rm: triggers missing in the scratch database: tr1."));
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        var status = (await _world.GetAsync("snap")).Status!;
        status.Phase.ShouldBe(BackupSnapshotPhases.Failed);
        status.Verified.ShouldBeNull();
        status.Message!.ShouldContain("tr1");
        status.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason.ShouldBe(Reasons.SnapshotInvalid);
    }

    // Eight digits of the uid are in the id: a copied object after a restore of the cluster may have the same.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshot_of_another_object_with_the_same_id_is_not_taken_over(bool isShared)
    {
        _world.Archive.Shared = isShared;
        await CreateAsync(Spec);
        var snapshot = await _world.GetAsync("snap");
        var id = $"snap-{snapshot.Metadata.Uid![..8]}-1";
        _world.Archive.Manifests[$"{id}/"] = FakeArchive.Manifest(id, _world.Time.GetUtcNow(), "rm", "cm") with
        {
            Owner = new SnapshotOwner(SnapshotWorld.Space, "snap", $"{snapshot.Metadata.Uid[..8]}-another"),
        };
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);

        var status = (await _world.GetAsync("snap")).Status!;
        (status.Phase, status.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason)
            .ShouldBe((BackupSnapshotPhases.Failed, Reasons.ForeignSnapshot));
        status.Message.ShouldBeWorded();
        _world.Archive.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Snapshot_dumped_by_former_process_is_still_tested()
    {
        await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest });
        var snapshot = await _world.GetAsync("snap");
        var id = $"snap-{snapshot.Metadata.Uid![..8]}-1";
        _world.Archive.Manifests[$"{id}/"] = FakeArchive.Manifest(id, _world.Time.GetUtcNow(), "rm", "cm") with
        {
            Owner = new SnapshotOwner(SnapshotWorld.Space, "snap", snapshot.Metadata.Uid!),
        };
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        _world.Archive.Taken.ShouldBeEmpty();
        _world.Archive.Tested.ShouldHaveSingleItem();
    }

    [Fact]
    public void Referenced_Secrets_are_watched_until_the_snapshot_has_ended()
    {
        var snapshot = new BackupSnapshot
        {
            Spec = Spec with
            {
                AgeIdentitySecretRef = new SecretReference { Name = "age" },
                Storage = new StorageSpec
                {
                    S3 = new Drydock.Crds.Common.S3Storage
                    {
                        Endpoint = "https://s3.example",
                        Bucket = "b-1",
                        CredentialsSecretRef = new SecretReference { Name = "s3" }
                    }
                },
            },
        };
        BackupSnapshotController.ReferencedSecrets(snapshot).ShouldBe(["db", "age", "s3"], ignoreOrder: true);
        BackupSnapshotController.ReferencedSecrets(
            snapshot with { Status = new BackupSnapshotStatus { Phase = BackupSnapshotPhases.Expired } })
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Retry_annotation_works_like_the_field()
    {
        await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest });
        _world.Archive.TestFindings.Add(new SnapshotFinding(SnapshotFailure.RowCountMismatch, "rm", "rows differ"));
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        _world.Archive.TestFindings.Clear();
        var failed = await _world.GetAsync("snap");
        await _world.Api.UpdateAsync(failed with
        {
            Metadata = failed.Metadata with
            {
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.Retry] = "2" }
            }
        });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);
        (await _world.GetAsync("snap")).Status!.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task Unexpected_failure_is_reported_and_retry_succeeds()
    {
        await CreateAsync(Spec);
        _world.Archive.TakeFails = new InvalidOperationException("nobody thought of that");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        var failed = await _world.GetAsync("snap");
        failed.Status!.Message.ShouldBeWorded();
        failed.Status.Conditions.Single(c => c.Type == ConditionTypes.Failed).Reason.ShouldBe(Reasons.DumpFailed);

        _world.Archive.TakeFails = null;
        await RetryAsync("2");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);
    }

    [Fact]
    public async Task Timeout_above_timer_range_is_accepted()
    {
        await CreateAsync(Spec with { Timeout = "9999d9999d" });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        (await _world.PhaseAsync("snap")).ShouldBe(BackupSnapshotPhases.Succeeded);
    }

    [Fact]
    public async Task Next_attempt_removes_unfinished_dump_and_keeps_finished_one()
    {
        await CreateAsync(Spec with { Verify = SnapshotVerification.RestoreTest });
        _world.Archive.TestFindings.Add(new SnapshotFinding(SnapshotFailure.RowCountMismatch, "rm", "rows differ"));
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        var finished = (await _world.GetAsync("snap")).Status!.Path!;
        _world.Archive.TestFindings.Clear();

        _world.Archive.TakeFails = new SnapshotException(SnapshotFailure.DumpFailed, "mysqldump ended with 2");
        await RetryAsync("2");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        _world.Archive.Unfinished.ShouldBe([(await _world.GetAsync("snap")).Status!.Path!]);

        _world.Archive.TakeFails = null;
        await RetryAsync("3");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);
        _world.Archive.Unfinished.ShouldBeEmpty();
        _world.Archive.Manifests.Keys.ShouldBe(
            [finished, (await _world.GetAsync("snap")).Status!.Path!], ignoreOrder: true);
    }

    [Fact]
    public async Task Deletion_removes_the_files_of_all_attempts()
    {
        await CreateAsync(
            Spec with { Verify = SnapshotVerification.RestoreTest, DeletionPolicy = DeletionPolicy.Delete });
        _world.Archive.TestFindings.Add(new SnapshotFinding(SnapshotFailure.RowCountMismatch, "rm", "rows differ"));
        await _world.UntilAsync("snap", BackupSnapshotPhases.Failed);
        var failed = (await _world.GetAsync("snap")).Status!.SnapshotID!;
        _world.Archive.TestFindings.Clear();
        await RetryAsync("2");
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);
        var taken = (await _world.GetAsync("snap")).Status!.SnapshotID!;

        await _world.Api.DeleteAsync<BackupSnapshot>("snap", SnapshotWorld.Space);
        await _world.RemoveAsync("snap");

        _world.Archive.Removed.ShouldBe([failed, taken]);
        _world.Archive.Manifests.ShouldBeEmpty();
    }

    // With the retry the object is at work again: what is waited for next is this attempt's end.
    private async Task RetryAsync(string token)
    {
        var failed = await _world.GetAsync("snap");
        await _world.Api.UpdateAsync(failed with
        {
            Metadata = failed.Metadata with
            {
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Annotations.Retry] = token },
            },
        });
        await _world.UntilAsync("snap", BackupSnapshotPhases.Dumping);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("notes.txt")]
    public async Task Secret_changed_during_dump_is_used_by_next_snapshot(string key)
    {
        await CreateAsync(Spec);
        _world.Archive.Meanwhile = async () =>
        {
            var secret = (await _world.Api.GetAsync<V1Secret>("db", SnapshotWorld.Space))!;
            await _world.Api.UpdateAsync(secret with
            {
                Metadata = secret.Metadata with
                {
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["refreshed"] = "yes" }
                },
                Data = new Dictionary<string, byte[]>(secret.Data!, StringComparer.Ordinal)
                {
                    [key] = "another"u8.ToArray()
                },
            });
            var snapshot = await _world.GetAsync("snap");
            await _world.Controller.ReconcileAsync(snapshot, TestContext.Current.CancellationToken);
        };
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        (await _world.PhaseAsync("snap")).ShouldBe(BackupSnapshotPhases.Succeeded);
        _world.Archive.Taken.ShouldHaveSingleItem().Connection.Password.ShouldBe(Canary.MetaPassword);

        _world.Archive.Meanwhile = null;
        await _world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = "next", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = Spec
        });
        await _world.UntilAsync("next", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        _world.Archive.Taken[1].Connection.Password.ShouldBe(key == "password" ? "another" : Canary.MetaPassword);
    }

    [Fact]
    public async Task Snapshot_is_usable_only_after_verification()
    {
        await CreateAsync(Spec);
        string? under = null;
        _world.Archive.Meanwhile = async () => under = Usable(await _world.GetAsync("snap"));
        await _world.UntilAsync("snap", BackupSnapshotPhases.Succeeded);
        under.ShouldBe("False");
        Usable(await _world.GetAsync("snap")).ShouldBe("True");
    }

    [Fact]
    public async Task Snapshot_with_253_character_name_gets_a_valid_id()
    {
        await CreateAsync(Spec);
        var name = new string('s', 253);
        await _world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = name, Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = Spec
        });
        await _world.UntilAsync(name, BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        var status = (await _world.GetAsync(name)).Status!;
        status.Phase.ShouldBe(BackupSnapshotPhases.Succeeded);
        status.SnapshotID!.Length.ShouldBeLessThanOrEqualTo(253);
    }

    private static string Usable(BackupSnapshot snapshot) =>
        snapshot.Status!.Conditions.Single(c => c.Type == ConditionTypes.Usable).Status;

    private async Task CreateAsync(BackupSnapshotSpec spec)
    {
        foreach (var (name, key) in new[] { ("db", "password"), ("age", "identity") })
        {
            await _world.Api.CreateAsync(new V1Secret
            {
                Metadata = new() { Name = name, Namespace = SnapshotWorld.Space },
                Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                {
                    ["username"] = "drc"u8.ToArray(),
                    [key] = Encoding.UTF8.GetBytes(Canary.MetaPassword)
                },
            });
        }

        await _world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = "snap", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = spec
        });
    }
}
