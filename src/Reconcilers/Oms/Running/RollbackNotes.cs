using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the administrator must know before a succeeded upgrade is rolled back: the age of the snapshot, which projects
/// are lost, and since when sources must hold their logs.
/// </summary>
internal sealed class RollbackNotes(IOmsTargets targets, TimeProvider time)
{
    public async Task<IReadOnlyList<string>> CompileAsync(
        OmsUpgradeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (status.SnapshotRef is { } reference
            && await targets.Kubernetes.GetAsync<BackupSnapshot>(
                reference.Name, targets.Upgrade.Metadata.Namespace, cancellationToken) is { } snapshot)
        {
            var taken = snapshot.Metadata.CreationTimestamp;
            var age = taken is { } at
                ? $"of {Text(at)}, "
                    + $"{KubernetesDuration.Format(TimeSpan.FromSeconds(Math.Floor((now - at).TotalSeconds)))} old"
                : "of unknown age";
            notes.Add($"BackupSnapshot {reference.Name} is {age}.");
        }

        if (OmsPlanProgress.StoppedAt(status.Plan!) is { } stopped)
        {
            notes.Add(
                $"Stores read again from {Text(stopped)}. Every source database must still hold its logs since then; "
                    + "projects on a source that does not must be created again.");
        }

        notes.Add(await new LostProjects(targets, time).DescribeAsync(status, cancellationToken));
        return notes;
    }

    private static string Text(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
