using Drydock.Abstractions.Entities;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Stands for the SnapshotRestore controller: puts the databases back as a dump has them, after a while.
/// </summary>
internal sealed class WorldRestores(OmsWorld world)
{
    /// <summary>How many restores from now on fail, and with what words.</summary>
    public Queue<string> Failures { get; } = new();

    public string FailureReason { get; set; } = Reasons.SnapshotInvalid;

    public void Created(SnapshotRestore restore)
    {
        world.Did("restore", string.Join('+', restore.Spec.Databases));
        var (space, name) = (restore.Metadata.Namespace, restore.Metadata.Name);
        world.After(TimeSpan.FromMilliseconds(100), () => Begin(space, name, restore.Spec));
    }

    /// <summary>An administrator accepted what the only restore found.</summary>
    public void Accepted()
    {
        var restore = world.Api.All<SnapshotRestore>().Single();
        Begin(restore.Metadata.Namespace, restore.Metadata.Name, restore.Spec);
    }

    private void Begin(string? space, string name, SnapshotRestoreSpec spec)
    {
        var snapshot = world.Api.Find<BackupSnapshot>(space, spec.SnapshotRef!.Name);
        if (snapshot is null || snapshot.Metadata.Uid != spec.SnapshotRef.Uid || !world.Snapshots.Dumps.TryGetValue(snapshot.Metadata.Uid!, out var dump))
        {
            Fail(space, name, $"there is no verified BackupSnapshot {spec.SnapshotRef.Name} with uid {spec.SnapshotRef.Uid}");
            return;
        }

        world.Rules.Dropped(spec);
        world.Metadata.Contents = "being restored";
        Write(space, name, s => s with { Phase = SnapshotRestorePhases.Restoring, Progress = "1/3" });
        world.After(world.Setup.RestoreTakes, () =>
        {
            if (Failures.TryDequeue(out var problem))
            {
                Fail(space, name, problem);
                return;
            }

            world.Metadata.Load(dump);
            world.Rules.Restored();
            Write(space, name, s => s with
            {
                Phase = SnapshotRestorePhases.Succeeded,
                Progress = "3/3",
                Databases = [.. spec.Databases.Select(d => new RestoredDatabase { Name = d, State = RestoreState.Restored, Dropped = true, Rows = 10 })],
            });
        });
    }

    private void Fail(string? space, string name, string problem) => Write(space, name, s => s with
    {
        Phase = SnapshotRestorePhases.Failed,
        Message = problem,
        Conditions = [new Condition { Type = ConditionTypes.Failed, Status = "True", Reason = FailureReason, Message = problem }],
    });

    private void Write(string? space, string name, Func<SnapshotRestoreStatus, SnapshotRestoreStatus> change)
    {
        if (world.Api.Find<SnapshotRestore>(space, name) is { } restore)
        {
            world.Api.UpdateStatus(restore with { Status = change(restore.Status ?? new SnapshotRestoreStatus()) });
        }
    }
}
