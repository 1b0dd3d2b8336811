namespace Drydock.Cli.Runs;

/// <summary>An upgrade of any kind.</summary>
/// <param name="Status">What every kind reports; null before the operator has seen the object.</param>
internal sealed record Run(ShownKind Kind, V1ObjectMeta Metadata, RunSpec Spec, RunStatus? Status)
{
    public required IKubernetesObject Entity { get; init; }

    public RunAddress Address { get; init; } = RunAddress.Default;

    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>Since when the system is down; null while it is not, or if the kind has no downtime.</summary>
    public DateTimeOffset? DowntimeSince => Status?.DowntimeSince;

    public string? Downtime => Status?.Downtime;

    public string? InstanceProgress => (Status as DatabaseRollingUpgradeStatus)?.InstanceProgress;

    public string? Snapshot => Status switch
    {
        OmsUpgradeStatus oms => oms.SnapshotRef?.Name,
        DatabaseRollingUpgradeStatus database => database.SnapshotRef?.Name,
        _ => null,
    };

    public IEnumerable<(string Name, PlanProgress Plan)> Plans =>
        (Status?.Plans ?? []).Where(p => p.Unreadable is null).Select(p => ($"{p.Plan.Kind}", p));

    public PlanProgress? ActivePlan => Plans.Select(p => p.Plan).LastOrDefault();

    /// <summary>Every plan with its record, unpacked; one that cannot be read as it is stored.</summary>
    public JsonArray UnpackedPlans => new([
        .. (Status?.Plans ?? []).Select(p => p.Unreadable is { } stored
            ? JsonNode.Parse(stored.GetRawText())
            : JsonSerializer.SerializeToNode(StoredRun.ToStored(p), CrdsJsonContext.Default.StoredPlan)),
    ]);

    /// <summary>What preflight found of the system, unpacked; what cannot be read as it is stored.</summary>
    public JsonNode? UnpackedInventory => Status?.Found switch
    {
        null => null,
        { Unreadable: { } stored } => JsonNode.Parse(stored.GetRawText()),
        var found => JsonSerializer.SerializeToNode(found, CrdsJsonContext.Default.GetTypeInfo(found.GetType())!),
    };

    public string FullName => $"{Metadata.Namespace}/{Metadata.Name}";

    public string ResourceName => $"{Kind.Singular}.{ApiGroup.Name}/{Metadata.Name}";

    /// <summary>A verb about the run, ready to paste, with the context and kubeconfig in which the run was
    /// read.</summary>
    /// <param name="argument">What follows the name; null for nothing.</param>
    public string Command(string verb, string? argument = null) =>
        $"kubectl drydock {verb} {(Address.HasKind ? $"{Kind.ShortName}/" : "")}{Metadata.Name}"
        + $"{(argument is null ? "" : $" {argument}")} -n {Metadata.Namespace}{Address.Options}";

    /// <summary>A command of kubectl for what the plugin never changes: the spec, which a GitOps tool may
    /// own.</summary>
    public string PatchCommand(string spec) =>
        $"`kubectl -n {Metadata.Namespace} patch {Kind.ShortName} {Metadata.Name} --type merge -p "
        + $"'{{\"spec\":{spec}}}'`";

    public Condition? Condition(string type) => Status?.Conditions.Find(c => c.Type == type);

    public bool Is(string type) => Condition(type)?.Status == "True";

    /// <summary>Refuses to change what this plugin or the operator cannot read.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    public void RequireRead()
    {
        if (Reason == Reasons.StatusUnreadable)
        {
            throw CliException.Refused($"The operator cannot read {FullName}, and nothing was written. "
                + $"{Status!.Message}");
        }

        if (Status is { } status
            && (StatusForm.Unknown(status) ?? StatusForm.UnreadablePart(status)) is { } unread)
        {
            throw CliException.Refused($"The plugin cannot read {FullName}, and nothing was written. {unread.What} "
                + unread.Remedy);
        }
    }

    public string Reason => Condition(ConditionTypes.Ready)?.Reason ?? "";

    /// <summary>Phase and reason, for the middle of a sentence.</summary>
    public string Situation => Reason.Length == 0
        ? Status?.Phase ?? RunPhases.Pending
        : $"{Status?.Phase ?? RunPhases.Pending}, {Reason}";

    /// <summary>Phase and message, at the end of what is told.</summary>
    public string Report => $"{Status?.Phase}: {Status?.Message}";

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
