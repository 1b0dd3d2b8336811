using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// How long a step should take by what was known when it began: a wait that the version data asks for, or the last dump
/// or restore of the same databases. The step writes it into its receipt. What steps of its kind took in the same
/// object is preferred (<see cref="StepDurations"/>).
/// </summary>
/// <param name="For">The duration.</param>
/// <param name="From">What it is taken from, a sentence.</param>
internal sealed record ExpectedDuration(TimeSpan For, string From)
{
    private const string ForKey = "expectedFor";
    private const string FromKey = "expectedFrom";

    /// <summary>The expectation in the receipt of a step; null if it has none.</summary>
    public static ExpectedDuration? Of(PlanStep step) =>
        step.Receipt is { } receipt
        && receipt.TryGetValue(ForKey, out var text)
        && KubernetesDuration.TryParse(text, out var duration)
        && receipt.TryGetValue(FromKey, out var from)
            ? new ExpectedDuration(duration, from)
            : null;

    /// <summary>What the newest finished dump of the same databases of a server took; null if there is none.</summary>
    public static async Task<ExpectedDuration?> OfDumpAsync(
        IKubernetesClient kubernetes,
        string? @namespace,
        (string? Host, int? Port) server,
        IReadOnlyCollection<string> databases,
        CancellationToken cancellationToken)
    {
        var snapshots = await kubernetes.ListAsync<BackupSnapshot>(@namespace, cancellationToken: cancellationToken);
        return Newest(snapshots.Items
            .Where(s => s.Status?.Phase == BackupSnapshotPhases.Succeeded
                && (s.Spec.Source.Host, s.Spec.Source.Port) == server
                && s.Spec.Databases.ToHashSet(StringComparer.Ordinal).SetEquals(databases))
            .Select(s => new Run(
                $"BackupSnapshot {s.Metadata.Name} of {ByteSize.Format(s.Status!.RawBytes ?? 0)}",
                s.Status.StartedAt,
                s.Status.FinishedAt)));
    }

    /// <summary>What the newest finished restore of the same databases took; null if there is none.</summary>
    public static async Task<ExpectedDuration?> OfRestoreAsync(
        IKubernetesClient kubernetes,
        string? @namespace,
        IReadOnlyCollection<string> databases,
        CancellationToken cancellationToken)
    {
        var restores = await kubernetes.ListAsync<SnapshotRestore>(@namespace, cancellationToken: cancellationToken);
        return Newest(restores.Items
            .Where(r => r.Status?.Phase == SnapshotRestorePhases.Succeeded
                && r.Spec.Databases.ToHashSet(StringComparer.Ordinal).SetEquals(databases))
            .Select(r => new Run($"SnapshotRestore {r.Metadata.Name}", r.Status!.StartedAt, r.Status.FinishedAt)));
    }

    /// <summary>Adds the expectation to a receipt.</summary>
    public static IReadOnlyDictionary<string, string> AddTo(
        IReadOnlyDictionary<string, string> receipt, ExpectedDuration? expected) =>
        expected is null
            ? receipt
            : new SortedDictionary<string, string>(
                receipt.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                [ForKey] = KubernetesDuration.Format(expected.For),
                [FromKey] = expected.From,
            };

    private static ExpectedDuration? Newest(IEnumerable<Run> runs) =>
        runs.Where(r => r.Ended > r.Began).MaxBy(r => r.Ended) is { Began: { } began, Ended: { } ended } newest
            ? new ExpectedDuration(
                ended - began, $"{newest.What} took {KubernetesDuration.Format(ended - began)}.")
            : null;

    private sealed record Run(string What, DateTimeOffset? Began, DateTimeOffset? Ended);
}
