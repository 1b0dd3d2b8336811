using Drydock.Reconcilers.Snapshots;
using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>The fields of a BackupSnapshot: what is asked of the clients that dump, store and load.</summary>
internal static class SnapshotFields
{
    private static readonly string Fingerprint = new('a', 64);

    private static readonly EncryptionSpec Encryption = new() { Recipients = [$"age1{new string('q', 58)}"] };

    public static IEnumerable<FieldProof> All { get; } =
    [
        Asks("source.credentialsSecretRef.name", spec =>
            spec with { Source = spec.Source with { CredentialsSecretRef = new SecretReference { Name = "other" } } }),
        Asks("source.host", spec => spec with { Source = spec.Source with { Host = "other.example" } }),
        Asks("source.port", spec => spec with { Source = spec.Source with { Port = 3307 } }),
        Asks("source.tls.mode", spec =>
            spec with { Source = spec.Source with { Tls = new DatabaseTls { Mode = DatabaseTlsMode.VerifyCA } } }),
        Asks("source.tls.fingerprint", spec =>
            spec with { Source = spec.Source with { Tls = new DatabaseTls { Fingerprint = Fingerprint } } }),
        Asks("databases", spec => spec with { Databases = ["rm", "cm"] }),
        Asks("storage.directory.path", spec => spec with
        {
            Storage = new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = "/elsewhere" } }
        }),
        .. StorageBench.Fields(BackupSnapshot.KindName, "storage"),
        Asks("pathPrefix", spec => spec with { PathPrefix = "below" }),
        Asks("tool", spec => spec with { Tool = DumpTool.MyDumper }),
        Asks("threads", spec => spec with { Threads = 9 }),
        Asks("verify", spec => spec with { Verify = SnapshotVerification.RestoreTest }),
        Asks("contents", spec => spec with { Contents = SnapshotContents.Definitions }),
        Asks("testedDefinitions", spec => spec with { TestedDefinitions = Fingerprint }, spec =>
            spec with { Verify = SnapshotVerification.Schema }),
        Asks("encryption.recipients", spec => spec with { Encryption = Encryption }),
        Asks(
            "ageIdentitySecretRef.name",
            spec => spec with { AgeIdentitySecretRef = new SecretReference { Name = "other" } },
            spec => spec with
            {
                Verify = SnapshotVerification.RestoreTest,
                Encryption = Encryption,
                AgeIdentitySecretRef = new SecretReference { Name = "db" }
            }),
        Asks("acknowledge", spec => spec with { Acknowledge = ["DumpLosesDigits"] }),
        Asks("series", spec => spec with { Series = "nightly" }),
        new(BackupSnapshot.KindName, "timeout", ADumpEndsInTimeAsync),
        new(BackupSnapshot.KindName, "deletionPolicy", FilesGoAsync),
        new(BackupSnapshot.KindName, "retention.keepLast", () => Removes(
            new RetentionSpec { KeepLast = 2 }, new RetentionSpec { KeepLast = 1 })),
        new(BackupSnapshot.KindName, "retention.keepFor", () => Removes(
            new RetentionSpec { KeepFor = "90d" }, new RetentionSpec { KeepFor = "1d" })),
    ];

    private static FieldProof Asks(
        string field, Func<BackupSnapshotSpec, BackupSnapshotSpec> change,
        Func<BackupSnapshotSpec, BackupSnapshotSpec>? before = null) =>
        new(BackupSnapshot.KindName, field, async () =>
        {
            BackupSnapshotSpec First(BackupSnapshotSpec spec) => before is null ? spec : before(spec);
            var undisturbed = await SnapshotBench.AskedForAsync(First);
            (await SnapshotBench.AskedForAsync(First)).ShouldBe(undisturbed);
            (await SnapshotBench.AskedForAsync(spec => change(First(spec)))).ShouldNotBe(undisturbed);
        });

    private static async Task ADumpEndsInTimeAsync()
    {
        (await AfterAnHourAsync("30m")).ShouldBe(BackupSnapshotPhases.Failed);
        (await AfterAnHourAsync("2h")).ShouldBe(BackupSnapshotPhases.Succeeded);
    }

    private static async Task<string?> AfterAnHourAsync(string timeout)
    {
        await using var bench = new SnapshotBench();
        bench.Dump = async token =>
        {
            var hour = Task.Delay(TimeSpan.FromHours(1), bench.Time, token);
            bench.Time.Advance(TimeSpan.FromHours(1));
            await hour;
        };
        await bench.CreateAsync(SnapshotBench.Spec with { Timeout = timeout });
        await bench.UntilEndedAsync();
        return (await bench.GetAsync()).Status!.Phase;
    }

    private static async Task FilesGoAsync()
    {
        foreach (var policy in new[] { DeletionPolicy.Retain, DeletionPolicy.Delete })
        {
            await using var bench = new SnapshotBench();
            await bench.CreateAsync(SnapshotBench.Spec with { DeletionPolicy = policy });
            await bench.UntilEndedAsync();
            await bench.DeleteAsync();
            bench.Asked.Contains("delete", StringComparer.Ordinal).ShouldBe(policy == DeletionPolicy.Delete);
        }
    }

    private static Task Removes(RetentionSpec less, RetentionSpec more)
    {
        var now = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var series = new[]
        {
            new RetentionCandidate("old", now.AddDays(-30), IsGood: true, null),
            new RetentionCandidate("new", now.AddDays(-3), IsGood: true, null)
        };
        RetentionRules.Choose(series, less, now).Remove.ShouldBeEmpty();
        RetentionRules.Choose(series, more, now).Remove.Select(removed => removed.Key).ShouldBe(["old"]);
        return Task.CompletedTask;
    }
}
