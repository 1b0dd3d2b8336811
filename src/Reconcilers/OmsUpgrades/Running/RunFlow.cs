using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Status;
using Drydock.Reconcilers.OmsUpgrades.Steps;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>
/// Carries an upgrade that has a plan on by one step, whichever plan is the one: the way there, the way back, or the cleanup. Decides when one is left for
/// another. Level-based: killed anywhere it decides the same again.
/// </summary>
internal sealed class RunFlow(OmsServices services, PlanFlow plans, OmsStatusWriter status)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookForWay = TimeSpan.FromMinutes(1);

    /// <summary>One step.</summary>
    /// <param name="upgrade">The upgrade as just read; it has a plan.</param>
    /// <param name="session">What this process knows of it.</param>
    /// <param name="accessKey">What access depends on now.</param>
    /// <param name="adjust">What else has a say in the standing; null for nothing.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    public async Task<RunStep> AdvanceAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, Func<Standing, Standing>? adjust, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        upgrade = await HeedAbortAsync(upgrade, now, cancellationToken);
        if (upgrade.Status!.AbortedBy is not null && RunTokens.NewRetries(upgrade) is { Count: > 0 } retries)
        {
            // A token that finds failed steps is left for them: the next advance uses it.
            var failing = upgrade.Status.Plan(PlanSlots.Active(upgrade.Status))!.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
            var undone = WayBack.IsUndoneByAbort(upgrade) || (upgrade.Status.RollbackPlan is null && !DoneWork.Changed(upgrade.Status.Plan!));
            var resumed = RunTokens.Resume(undone || !failing ? RunTokens.TakeUp(upgrade.Status, retries, now) : upgrade.Status);
            return RunStep.AtOnce(await status.WriteAsync(upgrade, undone ? StartOver.Compose(upgrade, resumed, now) : resumed, cancellationToken));
        }

        return PlanSlots.Active(upgrade.Status!) switch
        {
            PlanSlot.Cleanup => await CleanUpAsync(upgrade, session, accessKey, adjust, cancellationToken),
            PlanSlot.Rollback => await GoBackAsync(upgrade, session, accessKey, adjust, cancellationToken),
            _ => await GoOnAsync(upgrade, session, accessKey, adjust, cancellationToken),
        };
    }

    /// <summary>The way back of an upgrade that succeeded, which desiredState asks for: compiles it, unless an abort says not to.</summary>
    public async Task<RunStep> TurnAfterSuccessAsync(OmsUpgrade upgrade, OmsSession session, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        upgrade = await HeedAbortAsync(upgrade, now, cancellationToken);
        if (!WayBack.IsHalted(upgrade))
        {
            return await TurnAsync(upgrade, session, WayBackCause.Request, cancellationToken);
        }

        if (RunTokens.NewRetries(upgrade) is { Count: > 0 } retries)
        {
            return RunStep.AtOnce(await status.WriteAsync(upgrade, RunTokens.Resume(RunTokens.TakeUp(upgrade.Status!, retries, now)), cancellationToken));
        }

        var halted = OmsStatusComposer.Compose(upgrade, upgrade.Status!, OmsStandings.Halted(upgrade.Status!.AbortedBy!), now);
        return new RunStep(await status.WriteAsync(upgrade, halted, cancellationToken), RunEnd.None, null);
    }

    /// <summary>Compiles the way back of an upgrade whose running steps have ended, and stores it.</summary>
    public async Task<RunStep> TurnAsync(OmsUpgrade upgrade, OmsSession session, WayBackCause cause, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var before = upgrade.Status!;
        if (await ObstacleAsync(upgrade, session, cancellationToken) is { } obstacle)
        {
            var standing = new Standing(StandingKind.Stalled, OmsUpgradePhases.RollingBack, Reasons.RollbackUnavailable, $"there is no way back: {obstacle}. Nothing is started; mend it and this looks again, or {WithoutWayBack(cause)}")
            {
                Failed = cause == WayBackCause.Failure,
            };
            return new RunStep(await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, before, standing, now), cancellationToken), RunEnd.None, LookForWay);
        }

        var basis = new RollbackBasis(upgrade.Spec, before.Plan!, PlanSlots.AttemptsBefore(before))
        {
            AfterSuccess = before.UpgradeStands(),
            LeaveManual = cause == WayBackCause.Deletion,
            Notes = before.UpgradeStands() ? await new RollbackNotes(session.Targets!, services.Time).CompileAsync(before, now, cancellationToken) : [],
        };
        var plan = RollbackPlanner.Compile(basis) with { CompiledAt = now, SpecHash = before.Plan!.SpecHash };
        var turned = (cause == WayBackCause.Abort ? before : RunTokens.Resume(before)) with { RollbackPlan = plan };
        if (DoneWork.Done(plan))
        {
            var nothing = new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, "nothing was changed");
            var used = RunTokens.Use(turned, cause == WayBackCause.Abort ? [] : RunTokens.NewRetries(upgrade), now);
            return new RunStep(await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, used, PlanSlot.Rollback, plan, nothing, now), cancellationToken), RunEnd.Back, null);
        }

        var begins = new Standing(StandingKind.Progressing, OmsUpgradePhases.RollingBack, cause is WayBackCause.Deletion or WayBackCause.Abort ? Reasons.Undoing : Reasons.RollingBack, $"{Because(upgrade, cause)}: the way back is in status.rollbackPlan ({plan.Hash}, {plan.Steps.Count} steps)")
        {
            Step = plan.Steps[0].Id,
        };
        return RunStep.AtOnce(await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, turned, begins, now), cancellationToken));
    }

    // The way there.
    private async Task<RunStep> GoOnAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, Func<Standing, Standing>? adjust, CancellationToken cancellationToken)
    {
        var cause = WayBack.CauseOf(upgrade);
        if (cause != WayBackCause.None && !(cause == WayBackCause.Request && WayBack.IsHalted(upgrade)))
        {
            return await LeaveAsync(upgrade, session, accessKey, cause, cancellationToken);
        }

        if (upgrade.Status!.AbortedBy is null && RedoPlanner.Lost(upgrade.Status.Plan!) is { } lost && RunTokens.NewRetries(upgrade) is { Count: > 0 } retries)
        {
            return await RedoAsync(upgrade, lost, retries, cancellationToken);
        }

        var (written, outcome) = await plans.AdvanceAsync(upgrade, PlanSlot.Upgrade, session, accessKey, Aborted(upgrade), adjust, cancellationToken);
        return new RunStep(written, outcome.State == RunState.Succeeded ? RunEnd.Forward : RunEnd.None, outcome.LookAgainAfter);
    }

    // Running steps finish first, so that what is taken back is what was done; what only waits for something need not come.
    private async Task<RunStep> LeaveAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, WayBackCause cause, CancellationToken cancellationToken)
    {
        var because = $"{Because(upgrade, cause)}: running steps finish first";
        var (written, outcome) = await plans.AdvanceAsync(upgrade, PlanSlot.Upgrade, session, accessKey, because, Leaving, cancellationToken);
        if (outcome.State == RunState.Succeeded && cause != WayBackCause.Request)
        {
            return new RunStep(written, RunEnd.Forward, null);
        }

        var finishing = outcome.State is not (RunState.Stopped or RunState.Succeeded)
            && written.Status!.Plan!.Steps.Exists(s => s.State == StepState.Running && !OmsActions.OnlyWaits(s.Action));
        return finishing
            ? new RunStep(written, RunEnd.None, outcome.LookAgainAfter ?? LookAgain)
            : await TurnAsync(written, session, cause, cancellationToken);

        Standing Leaving(Standing standing) => standing.Kind == StandingKind.Succeeded ? standing : standing with
        {
            Kind = StandingKind.Progressing,
            Failed = false,
            Reason = cause is WayBackCause.Deletion or WayBackCause.Abort ? Reasons.Undoing : Reasons.RollingBack,
            Message = $"{because}. {standing.Message}",
        };
    }

    private async Task<RunStep> RedoAsync(OmsUpgrade upgrade, PlanStep lost, IReadOnlyList<string> retries, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var plan = RedoPlanner.Compile(upgrade.Spec, upgrade.Status!.Plan!) with { CompiledAt = now };
        var standing = new Standing(StandingKind.Progressing, OmsUpgradePhases.RestoreDatabases, Reasons.Running, $"{lost.Id} may run again only on restored data: the plan was compiled anew ({plan.Hash}); the new containers are stopped, the snapshot restored, and everything from StartNew on is done again")
        {
            Step = plan.Steps.Find(s => s.State != StepState.Succeeded)?.Id,
        };
        var taken = RunTokens.TakeUp(upgrade.Status, retries, now) with { Plan = plan };
        return RunStep.AtOnce(await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, taken, standing, now), cancellationToken));
    }

    private async Task<RunStep> GoBackAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, Func<Standing, Standing>? adjust, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var before = upgrade.Status!;
        var plan = before.RollbackPlan!;
        if (DoneWork.Done(plan))
        {
            var over = OmsStatusComposer.Compose(upgrade, before, PlanSlot.Rollback, plan, new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, ""), now, adjust);
            return new RunStep(await status.WriteAsync(upgrade, over, cancellationToken), RunEnd.Back, null);
        }

        if (!DoneWork.Begun(plan))
        {
            var cause = WayBack.CauseOf(upgrade);
            if (cause == WayBackCause.None)
            {
                return RunStep.AtOnce(await status.WriteAsync(upgrade, Forgotten(upgrade, now), cancellationToken));
            }

            if (WayBack.IsOnlyShown(upgrade))
            {
                return new RunStep(await ShowAsync(upgrade, now, cancellationToken), RunEnd.None, null);
            }
        }

        var stopped = WayBack.IsStopped(upgrade) ? Aborted(upgrade) : null;
        var (written, outcome) = await plans.AdvanceAsync(upgrade, PlanSlot.Rollback, session, accessKey, stopped, Adjust, cancellationToken);
        return new RunStep(written, outcome.State == RunState.Succeeded ? RunEnd.Back : RunEnd.None, outcome.LookAgainAfter);

        Standing Adjust(Standing standing)
        {
            var ignored = DoneWork.Begun(plan) && WayBack.CauseOf(upgrade) == WayBackCause.None && standing.Kind != StandingKind.RolledBack
                ? standing with { Message = $"{standing.Message} [the way back has begun and goes to its end: desiredState Upgraded is ignored until then]" }
                : standing;
            return adjust is null ? ignored : adjust(ignored);
        }
    }

    private async Task<RunStep> CleanUpAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, Func<Standing, Standing>? adjust, CancellationToken cancellationToken)
    {
        var (written, outcome) = await plans.AdvanceAsync(upgrade, PlanSlot.Cleanup, session, accessKey, Aborted(upgrade), adjust, cancellationToken);
        return new RunStep(written, outcome.State == RunState.Succeeded ? RunEnd.Forward : RunEnd.None, outcome.LookAgainAfter);
    }

    private async Task<OmsUpgrade> ShowAsync(OmsUpgrade upgrade, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var plan = upgrade.Status!.RollbackPlan!;
        var shown = new Standing(StandingKind.PlanReady, OmsUpgradePhases.RollingBack, Reasons.PlanReady, $"the way back ({plan.Hash}, {plan.Steps.Count} steps) is in status.rollbackPlan; nothing is changed. Set mode: Apply to take it, or desiredState: Upgraded to drop it");
        return await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status, shown, now), cancellationToken);
    }

    // A way back that nobody wants any more and that has not begun: as if it had not been compiled.
    private static OmsUpgradeStatus Forgotten(OmsUpgrade upgrade, DateTimeOffset now)
    {
        var standing = new Standing(StandingKind.Progressing, OmsUpgradePhases.RollingBack, Reasons.Running, "the way back is not wanted any more and had not begun; the upgrade stands where it stood");
        return OmsStatusComposer.Compose(upgrade, upgrade.Status! with { RollbackPlan = null }, standing, now);
    }

    private static async Task<string?> ObstacleAsync(OmsUpgrade upgrade, OmsSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await new WayBackCheck(session.Targets!).FindObstacleAsync(upgrade.Status!, cancellationToken);
        }
        catch (Exception exception) when (exception is Clients.Docker.DockerException or Clients.Snapshots.SnapshotException or KeyNotFoundException or IOException)
        {
            // A host or storage that cannot be reached is for the guards and steps to say, except where nothing forces the way back now.
            return upgrade.Status!.UpgradeStands() ? session.Targets!.Redactor.Redact(exception.Message) : null;
        }
    }

    // What it stops is decided when it is seen, by what is asked for then.
    private async Task<OmsUpgrade> HeedAbortAsync(OmsUpgrade upgrade, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (RunTokens.NewAbort(upgrade) is { } token)
        {
            return await status.WriteAsync(upgrade, RunTokens.Abort(upgrade, upgrade.Status!, token, now), cancellationToken);
        }

        // The way back is not asked for any more; asked for again it is to be taken.
        return upgrade.Status!.AbortedRollback is not null && upgrade.Spec.DesiredState == DesiredState.Upgraded
            ? await status.WriteAsync(upgrade, upgrade.Status with { AbortedRollback = null }, cancellationToken)
            : upgrade;
    }

    private static string? Aborted(OmsUpgrade upgrade) => upgrade.Status!.AbortedBy is { } token
        ? $"aborted by {Annotations.Abort}={token}; running steps finished and nothing more is started"
        : null;

    private static string Because(OmsUpgrade upgrade, WayBackCause cause) => cause switch
    {
        WayBackCause.Request => "spec.desiredState is RolledBack",
        WayBackCause.Failure => $"spec.rollbackPolicy is OnFailure and {Failed(upgrade.Status!.Plan!)}",
        WayBackCause.Abort => $"aborted by {Annotations.Abort}={upgrade.Status!.AbortedBy}: what was changed is undone",
        _ => "deletion was asked for: what was changed is undone",
    };

    // What takes the way back away also breaks a guard of the way there: after a failure there is no going on either.
    private static string WithoutWayBack(WayBackCause cause) => cause == WayBackCause.Failure
        ? $"let go with {Annotations.OnDelete}=Abandon, delete the object and finish by hand"
        : "set spec.desiredState: Upgraded to leave it";

    private static string Failed(Plan plan) =>
        plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step ? $"{step.Id} failed ({step.Message})" : "the upgrade failed";
}
