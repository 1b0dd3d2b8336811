namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Removes the temporary state that a stopped upgrade would leave permanently: in PD
/// (docs/research/tidb.md#rules) evict-leader schedulers of its stores and schedule limits, and new programs that were
/// prepared beside those in use. An upgrade that resumes later does all of it again.</summary>
internal sealed class TiDbCleanup(ITiDbTargets targets)
{
    /// <summary>TiKVs that are, or may be, kept without leaders by an upgrade. The scheduler of one that is skipped
    /// keeps nothing; the guard of schedulers names it.</summary>
    public static IEnumerable<(string Instance, ulong Store)> Evicted(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan
            ? Evicted(spec, plan).Where(e => !spec.Skip.Contains(e.Instance, StringComparer.Ordinal))
            : [];

    public static IEnumerable<string> Staged(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is not { } plan
            ? []
            : from instance in spec.Instances
              let swap = plan.Steps.Find(s => s.Id == TiDbStepIds.Swap(instance))
              let drain = plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance))
              where swap is { State: not StepState.Succeeded }
                  && (IsBegun(plan, swap) || (drain is not null && drain.Is<DrainTikv>() && IsBegun(plan, drain)))
              select instance.Name;

    /// <summary>Removes schedulers and prepared programs and restores the limits while a run is stopped.
    /// <c>leader_priority</c> is left unchanged: restoring it here would trip a guard ("changed externally") when the
    /// upgrade resumes; status reports it instead.</summary>
    public async Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken)
    {
        var (gone, left) = (new List<string>(), new List<string>());
        var staged = Staged(targets.Spec(), status).ToHashSet(StringComparer.Ordinal);
        foreach (var instance in staged)
        {
            targets.EnsureMayAct();
            try
            {
                await targets.Hosts.Instance(instance).UnstageAsync(cancellationToken);
                gone.Add(instance);
            }
            catch (TargetException exception)
            {
                left.Add(
                    $"the prepared program of {instance}: remove *.drydock-new beside its program "
                    + $"({targets.Redact(exception.Message)})");
            }
        }

        foreach (var (instance, store) in Evicted(targets.Spec(), status))
        {
            targets.EnsureMayAct();
            try
            {
                await targets.Pd().LetLeadersBackAsync(store, cancellationToken);
                if (!gone.Contains(instance) && !staged.Contains(instance))
                {
                    gone.Add(instance);
                }
            }
            catch (TargetException exception)
            {
                // What is left of an instance is removed together, so its steps are not marked yet.
                gone.Remove(instance);
                left.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"evict-leader-scheduler of {instance}: pd-ctl scheduler remove evict-leader-scheduler-{store} "
                    + $"({targets.Redact(exception.Message)})"));
            }
        }

        if (status.Plan is { } plan && ScheduleHold.InForce(plan) is { } hold)
        {
            try
            {
                await ReleaseAsync(hold, cancellationToken);
                gone.Add(hold.Id);
            }
            catch (TargetException exception)
            {
                left.Add($"schedule limits: {ScheduleHold.Commands(hold)} ({targets.Redact(exception.Message)})");
            }
        }

        return new ParkedStateResult(gone, left);
    }

    private static bool IsBegun(Plan plan, PlanStep step) => step.Attempt > 0 && !CleanedUpSteps.Is(plan, step);

    private async Task ReleaseAsync(PlanStep hold, CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var now = (await pd.ScheduleAsync(cancellationToken)).Limits;
        targets.EnsureMayAct();
        await pd.SetLimitsAsync(ScheduleHold.ToRestore(hold, now, mergeLimit: null), cancellationToken);
    }

    private static IEnumerable<(string Instance, ulong Store)> Evicted(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        foreach (var instance in spec.Of(DatabaseComponent.TiKV))
        {
            var drain = plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance));
            var isOver = plan.Steps.Find(s => s.Id == TiDbStepIds.Verify(instance)) is
            {
                State: StepState.Succeeded,
            };
            if (drain is { Attempt: > 0, Receipt: not null } && !isOver && !CleanedUpSteps.Is(plan, drain))
            {
                yield return (instance.Name, drain.As<DrainTikv>().Store);
            }
        }
    }
}
