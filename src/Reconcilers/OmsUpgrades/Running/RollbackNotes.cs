using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Clients.Docker;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Domain;
using Drydock.Reconcilers.OmsUpgrades.Metadata;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>What must be known before a succeeded upgrade is taken back: how old the snapshot is, which projects are lost, since when sources must hold their logs.</summary>
internal sealed class RollbackNotes(IOmsTargets targets)
{
    private const int Listed = 40;

    /// <summary>From 4.0.1 on the project tables are others and not documented (facts §4.1).</summary>
    private static readonly OmsVersion OtherTables = OmsVersion.Parse("4.0.1");

    /// <summary>Compiles them.</summary>
    public async Task<IReadOnlyList<string>> CompileAsync(OmsUpgradeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (status.SnapshotRef is { } reference && await targets.Kubernetes.GetAsync<BackupSnapshot>(reference.Name, targets.Upgrade.Metadata.Namespace, cancellationToken) is { } snapshot)
        {
            var taken = snapshot.Metadata.CreationTimestamp;
            notes.Add($"BackupSnapshot {reference.Name} is {(taken is { } at ? $"of {Text(at)}, {KubernetesDuration.Format(TimeSpan.FromSeconds(Math.Floor((now - at).TotalSeconds)))} old" : "of unknown age")}");
        }

        if (DoneWork.StoppedAt(status.Plan!) is { } stopped)
        {
            notes.Add($"stores read again from {Text(stopped)}: every source database must still hold its logs since then, or the projects on it must be made anew");
        }

        notes.Add(await ProjectsAsync(status, cancellationToken));
        return notes;
    }

    private async Task<string> ProjectsAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        const string General = "projects that were created or changed since the old containers stopped are lost";
        if (status.Projects is not { } recorded || !OmsVersion.TryParse(targets.Upgrade.Spec.ToVersion, out var version) || version.CompareTo(OtherTables) >= 0)
        {
            return $"{General}; they cannot be listed here, because the project tables from 4.0.1 on are not documented: look at them in the console";
        }

        try
        {
            var database = status.Plan!.Step(StepIds.Snapshot)!.Parameters["databases"].Split(',')[0];
            var present = await (await targets.MetadataAsync(cancellationToken)).ProjectsAsync(database, Crds.Common.SchemaLimits.Projects, cancellationToken);
            var before = recorded.Items.ToDictionary(p => (p.Kind, p.Id), p => $"{p.Name} {p.Status}");
            var differ = present.Projects
                .Where(p => before.GetValueOrDefault((p.Kind == OmsProjectKind.Migration ? ProjectKind.Migration : ProjectKind.Synchronization, p.Id)) != $"{p.Name} {p.Status}")
                .Select(p => $"{p.Name} ({p.Id}, {p.Status})")
                .ToList();
            return differ.Count == 0
                ? $"{General}; by their tables none was"
                : $"{General}: {string.Join(", ", differ.Take(Listed))}{(differ.Count > Listed ? string.Create(CultureInfo.InvariantCulture, $" and {differ.Count - Listed} more") : "")}";
        }
        catch (Exception exception) when (exception is OmsMetadataException or DockerException)
        {
            return $"{General}; their tables could not be read ({targets.Redactor.Redact(exception.Message)})";
        }
    }

    private static string Text(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
