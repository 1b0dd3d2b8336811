namespace Drydock.Reconcilers.Oms;

/// <summary>What the administrator must know before a succeeded upgrade is rolled back: the age of the snapshot, which
/// projects are lost, and since when sources must hold their logs.</summary>
internal static class RollbackNotes
{
    public static async Task<IReadOnlyList<string>> CompileAsync(
        OmsTargets targets, OmsUpgradeStatus status, TimeProvider time, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (status.SnapshotRef is { } reference
            && await targets.Kubernetes.GetAsync<BackupSnapshot>(
                reference.Name, targets.Upgrade.Metadata.Namespace, cancellationToken) is { } snapshot)
        {
            var age = snapshot.Metadata.CreatedAt is { } at
                ? $"of {at:u}, {KubernetesDuration.Format(
                    TimeSpan.FromSeconds(Math.Floor((time.GetUtcNow() - at).TotalSeconds)))} old"
                : "of unknown age";
            notes.Add($"BackupSnapshot {reference.Name} is {age}.");
        }

        if (OmsPlanProgress.StoppedAt(status.Plan!) is { } stopped)
        {
            notes.Add(
                $"Stores read again from {stopped:u}. Every source database must still hold its logs since then; "
                    + "projects on a source that does not must be created again.");
        }

        try
        {
            var databases = RestoreDatabases.Of(status.Plan!).Databases;
            var metadata = await targets.MetadataAsync(cancellationToken);
            if (OutsideKey.Describe(await metadata.OutsideKeysAsync(databases, cancellationToken)) is { } keys)
            {
                notes.Add(keys);
            }
        }
        catch (TargetException exception)
        {
            notes.Add(
                "Whether foreign keys lead from other databases into those that are restored is unknown: "
                    + Sentences.Close(targets.Redactor.Redact(exception.Message)));
        }

        notes.Add(await new LostProjects(targets, time).DescribeAsync(status, cancellationToken));
        return notes;
    }
}
