namespace Drydock.Reconcilers.Upgrades;

/// <summary>Advances a stored plan once with the engine.</summary>
internal sealed class PlanFlow(RunFrame frame)
{
    private readonly RunKind _kind = frame.Kind;

    /// <param name="startNothingBecause">Why nothing may be started; null lets it start.</param>
    public async Task<RunOutcome> AdvanceAsync(
        RunReconcile run,
        PlanSlot slot,
        string? startNothingBecause,
        Func<RunStatusSummary, RunStatusSummary> adjust)
    {
        var now = frame.Now;
        var session = run.Session;
        var before = run.Status;
        var former = _kind.Plans.Of(before, slot)!;
        TellUnread(run.Entity, session, Annotations.Approve, "approvals", Reasons.ApprovalIgnored);
        TellUnread(run.Entity, session, Annotations.Accept, "acceptances", Reasons.AcceptIgnored);

        // While nothing may be started, tokens and acceptances are kept for later.
        var retries = startNothingBecause is null ? RunTokens.NewRetries(run.Entity) : [];
        var failing = former.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
        var seen = retries.Count == 0 ? before
            : frame.Projection.Numbered(before, failing
                ? RunTokens.TakeUp(before, retries, now)
                : RunTokens.Use(before, retries, now));
        var plan = _kind.Plans.Of(seen, slot)!;
        var engine = await session.RunAsync(slot, plan);
        var controls = Controls(run.Entity, slot, plan, seen, now) with
        {
            StartNothingBecause = startNothingBecause,
            Retry = retries.Count > 0 && failing,
            Accepted = startNothingBecause is null
                ? Acceptances.Accepted(RunWords.Admitted(run.Entity, WordKind.Acceptance), former)
                : [],
            AccessChanged = failing && session.FailedWith is { } access && access != session.AccessKey,
        };
        var outcome = await engine.AdvanceAsync(plan, controls, Environment(run), SaveAsync, run.CancellationToken);
        session.FailedWith = outcome.State is RunState.Failed or RunState.OutcomeUnknown ? session.AccessKey : null;
        return outcome;

        async Task SaveAsync(PlanProgress next, RunOutcome came, CancellationToken token)
        {
            var used = startNothingBecause is null
                ? Acceptances.Record(_kind, run.Entity, seen, former, next, now)
                : seen;

            if (slot == PlanSlot.Rollback && next.HasEverBegun)
            {
                used = used with { Plan = used.Plan!.AsHistory() };
            }

            await run.WriteAsync(
                frame.Projection.Compose(run.Entity, used, slot, next, came, now, adjust), always: came.Acts);
            session.Targets.Refresh(run.Entity.Entity);
        }
    }

    // Once per value of an annotation.
    private void TellUnread(RunObject entity, RunSession session, string annotation, string things, string reason)
    {
        if (RunTokens.Unread(entity.Metadata, annotation, things) is { } unread && session.Told.Add(unread))
        {
            frame.Store.Warning(entity, reason, unread);
        }
    }

    private RunControls Controls(RunObject entity, PlanSlot slot, PlanProgress plan, RunStatus seen, DateTimeOffset now)
    {
        var spec = entity.Spec;
        var holds = spec.HoldBefore.Select(name => _kind.HoldIn(plan, name)).ToHashSet(StringComparer.Ordinal);
        var approved = RunTokens.Approved(seen, plan);
        var isApproved = spec.ApprovedPlanHash == plan.Hash;
        var implied = slot == PlanSlot.Upgrade ? _kind.Hold(spec, plan) : null;
        holds.UnionWith(implied is null ? [] : [implied.Step]);
        approved.UnionWith(isApproved && plan.Hold is { } hold ? [hold] : []);

        // A rollback never waits for the window.
        var units = slot == PlanSlot.Upgrade && spec.Window is { } window
            ? new UnitWindow(_kind, seen, plan, window, now)
            : null;
        return new RunControls
        {
            Paused = spec.Paused,
            HowToResume = ControlAnnotations.HowToResume(entity.Metadata, entity.Written.Paused),
            HoldBefore = holds,
            HowToRelease = name => HowToRelease(entity, plan, name),
            ImpliedHold = implied?.Step,
            ImpliedBecause = implied is null ? null : $"{Sentences.Close(implied.Because)} To continue: "
                + $"{new KubectlCommands(_kind.Resource, entity.Metadata).Annotate(
                    Annotations.Approve, Word.For(implied.Step, plan))}.",
            Approved = approved,
            MaxParallelNodes = spec.MaxParallelNodes,
            PhaseOpensAt = units is null ? static _ => null : units.OpensAt,
            OnlyUnitsWait = _kind.IsPastUndo(plan),
            ClosedBecause = units is null ? static _ => "" : units.ClosedBecause,
            TimeoutOf = step => _kind.TimeoutOf(spec, step),
        };
    }

    private string HowToRelease(RunObject entity, PlanProgress plan, string name)
    {
        var places = entity.Written.HoldBefore.Select(hold => (Hold: hold, Place: "spec.holdBefore"))
            .Concat(ControlAnnotations.Holds(entity.Metadata)
                .Select(hold => (Hold: hold, Place: $"the annotation {Annotations.Hold}")))
            .Where(each => _kind.HoldIn(plan, each.Hold) == name)
            .Select(each => $"'{each.Hold}' from {each.Place}")
            .Distinct(StringComparer.Ordinal);
        return $"remove {string.Join(" and ", places)}";
    }

    private RunEnvironment Environment(RunReconcile run)
    {
        var (entity, session) = (run.Entity, run.Session);
        return new RunEnvironment
        {
            OwnerUid = entity.Metadata.Uid!,
            Catalog = session.Targets.Catalog(),
            Fence = frame.Services.Fence,
            Time = frame.Services.Time,
            Wake = () => frame.Store.Wake(entity),
            Redact = session.Targets.Redact,
            Hold = session.Hold,
            Superseded = session.Superseded,
        };
    }
}
