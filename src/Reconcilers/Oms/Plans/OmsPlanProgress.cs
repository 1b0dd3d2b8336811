namespace Drydock.Reconcilers.Oms;

/// <summary>Reads from a stored upgrade plan what was really done to OMS, or may have been. Pure.</summary>
internal static class OmsPlanProgress
{
    private static readonly string[] Order =
    [
        OmsUpgradePhases.PrepareImage, OmsUpgradePhases.TestSchema, OmsUpgradePhases.DisableHA,
        OmsUpgradePhases.RenameProjects, OmsUpgradePhases.StopOld, OmsUpgradePhases.Backup, OmsUpgradePhases.StartNew,
        OmsUpgradePhases.CorrectMetadata, OmsUpgradePhases.InitMetadata, OmsUpgradePhases.Verify,
        OmsUpgradePhases.EnableHA, OmsUpgradePhases.Settle,
    ];

    /// <summary>Where a hold stands. An upgrade without high availability has no phase DisableHA, one of a new version
    /// no CorrectMetadata: a hold before such a phase stands before the next one, because a hold that is ignored lets
    /// the downtime begin without an approval.</summary>
    /// <param name="has">Whether the plan has the phase.</param>
    /// <param name="hold">The hold as it was given.</param>
    public static string HoldIn(Func<string, bool> has, string hold) =>
        Array.IndexOf(Order, hold) is >= 0 and var at ? Order[at..].FirstOrDefault(has, hold) : hold;

    public static bool IsPastT1(PlanProgress plan) => StepRegistry.Of<OmsTargets>().IsPastUndo(plan);

    /// <summary>Whether a step reads or writes the metadata databases, or begins what does.</summary>
    public static bool UsesMetadata(Step step) =>
        step.Is<StopContainer>() || step.Is<StartContainer>() || step.Is<StartOldContainer>()
        || step.Is<RunCorrectionJar>() || step.Is<RunDockerInit>()
        || step.Parameters.ContainsKey("database") || step.Parameters.ContainsKey("databases");

    public static bool NewStarted(PlanProgress plan) =>
        plan.Steps.Exists(s => s.Is<StartContainer>() && s.HasEverBegun);

    /// <summary>Whether the new version may have taken up its work: high availability was enabled, or may have been;
    /// where the plan does not enable it, everything was verified.</summary>
    public static bool HasNewData(PlanProgress plan) => plan.First(OmsUpgradePhases.EnableHA) is { } enable
        ? enable.HasEverBegun
        : plan.Steps.Exists(s => s.Phase == OmsUpgradePhases.Settle && s.HasEverBegun);

    /// <summary>T1: when the first old container stopped, as the containers report it; otherwise when the first stop
    /// began; null before that.</summary>
    public static DateTimeOffset? StoppedAt(PlanProgress plan)
    {
        var times = Stops(plan).Select(StoppedAt).OfType<DateTimeOffset>().ToList();
        return times.Count == 0 ? null : times.Min();
    }

    public static IEnumerable<Step> Stops(PlanProgress plan) =>
        plan.Steps.Where(s => s.Is<StopContainer>() && s.Phase == OmsUpgradePhases.StopOld);

    /// <summary>The new container, by the name by which it is started: it may be another one than was created, with
    /// the same image and options.</summary>
    public static string NewName(PlanProgress plan, string node) =>
        plan.Step<StartContainer>(node)!.As<StartContainer>().Container;

    /// <summary>The rm database, and ha.config before the upgrade, if disabling high availability was begun; null
    /// otherwise.</summary>
    public static (string Database, string Previous)? HighAvailabilityBefore(PlanProgress plan)
    {
        if (Disable(plan) is not { } disable || !disable.HasEverBegun)
        {
            return null;
        }

        if (disable.Is<AwaitManualHighAvailability>())
        {
            var manual = disable.As<AwaitManualHighAvailability>();
            return (manual.Database, manual.Previous ?? "");
        }

        var args = disable.As<DisableHighAvailability>();
        return (args.Database, args.Previous);
    }

    /// <summary>The step that disables high availability; null if it was off.</summary>
    public static Step? Disable(PlanProgress plan) =>
        plan.Steps.Find(s => s.Phase == OmsUpgradePhases.DisableHA && !s.Is<LookAgain>());

    private static DateTimeOffset? StoppedAt(Step step) =>
        step.RecordedTime(StopContainer.FinishedAtFact) ?? (step.HasEverBegun ? step.StartedAt : null);
}

/// <summary>What a plan did to names of projects. Pure.</summary>
internal static class RenamedProjects
{
    public static List<RenamedProject> Of(PlanProgress plan) =>
    [
        .. plan.Steps
            .Where(step => step.State == StepState.Succeeded)
            .SelectMany(step => CheckProjectNames.Renaming(step)?.Renames ?? [])
            .Select(rename => new RenamedProject
            {
                Kind = rename.Kind,
                Id = SchemaLimits.Clip(rename.Id, SchemaLimits.ShortName),
                OldName = SchemaLimits.Clip(rename.OldName, SchemaLimits.Name),
                NewName = SchemaLimits.Clip(rename.NewName, SchemaLimits.Name),
            }),
    ];
}
