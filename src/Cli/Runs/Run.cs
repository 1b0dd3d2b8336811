using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Cli.Runs;

/// <summary>An upgrade of any kind.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Spec">What every kind of upgrade has in its spec.</param>
/// <param name="Status">What every kind reports; null before the operator has seen the object.</param>
internal sealed record Run(RunKind Kind, V1ObjectMeta Metadata, RunSpec Spec, RunStatus? Status)
{
    /// <summary>The object as the server has it.</summary>
    public required IKubernetesObject Entity { get; init; }

    /// <summary>How the user named it.</summary>
    public RunAddress Address { get; init; } = RunAddress.Default;

    /// <summary>Version before the upgrade.</summary>
    public required string From { get; init; }

    /// <summary>Version after the upgrade.</summary>
    public required string To { get; init; }

    /// <summary>Since when the system is down; null while it is not, or if the kind has no downtime.</summary>
    public DateTimeOffset? DowntimeSince => (Status as OmsUpgradeStatus)?.DowntimeSince;

    /// <summary>How long the system was down, as a duration; null if it was not, or still is.</summary>
    public string? Downtime => (Status as OmsUpgradeStatus)?.Times?.Downtime;

    /// <summary>How many processes run the wanted version; null if the kind does not say.</summary>
    public string? InstanceProgress => (Status as DatabaseRollingUpgradeStatus)?.InstanceProgress;

    /// <summary>How long the upgrade should take, as a duration; null if it is not known.</summary>
    public string? Estimate => (Status as DatabaseRollingUpgradeStatus)?.Estimate;

    /// <summary>The snapshot of this run; null if there is none.</summary>
    public string? Snapshot => Status switch
    {
        OmsUpgradeStatus oms => oms.SnapshotRef?.Name,
        DatabaseRollingUpgradeStatus database => database.SnapshotRef?.Name,
        _ => null,
    };

    /// <summary>The plans by what they do, in the order in which they ran.</summary>
    public IEnumerable<(string Name, Plan Plan)> Plans
    {
        get
        {
            if (Status?.Plan is { } plan)
            {
                yield return ("Upgrade", plan);
            }

            if (Status?.RollbackPlan is { } rollback)
            {
                yield return ("Rollback", rollback);
            }

            if ((Status as OmsUpgradeStatus)?.CleanupPlan is { } cleanup)
            {
                yield return ("Cleanup", cleanup);
            }
        }
    }

    /// <summary>The plan that runs, ran last or would run next; null before there is one.</summary>
    public Plan? ActivePlan => Plans.Select(p => p.Plan).LastOrDefault();

    /// <summary>NAMESPACE/NAME.</summary>
    public string FullName => $"{Metadata.Namespace}/{Metadata.Name}";

    /// <summary>The name as <c>kubectl -o name</c> prints it.</summary>
    public string ResourceName => $"{Kind.Singular}.{ApiGroup.Name}/{Metadata.Name}";

    /// <summary>The status of a condition, and its reason; null if the object does not have it.</summary>
    public Condition? Condition(string type) => Status?.Conditions.Find(c => c.Type == type);

    /// <summary>Whether a condition is true.</summary>
    public bool Is(string type) => Condition(type)?.Status == "True";

    /// <summary>The reason of its state, a stable word.</summary>
    public string Reason => Condition(ConditionTypes.Ready)?.Reason ?? "";

    /// <summary>Whether the operator has seen the present spec.</summary>
    public bool IsObserved => Status?.ObservedGeneration is { } seen && seen >= (Metadata.Generation ?? 0);
}
