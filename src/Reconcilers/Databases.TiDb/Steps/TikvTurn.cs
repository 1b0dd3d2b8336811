namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Whether the drain of a TiKV may begin while the one before it settles. Leaders are kept away from one
/// store, or from those of one batch, at a time: the scheduler of the former store is removed only when the store is Up
/// on the new version (<see cref="VerifyTikv"/>), and it then gets leaders back first. Pure.</summary>
internal static class TikvTurn
{
    public static string? Former(DatabaseRollingUpgradeSpec spec, StepContext context, StoreDrain drain)
    {
        var now = context.Time.GetUtcNow();
        var replaced = DrainTurn.Replaced(context, s => s.Is<SwapInstance>());
        if (DrainTurn.Early(spec, replaced, now) is { } early)
        {
            return early;
        }

        var together = StoppedTogether.Others(context.Plan, context.Step);
        foreach (var former in context.Plan.Steps.Where(s => s.Is<VerifyTikv>()
            && s.Node != context.Node
            && !together.Contains(s.Node, StringComparer.Ordinal)))
        {
            var store = former.As<VerifyTikv>().Store;
            if (spec.Instances.Find(i => i.Name == former.Node) is not { } instance)
            {
                continue;
            }

            if (drain.Evicted.Contains(store))
            {
                return former.State != StepState.Succeeded
                    && context.Plan.Step(TiDbStepIds.Drain(instance)) is { Attempt: > 0 }
                    ? $"Waiting until {former.Node} may have leaders again."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"Waiting: an evict-leader-scheduler from outside this upgrade keeps leaders away from store "
                        + $"{store} ({former.Node}). If no other work needs it, run `pd-ctl scheduler remove "
                        + $"evict-leader-scheduler-{store}`.");
            }

            // The plan is that of the beginning of the wait: the verification may have ended since.
            if (former.State != StepState.Succeeded
                && replaced is { } at
                && context.Plan.Step(TiDbStepIds.Swap(instance)) is { State: StepState.Succeeded }
                && drain.Stores.FirstOrDefault(s => s.Id == store) is { } present
                && LeaderReturn.Missing(context, instance, present, now - at) is { } missing)
            {
                return $"Waiting for {former.Node}: {missing}";
            }
        }

        return null;
    }
}
