namespace Drydock.Cli.Runs;

/// <summary>An upgrade of any kind.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Spec">What every kind of upgrade has in its spec.</param>
/// <param name="Status">What every kind reports; null before the operator has seen the object.</param>
internal sealed record Run(RunKind Kind, V1ObjectMeta Metadata, RunSpec Spec, RunStatus? Status)
{
    public required IKubernetesObject Entity { get; init; }

    public RunAddress Address { get; init; } = RunAddress.Default;

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>Since when the system is down; null while it is not, or if the kind has no downtime.</summary>
    public DateTimeOffset? DowntimeSince => (Status as OmsUpgradeStatus)?.DowntimeSince;

    public string? Downtime => (Status as OmsUpgradeStatus)?.Times?.Downtime;

    public string? InstanceProgress => (Status as DatabaseRollingUpgradeStatus)?.InstanceProgress;

    public string? Estimate => (Status as DatabaseRollingUpgradeStatus)?.Estimate;

    public string? Snapshot => Status switch
    {
        OmsUpgradeStatus oms => oms.SnapshotRef?.Name,
        DatabaseRollingUpgradeStatus database => database.SnapshotRef?.Name,
        _ => null,
    };

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

    public Plan? ActivePlan => Plans.Select(p => p.Plan).LastOrDefault();

    public string FullName => $"{Metadata.Namespace}/{Metadata.Name}";

    public string ResourceName => $"{Kind.Singular}.{ApiGroup.Name}/{Metadata.Name}";

    public Condition? Condition(string type) => Status?.Conditions.Find(c => c.Type == type);

    public bool Is(string type) => Condition(type)?.Status == "True";

    public string Reason => Condition(ConditionTypes.Ready)?.Reason ?? "";

    public bool IsObserved => Status?.ObservedGeneration is { } seen && seen >= (Metadata.Generation ?? 0);
}

/// <summary>How the user named a run, so that a printed command means the same run.</summary>
/// <param name="Options"><c>--context</c> and <c>--kubeconfig</c> as the user gave them, each with a blank before it;
/// empty without them.</param>
/// <param name="HasKind">Whether the user gave KIND/NAME.</param>
internal sealed record RunAddress(string Options, bool HasKind)
{
    public static RunAddress Default { get; } = new("", HasKind: false);
}
