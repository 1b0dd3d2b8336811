namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Stands for the SnapshotRestore controller: puts the databases back as a dump has them, after a while.
/// </summary>
internal sealed class WorldRestores(OmsWorld world)
{
    // The witness in the databases: which snapshot the object of which UID restored.
    private (string? Snapshot, string? Restore)? _restored;
    private bool _accepts;

    /// <summary>The snapshots that the databases were dropped for and loaded from, in order.</summary>
    public List<string?> Loads { get; } = [];

    /// <summary>The snapshot that the witness in the databases names as completely restored.</summary>
    public string? Restored => _restored?.Snapshot;

    /// <summary>How many restores from now on fail, and with what words.</summary>
    public Queue<string> Failures { get; } = new();

    public string FailureReason { get; set; } = Reasons.SnapshotInvalid;

    public void Created(SnapshotRestore restore)
    {
        world.Did("restore", string.Join('+', restore.Spec.Databases));
        var (space, name) = (restore.Metadata.Namespace, restore.Metadata.Name);
        var uid = UidOf(space, name);
        world.After(TimeSpan.FromMilliseconds(100), () =>
        {
            if (UidOf(space, name) == uid)
            {
                Begin(space, name, restore.Spec);
            }
        });
    }

    /// <summary>An administrator accepted what the only restore found.</summary>
    public void Accepted()
    {
        _accepts = true;
        var restore = world.Api.All<SnapshotRestore>().Single();
        Begin(restore.Metadata.Namespace, restore.Metadata.Name, restore.Spec);
    }

    private void Begin(string? space, string name, SnapshotRestoreSpec spec)
    {
        var snapshot = world.Api.Find<BackupSnapshot>(space, spec.SnapshotRef!.Name);
        if (snapshot is null || snapshot.Metadata.Uid != spec.SnapshotRef.Uid
            || !world.Snapshots.Dumps.TryGetValue(snapshot.Metadata.Uid!, out var dump))
        {
            Fail(
                space, name,
                $"there is no verified BackupSnapshot {spec.SnapshotRef.Name} with uid {spec.SnapshotRef.Uid}");
            return;
        }

        var uid = UidOf(space, name);
        if (_restored is { } former && former.Snapshot == spec.SnapshotRef.Uid && former.Restore != uid && !_accepts
            && !world.Api.All<SnapshotRestore>().Any(r => r.Metadata.Uid == former.Restore))
        {
            Fail(
                space, name, $"Another object restored the same snapshot before ({former.Restore}).",
                Reasons.OutcomeUnknown);
            return;
        }

        (_accepts, _restored) = (false, null);
        Loads.Add(spec.SnapshotRef.Uid);
        world.Rules.Dropped(spec);
        world.Metadata.Contents = "being restored";
        Write(space, name, s => s with { Phase = SnapshotRestorePhases.Restoring, Progress = "1/3" });
        world.After(world.Setup.RestoreTakes, () =>
        {
            // An object that is gone loads nothing more.
            if (UidOf(space, name) != uid)
            {
                return;
            }

            if (Failures.TryDequeue(out var problem))
            {
                Fail(space, name, problem);
                return;
            }

            world.Metadata.Load(dump);
            world.Rules.Restored();
            _restored = (spec.SnapshotRef.Uid, uid);
            Write(space, name, s => s with
            {
                Phase = SnapshotRestorePhases.Succeeded,
                Progress = "3/3",
                Databases = [.. spec.Databases.Select(
                    d => new RestoredDatabase { Name = d, State = RestoreState.Restored, Dropped = true, Rows = 10 })],
            });
        });
    }

    private string? UidOf(string? space, string name) => world.Api.Find<SnapshotRestore>(space, name)?.Metadata.Uid;

    private void Fail(string? space, string name, string problem, string? reason = null) =>
        Write(space, name, s => s with
        {
            Phase = SnapshotRestorePhases.Failed,
            Message = problem,
            Conditions = [new Condition
            {
                Type = ConditionTypes.Failed,
                Status = "True",
                Reason = reason ?? FailureReason,
                Message = problem
            }],
        });

    private void Write(string? space, string name, Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change)
    {
        if (world.Api.Find<SnapshotRestore>(space, name) is { } restore)
        {
            world.Api.UpdateStatus(restore with { Status = change(restore.Status ?? new SnapshotRestoreStatus()) });
        }
    }
}
