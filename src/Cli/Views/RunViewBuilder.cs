namespace Drydock.Cli.Views;

/// <summary>Computes what is shown of a run. Pure.</summary>
internal static class RunViewBuilder
{
    public static RunView Build(Run run, DateTimeOffset now)
    {
        var status = run.Status;
        var durations = new StepTimes(run);
        var active = run.ActivePlan;
        var holds = status?.Holds ?? [];
        var state = StateOf(run);
        var plans = run.Plans
            .Select(p => Plan(p.Name, p.Plan, p.Plan == active, durations, holds, state, now))
            .ToList();
        var firstStepAt = run.Plans.SelectMany(p => p.Plan.Steps).Min(s => s.StartedAt);
        return new RunView
        {
            Kind = run.Kind.Kind,
            Namespace = run.Metadata.Namespace ?? "",
            Name = run.Metadata.Name,
            FromVersion = run.From,
            ToVersion = run.To,
            At = now,
            Phase = status?.Phase ?? RunPhases.Pending,
            Reason = run.Reason,
            State = state,
            Message = Message(run),
            NextAction = status?.NextAction,
            Progress = status?.Progress,
            Instances = run.InstanceProgress,
            Snapshot = run.Snapshot,
            StartedAt = status?.StartedAt,
            FirstStepAt = firstStepAt,
            FinishedAt = status?.FinishedAt,
            ElapsedSeconds = Seconds(firstStepAt, status?.FinishedAt, now),
            RemainingSeconds = durations.Remaining(active, now)?.TotalSeconds,
            System = status?.System?.State,
            DowntimeSince = run.DowntimeSince,
            DowntimeSeconds = run.DowntimeSince is { } since ? Math.Max((now - since).TotalSeconds, 0)
                : KubernetesDuration.TryParse(run.Downtime, out var downtime) ? downtime.TotalSeconds
                : null,
            Summary = status?.Summary,
            RollbackCost = status?.Rollback?.Cost,
            Backup = Place(run),
            Holds =
            [
                .. holds.Select(
                    h => new HoldView(h.Name, h.Approval, h.Since, run.Command("approve", h.Name), h.Consent)),
            ],
            Plans = plans,
            Findings =
            [
                .. (status?.Findings ?? []).Select(
                    f => new FindingView(f.Reason, f.Message, Shown(f.Node, f.Field), Shown(f.Acknowledge))),
            ],
            ActionRequired =
            [
                .. (status?.ActionRequired ?? []).Select(
                    a => new FindingView(a.Reason, a.Message, Shown(a.Subject), null)),
            ],
        };
    }

    public static RunView BuildWithOffers(Run run, DateTimeOffset now) =>
        Build(run, now) with { Offers = OfferedVerbs.Of(run) };

    /// <summary>What a user has to know first. The state of an older spec is not the state of this one.</summary>
    public static ShownState StateOf(Run run) =>
        !run.IsObserved ? ShownState.InProgress
        : run.Is(ConditionTypes.Stalled) ? ShownState.Stalled
        : run.Is(ConditionTypes.Held) && !IsApproved(run.Status!) ? ShownState.Held
        : run.Is(ConditionTypes.Ready) ? ShownState.Ready
        : ShownState.InProgress;

    // The operator has recorded the approvals and continues with its next look.
    private static bool IsApproved(RunStatus status) => status.Holds.Count > 0
        && status.Holds.TrueForAll(h => status.Approvals.Exists(a => a.Accepted && a.Word == h.Approval));

    private static string? Place(Run run) => (run.Spec, run.Status) switch
    {
        (OmsUpgradeSpec oms, var status) =>
            oms.Backup.Storage ?? StorageSpec.Default((status as OmsUpgradeStatus)?.Inventory?.StorageDirectory),
        (DatabaseRollingUpgradeSpec { Tidb.Backup: { } backup }, var status) =>
            backup.Storage
                ?? StorageSpec.Default((status as DatabaseRollingUpgradeStatus)?.Inventory?.StorageDirectory),
        _ => null,
    } is { } storage and not { Directory: null, S3: null } ? storage.Describe() : null;

    private static string Message(Run run) => run.Status?.Message switch
    {
        null => "The operator has not seen the object yet.",
        var former when !run.IsObserved && run.Status.ObservedGeneration > ObservedStatus.NotObserved =>
            $"The operator has not seen the last change of the spec yet. Before the change: {former}",
        var message => message,
    };

