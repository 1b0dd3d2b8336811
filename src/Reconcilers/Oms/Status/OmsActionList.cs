namespace Drydock.Reconcilers.Oms;

/// <summary>What the administrator has to do after the upgrade (which links recover automatically and which do not;
/// docs/project/research/oms.md#after-the-upgrade). Pure.</summary>
internal static class OmsActionList
{
    private const string Warned =
        "docker_init.sh printed its success line and ended with an exit code other than 0. Everything was verified "
        + "afterwards. Read its output.";

    public static List<ActionEntry> Compile(
        OmsUpgrade upgrade, PlanProgress plan, ProjectRecord projects, IReadOnlyList<ActionEntry> found)
    {
        var enable = plan.First(OmsUpgradePhases.EnableHA);
        var notEnabled = enable?.Recorded(EnableHighAvailability.NotEnabledFact);
        var highAvailabilityOn = enable is not null && notEnabled is null;
        var known = plan.Step<ListActions>()!.As<ListActions>();

        // A link that was watched needs no general advice.
        var watched = ProjectVerdict.Last(plan) is { Watched: true };
        return
        [
            .. plan.Steps.Where(s => s.Recorded(RunDockerInit.WarningFact) is not null).Select(Warning),
            .. plan.Steps.Where(s => s.Recorded(ReadVersion.MismatchFact) is not null).Select(OtherVersion),
            .. Accepted(plan),
            .. Violations(plan),
            .. found,
            .. projects.Items.Where(p => !(watched && ProjectStatuses.IsRunning(p.Status)))
                .Select(p => Advice(p, Recovery(known.Links, p, highAvailabilityOn)))
                .OfType<ActionEntry>(),
            .. highAvailabilityOn ? (ActionEntry[])[] :
            [
                HighAvailabilityOff(
                    notEnabled ?? (known.HaConfig ? null : $"OMS {upgrade.Spec.ToVersion} has no high availability.")),
            ],
            .. (known.Advice ?? []).Select(a => new ActionEntry(Reasons.VersionAdvice, a.Message, a.Key)),
            .. OmsPlanProgress.Stops(plan).Select(OldContainer),
        ];
    }

    /// <param name="what">What to check and do: sentences whose first subject is the project; null for nothing.</param>
    public static ActionEntry? Advice(OmsProject project, string? what) => what is null
        ? null
        : new ActionEntry(
            Reasons.ReviewProject,
            $"Each of these {project.Kind.ToString().ToLowerInvariant()} projects {what}",
            project.ToString());

    /// <summary>The entries for steps that count as done although they had failed.</summary>
    public static IEnumerable<ActionEntry> Accepted(PlanProgress plan) =>
        from step in plan.Steps
        let accepted = step.Accepted
        where accepted is not null
        select new ActionEntry(
            Reasons.ResultAccepted,
            accepted.By == AcceptedBy.Plan
                ? "The new version runs, but these checks after it did not succeed. Find out why, and repair it."
                : "The results of these steps were accepted although they had failed. "
                    + "Check once more that all is well.",
            step.Id,
            Sentences.Open($"{accepted.Reason}: {step.Message}"));

    /// <summary>The entries for what was changed from outside during the run.</summary>
    public static IEnumerable<ActionEntry> Violations(PlanProgress plan) =>
        from guard in plan.Guards
        from violation in guard.Record.Violations
        where violation.Check is not null
        select new ActionEntry(
            violation.Reason,
            violation.Check!,
            guard.Node ?? "",
            $"from {violation.From.UtcDateTime:u} to {violation.To?.UtcDateTime:u}"
                + (violation.Accepted is null ? "" : ", accepted"));

    /// <param name="why">Why it could not be enabled; null if it was off before.</param>
    public static ActionEntry HighAvailabilityOff(string? why = null) => new(
        Reasons.HighAvailabilityOff,
        Sentences.Join(
            why ?? "High availability is off, as it was before the upgrade.",
            "Stores and writers of running projects stay abnormal until you start them in the console."));

    public static ActionEntry RecordMissing(string why) => new(
        Reasons.ReviewProject,
        Sentences.Join(
            "The list of the projects before the upgrade cannot be used.", why, "Check all projects in the console."));

