namespace Drydock.Reconcilers.Upgrades;

/// <summary>Deletion: up to a certain step all changes are undone and the object is removed; after that step the object
/// stays until the plan has finished. With the annotation <c>drydock.dev/on-delete: Abandon</c>, or if the namespace is
/// being deleted, the object is released after the running step, and an Event lists the unfinished steps.</summary>
internal sealed class DeletionFlow(RunFrame frame, RunFlow runs, ParkedStateFlow parked)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly RunKind _kind = frame.Kind;
    private readonly ILogger _logger = frame.Services.Loggers.CreateLogger<DeletionFlow>();

    /// <summary>Advances the deletion. Over: the object is released.</summary>
    public Decision Advance(Turn turn)
    {
        if (IsOver(turn.Entity))
        {
            return Release(turn);
        }

        // The cleanup can stop after any step; only a running step is awaited.
        return turn.Status.ActiveKind() == PlanKind.Cleanup
            ? Stop(turn, $"The object is being deleted. {_kind.Cleanup!.Stops}.", tell: false)
            : Decision.Do(new IsAbandoned(), isAbandoned => isAbandoned
                ? Stop(
                    turn,
                    $"The object is released because of {Annotations.OnDelete}: {Annotations.Abandon} or because its "
                    + "namespace is being deleted.",
                    tell: true)
                : Claimed(turn));
    }

    // Before the first step there is nothing to undo on the target, also if another object has claimed it.
    private Decision Claimed(Turn turn)
    {
        if (turn.Status.Target?.Claim is null || turn.Session.ClaimSeen || !turn.Status.Plan!.HasEverBegun)
        {
            return Undo(turn);
        }

        return runs.Reclaim(turn, () =>
        {
            turn.Session.ClaimSeen = true;
            return Undo(turn);
        });
    }

    private Decision Undo(Turn turn)
    {
        return turn.Steps.IsPastUndo(turn.Status.Plan!) ? runs.Unblocked(turn, Continue) : Continue();

        Decision Continue() => runs.Advance(turn)
            .Then((at, step) => step.IsOver ? Release(at) : Decision.End(step));
    }

    // Nothing is left to do or to undo.
    private static bool IsOver(RunObject entity) =>
        entity.Status is not { Plan: not null } status
        || (status.ActiveKind() != PlanKind.Cleanup && (RunPhases.IsIdle(status.Phase) || status.IsUpgraded()))
        || status.IsRolledBack();

    public static bool IsAbandoned(V1ObjectMeta metadata) =>
        metadata.Annotation(Annotations.OnDelete) == Annotations.Abandon;

    public static async Task<bool> IsAbandonedAsync(
        IKubernetesClient kubernetes, V1ObjectMeta metadata, CancellationToken cancellationToken) =>
        IsAbandoned(metadata)
        || await kubernetes.GetAsync<V1Namespace>(metadata.Namespace!, cancellationToken: cancellationToken)
            is null or { Metadata.DeletionTimestamp: not null };

    private Decision Stop(Turn turn, string because, bool tell) => parked.WhenIdle(turn, at =>
    {
        var slot = at.Status.ActiveKind();
        return PlanAdvance.Decide(at, slot, because, Finishing(at, slot), (stopped, _) =>
            Acts(stopped, slot).Count > 0
                ? Decision.Again(LookAgain)

                // The remaining jobs only observe or wait: they need not finish.
                : Decision.Do(new StopRun(), _ => tell ? CleanUp(stopped, slot) : Release(stopped)));
    });

    // What another object has claimed is its own.
    private Decision CleanUp(Turn turn, PlanKind slot) => ClaimTarget.Of(turn.Status.Target) is { } target
        ? Decision.Do(new HolderOf(target), holder => holder is null
            ? parked.BeforeRelease(turn, () => Tell(turn, slot))
            : Tell(turn, slot))
        : parked.BeforeRelease(turn, () => Tell(turn, slot));

    private Decision Tell(Turn turn, PlanKind slot) => Abandon(
        turn,
        Sentences.Join(Left(turn.Status.PlanOf(slot)!), _kind.Report.LeftBehind(turn.Spec, turn.Status)));

    /// <summary>Lets an object go whose status cannot be read.</summary>
    public Decision Unread(Turn turn, StatusForm why) => Abandon(
        turn, $"The object is released, and what was under way on its target is not known. {why.What}");

    private Decision Abandon(Turn turn, string left)
    {
        RunLog.Abandoned(_logger, _kind.Names.Kind, turn.Metadata.Namespace, turn.Metadata.Name, left);
        return Decision.Warn(Reasons.Abandoned, left, () => Release(turn));
    }

    // The steps that may be changing a target.
    private static ImmutableList<Step> Acts(Turn turn, PlanKind slot) =>
        turn.Status.PlanOf(slot)!.Steps.FindAll(
            s => s.State == StepState.Running && !turn.Steps.Of(s).OnlyWaits && !turn.Session.IsIdle(s.Id));

    // Absolute times: the message stays the same while it waits.
    private static Func<RunOutcome, RunOutcome> Finishing(Turn turn, PlanKind slot) => summary =>
    {
        var acts = Acts(turn, slot);
        if (acts.Count == 0 || summary.State is RunState.Succeeded or RunState.RolledBack)
        {
            return summary;
        }

        var ends = acts.Max(s => (s.StartedAt ?? turn.Now) + turn.Steps.TimeLimit(turn.Spec, s));
        var followed =
            $"The deletion waits for {string.Join(", ", acts.Select(s => s.Id))}, "
            + $"at the latest until {ends.UtcDateTime:yyyy-MM-dd HH:mm}Z; nothing more is started.";
        return Stays(summary, Reasons.DeletionWaits, Sentences.Join(followed, summary.Message));
    };

    private static string Left(PlanProgress plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending))
            .Select(s => $"{s.Id} ({s.State})")
            .ToList();
        var last = done.Count > 0 ? $" (last: {done[^1]})" : "";
        return $"The run was abandoned. {done.Count} of {plan.Steps.Count} steps were done{last}. "
            + $"Unfinished steps: {(open.Count > 0 ? string.Join(", ", open) : "none")}.";
    }

    /// <summary>The state to report of a run that continues while its object is being deleted.</summary>
    public static RunOutcome Waiting(Turn turn, RunOutcome summary)
    {
        if (summary.State is RunState.Succeeded or RunState.RolledBack)
        {
            return summary;
        }

        if (!turn.Steps.IsPastUndo(turn.Status.Plan!))
        {
            return Stays(summary, Reasons.Undoing, Sentences.Join(
                summary.Message));
        }

        var plan = turn.Status.RollbackPlan is null ? "plan" : "rollback";
        return Stays(summary, Reasons.DeletionWaits, Sentences.Join(
            $"The deletion waits for the {plan}: {turn.Kind.Names.PastUndo}.",
            summary.Message));
    }

    // What stalls keeps its reason.
    private static RunOutcome Stays(RunOutcome summary, string reason, string message) => summary with
    {
        Reason = summary.IsStalled ? summary.Reason : reason,
        Message = message,
    };

    /// <summary>Lets the object go, and the claim on its target.</summary>
    private static Decision Release(Turn turn)
    {
        return turn.Status.Target is { } target
            ? Decision.Do(Upgrades.Release.Of(turn, target), _ => Drop())
            : Drop();

        Decision Drop() => Decision.DropFinalizer(static _ => Decision.Over);
    }
}
