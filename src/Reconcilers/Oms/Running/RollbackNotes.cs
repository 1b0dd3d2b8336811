using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What must be known before a succeeded upgrade is taken back: how old the snapshot is, which projects are lost, since
/// when sources must hold their logs.
/// </summary>
internal sealed class RollbackNotes(IOmsTargets targets, TimeProvider time)
{
    /// <summary>Compiles them.</summary>
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
            notes.Add($"BackupSnapshot {reference.Name} is {age}");
        }

        if (OmsPlanProgress.StoppedAt(status.Plan!) is { } stopped)
        {
            notes.Add(
                $"stores read again from {Text(stopped)}: every source database must still hold its logs since then, "
                    + "or the projects on it must be made anew");
        }

        notes.Add(await new LostProjects(targets, time).DescribeAsync(status, cancellationToken));
        return notes;
    }

    private static string Text(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
