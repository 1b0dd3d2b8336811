namespace Drydock.Tests.Unit.Fakes;

/// <summary>Stands for the BackupSnapshot controller: takes what is asked for, after a while.</summary>
internal sealed class WorldSnapshots(OmsWorld world)
{
    /// <summary>Dumps that were taken and verified.</summary>
    public int Verified { get; private set; }

    /// <summary>What verified dumps hold, by the uid of their object.</summary>
    public Dictionary<string, WorldDump> Dumps { get; } = new(StringComparer.Ordinal);

    /// <summary>How many snapshots from now on fail, and with what words.</summary>
    public Queue<string> Failures { get; } = new();

    /// <summary>How many tests of definitions from now on fail, and with what words.</summary>
    public Queue<string> TestFailures { get; } = new();

    /// <summary>The hash of the definitions.</summary>
    public string Definitions { get; set; } = new('d', 64);

    public void Created(BackupSnapshot snapshot)
    {
        if (snapshot.Spec.Contents == SnapshotContents.Definitions)
        {
            world.Did("test", string.Join('+', snapshot.Spec.Databases));
            world.Rules.Check(
                world.Hosts.Exists(h => h.Containers.Exists(c => c is { IsRunning: true, IsOms: true })),
                "definitions were tested in the downtime");
            world.After(
                TimeSpan.FromMilliseconds(100), () => Test(snapshot.Metadata.Namespace, snapshot.Metadata.Name));
            return;
        }

        world.Did("snapshot", string.Join('+', snapshot.Spec.Databases));
        world.Rules.Check(world.Metadata.OmsSessions.Count == 0, "the dump began while OMS was connected");
        world.Rules.Check(
            world.Hosts.TrueForAll(h => h.Containers.TrueForAll(c => c is not { IsRunning: true, IsOms: true })),
            "the dump began while a container ran");
        var (space, name) = (snapshot.Metadata.Namespace, snapshot.Metadata.Name);
        world.After(TimeSpan.FromMilliseconds(100), () => Write(
            space, name, s => s with { Phase = BackupSnapshotPhases.Dumping, Progress = "1/3" }));
        world.After(world.Setup.DumpTakes, () => Finish(space, name));
    }

    private void Test(string? space, string name) => Write(
        space,
        name,
        s => TestFailures.TryDequeue(out var problem)
            ? s with { Phase = BackupSnapshotPhases.Failed, Message = problem }
            : s with
            {
                Phase = BackupSnapshotPhases.Succeeded,
                DefinitionsSha256 = Definitions,
                Databases = [.. world.Api.Find<BackupSnapshot>(space, name)!.Spec.Databases
                    .Select(d => new SnapshotDatabase { Name = d })]
            });

    private void Finish(string? space, string name)
    {
        if (world.Api.Find<BackupSnapshot>(space, name) is null)
        {
            return;
        }

        if (Failures.TryDequeue(out var problem))
        {
            Write(space, name, s => s with { Phase = BackupSnapshotPhases.Failed, Message = problem });
            return;
        }

        Verified++;
        Dumps[world.Api.Find<BackupSnapshot>(space, name)!.Metadata.Uid!] = world.Metadata.Dump();
        Write(space, name, s => s with
        {
            Phase = BackupSnapshotPhases.Succeeded,
            Verified = VerifiedBy(world.Api.Find<BackupSnapshot>(space, name)!.Spec),
            SizeBytes = 4096,
            Progress = "3/3",
            Databases = [.. world.Api.Find<BackupSnapshot>(space, name)!.Spec.Databases.Select(d =>
                new SnapshotDatabase { Name = d, File = $"{name}/{d}.sql.gz", Bytes = 1024, Rows = 10, Tables = 3 })],
        });
    }

    private SnapshotVerification VerifiedBy(BackupSnapshotSpec spec) =>
        spec.Verify == SnapshotVerification.Schema && spec.TestedDefinitions != Definitions
            ? SnapshotVerification.ReadBack
            : spec.Verify;

    private void Write(string? space, string name, Func<BackupSnapshotStatus, BackupSnapshotStatus> change)
    {
        if (world.Api.Find<BackupSnapshot>(space, name) is { } snapshot)
        {
            world.Api.UpdateStatus(snapshot with { Status = change(snapshot.Status ?? new BackupSnapshotStatus()) });
        }
    }
}
