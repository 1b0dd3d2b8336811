namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>
/// The fields of a SnapshotRestore: how it ends, and what is asked of the clients that read and load.
/// </summary>
internal static class RestoreFields
{
    public static IEnumerable<FieldProof> All { get; } =
    [
        Ends("snapshotRef.name", RestoreWorld.Spec, spec =>
            spec with { SnapshotRef = new SnapshotReference { Name = "other" } }),
        Ends("snapshotRef.uid", RestoreWorld.Spec, spec =>
            spec with { SnapshotRef = spec.SnapshotRef! with { Uid = "another" } }),
        Ends("files.path", RestoreBench.FromFiles, spec => spec with { Files = spec.Files! with { Path = "other-1" } }),
        Ends(
            "files.storage.directory.path",
            RestoreBench.FromFiles,
            spec => spec with
            {
                Files = spec.Files! with
                {
                    Storage =
                        new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/elsewhere" } }
                }
            }),
        .. StorageBench.Fields(SnapshotRestore.KindName, "files.storage"),
        OnTarget("target.credentialsSecretRef.name", source =>
            source with { CredentialsSecretRef = new SecretReference { Name = "other" } }),
        OnTarget("target.host", source => source with { Host = "other.example" }),
        OnTarget("target.port", source => source with { Port = 3307 }),
        OnTarget(
            "target.tls.mode", source => source with { Tls = new DatabaseTls { Mode = DatabaseTlsMode.VerifyCA } }),
        OnTarget("target.tls.fingerprint", source =>
            source with { Tls = new DatabaseTls { Fingerprint = new string('a', 64) } }),
        Ends("databases", RestoreWorld.Spec, spec => spec with { Databases = ["rm"] }),
        new(SnapshotRestore.KindName, "approvals", AWordOfTheSpecApprovesAsync),
        Ends("notAfter", RestoreWorld.Spec, spec =>
            spec with { NotAfter = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero) }),
        Ends("ageIdentitySecretRef.name", RestoreWorld.Spec, spec =>
            spec with { AgeIdentitySecretRef = new SecretReference { Name = "age" } }),
        Ends("threads", RestoreWorld.Spec, spec => spec with { Threads = 9 }),
        new(SnapshotRestore.KindName, "paused", PausedBeginsNoOtherDatabaseAsync),
        new(SnapshotRestore.KindName, "timeout", ARestoreEndsInTimeAsync),
    ];

    private static FieldProof Ends(
        string field, SnapshotRestoreSpec spec, Func<SnapshotRestoreSpec, SnapshotRestoreSpec> change) =>
        new(SnapshotRestore.KindName, field, async () =>
        {
            var undisturbed = await RestoreBench.EndAsync(spec);
            (await RestoreBench.EndAsync(spec)).ShouldBe(undisturbed);
            (await RestoreBench.EndAsync(change(spec))).ShouldNotBe(undisturbed);
        });

    private static FieldProof OnTarget(string field, Func<DatabaseSource, DatabaseSource> change) =>
        Ends(field, RestoreBench.FromFiles, spec => spec with { Target = change(spec.Target!) });

    private static async Task PausedBeginsNoOtherDatabaseAsync()
    {
        await using var bench = new RestoreBench();
        await bench.CreateAsync(RestoreWorld.Spec with { Paused = true });
        await bench.UntilAsync(r => r.Status?.Conditions.Exists(c => c.Reason == Reasons.Paused) == true);
        bench.World.Server.Drops.ShouldBeEmpty();
        await bench.World.ChangeAsync(spec => spec with { Paused = false });
        await bench.UntilAsync(r => r.Status?.Phase == SnapshotRestorePhases.Succeeded);
    }

    private static async Task AWordOfTheSpecApprovesAsync()
    {
        await using var bench = new RestoreBench();
        await bench.World.CreateAsync(RestoreWorld.Spec, approve: false);
        await bench.UntilAsync(r => r.Status?.Phase == SnapshotRestorePhases.Planned);
        var word = (await bench.World.StatusAsync()).Holds.ShouldHaveSingleItem().Approval;
        await bench.World.ChangeAsync(spec => spec with { Approvals = [word] });
        await bench.UntilAsync(r => r.Status?.Phase == SnapshotRestorePhases.Succeeded);
        var used = (await bench.World.StatusAsync()).Approvals.ShouldHaveSingleItem();
        (used.Word, used.From, used.Ignored).ShouldBe((word, AcceptedBy.Spec, null));
    }

    private static async Task ARestoreEndsInTimeAsync()
    {
        (await AfterAnHourAsync("30m")).ShouldBe(SnapshotRestorePhases.Failed);
        (await AfterAnHourAsync("24h")).ShouldBe(SnapshotRestorePhases.Succeeded);
    }

    private static async Task<string?> AfterAnHourAsync(string timeout)
    {
        await using var bench = new RestoreBench();
        bench.Load = async token =>
        {
            var hour = Task.Delay(TimeSpan.FromHours(1), bench.World.Time, token);
            bench.World.Time.Advance(TimeSpan.FromHours(1));
            await hour;
        };
        await bench.CreateAsync(RestoreWorld.Spec with { Timeout = timeout });
        await bench.UntilEndedAsync();
        return (await bench.World.StatusAsync()).Phase;
    }
}