    private static ActionEntry Warning(Step step) => new(
        Reasons.InitializedWithWarning,
        Warned,
        step.Node ?? "",
        step.Record.OutputRef is { } secret ? $"output in Secret {secret}" : Sentences.Open(step.Message ?? ""));

    private static ActionEntry OtherVersion(Step step) =>
        new(Reasons.VersionMismatch, step.Recorded(ReadVersion.MismatchFact)!, step.Node ?? "");

    private static string? Recovery(LinkFacts? links, OmsProject project, bool highAvailabilityOn) =>
        links is null ? null : LinkRecovery.Of(links, project.Kind, project.Status, highAvailabilityOn);

    private static ActionEntry OldContainer(Step stop) => new(
        Reasons.RemoveOldContainers,
        "The old containers are stopped and kept for a rollback. When you are content, remove them with the command in "
        + "status.nextAction.",
        stop.Node ?? "",
        $"container {stop.As<StopContainer>().Name}");
}

/// <summary>What an administrator has to do about one subject.</summary>
/// <param name="What">What to do and why, the same text for every subject about which the same is to be done: whole
/// sentences.</param>
/// <param name="Subject">A project, component or node; empty if it concerns the whole system.</param>
/// <param name="Detail">What is special about this subject, a clause without a full stop; empty for nothing.</param>
internal sealed record ActionEntry(string Reason, string What, string Subject = "", string Detail = "");

/// <summary>What the administrator has to do after a rollback (Full-Import never resumes automatically;
/// docs/project/research/oms.md#rollback). Pure.</summary>
internal static class RollbackActionList
{
    public static List<ActionEntry> Compile(OmsUpgrade upgrade, PlanProgress back, ProjectRecord projects)
    {
        var plan = upgrade.Status!.Plan!;
        var restored = back.First(OmsUpgradePhases.RestoreHA);
        var notEnabled = restored?.Recorded(EnableHighAvailability.NotEnabledFact);
        var highAvailabilityOn = restored is not null && notEnabled is null;
        return
        [
            .. OmsActionList.Accepted(back),
            .. OmsActionList.Violations(back),
            .. projects.Items.Select(p => OmsActionList.Advice(p, Advice(p, highAvailabilityOn)))
                .OfType<ActionEntry>(),
            .. highAvailabilityOn ? (ActionEntry[])[] : [OmsActionList.HighAvailabilityOff(notEnabled)],
            .. OmsPlanProgress.Stops(plan).Select(s => NewContainer(plan, s.Node!)),
            .. new[] { SecondSnapshot(back) }.OfType<ActionEntry>(),
        ];
    }

    private static ActionEntry NewContainer(PlanProgress plan, string node) => new(
        Reasons.RemoveNewContainers,
        "The new containers are stopped and kept. When you no longer need to inspect them, remove them with "
        + "`docker rm`. Another attempt of this object removes them automatically.",
        node,
        $"container {OmsPlanProgress.NewName(plan, node)}");

    private static ActionEntry? SecondSnapshot(PlanProgress back)
    {
        var step = back.Step<TakeSnapshot>();
        if (step?.Recorded(TakeSnapshot.NotTakenFact) is not null)
        {
            return new ActionEntry(
                Reasons.ReviewSnapshot,
                Sentences.Join(
                    "The data that the failed upgrade left in the databases could not be dumped before they were "
                    + "dropped.",
                    step.Message));
        }

        return step?.Recorded(SnapshotReceipts.SnapshotKey) is { } name
            ? new ActionEntry(
                Reasons.ReviewSnapshot,
                "This BackupSnapshot holds the data of the databases before they were dropped. "
                + "Delete it when you no longer need it.",
                name)
            : null;
    }

    private static string? Advice(OmsProject project, bool highAvailabilityOn) =>
        project.Status switch
        {
            var status when ProjectStatuses.IsFailed(status) =>
                "had failed before the upgrade. Recover the link in the console.",
            var status when !ProjectStatuses.IsRunning(status) => null,
            _ when highAvailabilityOn =>
                "ran before the upgrade. High availability recreates its Store within some minutes. "
                + "Check that its Incr-Sync (before 4.2: JDBCWriter or Connector) runs and catches up; otherwise "
                + "resume it. A Full-Import must be resumed in the console.",
            _ => "ran before the upgrade. Start its Store and writer in the console. "
                + "A Full-Import must be resumed in the console.",
        };
}