    private static PlanView Plan(
        string name,
        PlanProgress plan,
        bool isActive,
        StepTimes times,
        IReadOnlyList<HoldStatus> holds,
        ShownState state,
        DateTimeOffset now)
    {
        var held = isActive ? HoldNames.Waiting(holds.Select(h => h.Name), plan) : [];
        var current = isActive ? state : ShownState.Ready;
        var phases = plan.Steps
            .GroupBy(s => s.Phase, StringComparer.Ordinal)
            .Select(group => Phase(
                group.Key,
                [.. group.Select(step => Step(step, times, held.Contains(step.Id), now))],
                held.Contains(group.Key),
                current,
                now))
            .ToList();
        return new PlanView(name, plan.Hash, isActive, phases, plan.Notes);
    }

    // Between two steps a phase runs only if the run continues automatically: a run that has ended, failed or waits
    // leaves it where it is, and its time ends with the last step.
    private static PhaseView Phase(
        string name, IReadOnlyList<StepView> steps, bool isHeld, ShownState current, DateTimeOffset now)
    {
        var began = steps.Min(s => s.StartedAt);
        var marks = steps.Select(s => s.Mark).ToHashSet();
        var isDone = steps.All(s => s.Mark is StepMark.Succeeded or StepMark.Accepted);
        var isBetween = began is not null && !isDone;
        var isRunning = marks.Contains(StepMark.Running) || (isBetween && !isHeld && current == ShownState.InProgress);
        var mark = isDone ? StepMark.Succeeded
            : marks.Contains(StepMark.Failed) ? StepMark.Failed
            : marks.Contains(StepMark.Unknown) ? StepMark.Unknown
            : isRunning ? StepMark.Running
            : isHeld || marks.Contains(StepMark.Held) || (isBetween && current == ShownState.Held) ? StepMark.Held
            : StepMark.Pending;
        var ended = isRunning ? null : steps.Max(s => s.FinishedAt);
        return new PhaseView(name, mark, steps)
        {
            StartedAt = began,
            FinishedAt = ended,
            ElapsedSeconds = Seconds(began, ended, now),
            ExpectedSeconds = Expected(steps),
        };
    }

    // Steps of one kind run side by side on different nodes as a rule: the longest of each kind counts. Kinds that took
    // less than a second are not recorded.
    private static double? Expected(IReadOnlyList<StepView> steps)
    {
        var kinds = steps.GroupBy(s => StepTimes.KindOf(s.Id, s.Node), s => s.ExpectedSeconds, StringComparer.Ordinal)
            .Select(kind => kind.Max())
            .ToList();
        return kinds.Exists(k => k is not null) ? kinds.Sum() : null;
    }

    private static StepView Step(Step step, StepTimes times, bool isHeld, DateTimeOffset now) => new()
    {
        Id = step.Id,
        Title = step.Title,
        Node = step.Node,
        Runs = step.Planned.Runs,
        Parameters = step.Parameters,
        Mark = step.State switch
        {
            StepState.Succeeded => step.Accepted is null ? StepMark.Succeeded : StepMark.Accepted,
            StepState.Running => StepMark.Running,
            StepState.Failed => StepMark.Failed,
            StepState.Unknown => StepMark.Unknown,
            _ => isHeld ? StepMark.Held : StepMark.Pending,
        },
        Attempt = step.Attempt,
        PointOfNoReturn = step.PointOfNoReturn,
        RunOnce = step.RunOnce,
        Reason = step.Reason,
        Message = step.Message,
        StartedAt = step.StartedAt,
        FinishedAt = step.FinishedAt,
        ElapsedSeconds = Seconds(step.StartedAt, step.FinishedAt, now),
        ExpectedSeconds = times.Expected(step)?.TotalSeconds,
        Output = step.Record.OutputRef,
    };

    private static string? Shown(params string?[] texts) =>
        string.Join(", ", texts.Where(t => !string.IsNullOrEmpty(t))) is { Length: > 0 } text ? text : null;

    private static double? Seconds(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now) =>
        from is { } began ? Math.Max(((to ?? now) - began).TotalSeconds, 0) : null;
}
