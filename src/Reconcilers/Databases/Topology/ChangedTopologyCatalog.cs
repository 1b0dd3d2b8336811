using Drydock.Engine.Guards;

namespace Drydock.Reconcilers.Databases;

/// <summary>The catalogue of an engine, in which no step begins while an entry of spec.skip or spec.added is not
/// accepted, and in which the steps of a skipped instance count as done.</summary>
/// <param name="instanceOf">The instance that a step acts on; null if it acts on none.</param>
internal sealed class ChangedTopologyCatalog(
    IStepCatalog inner, ChangedTopology topology, Func<Plan, PlanStep, string?> instanceOf) : IStepCatalog
{
    public IStepAction Action(PlanStep step) => new ChangedTopologyAction(inner.Action(step), topology, instanceOf);

    public IGuardCheck Guard(PlanGuard guard) => inner.Guard(guard);

    private sealed class ChangedTopologyAction(
        IStepAction action, ChangedTopology topology, Func<Plan, PlanStep, string?> instanceOf) : IStepAction
    {
        public async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
        {
            if (topology.IsEmpty)
            {
                return await ObserveKnownAsync(context, cancellationToken);
            }

            if (await topology.FindRefusalAsync(cancellationToken) is { } refusal)
            {
                return new Observation.Unknown(refusal);
            }

            if (instanceOf(context.Plan, context.Step) is not { } instance || !topology.IsSkipped(instance))
            {
                return await ObserveKnownAsync(context, cancellationToken);
            }

            topology.Report(context.Step.Id, instance);
            return new Observation.Done(
                $"Skipped: the database no longer knows {instance} (spec.skip).",
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [ChangedTopology.GenerationFact] = $"{topology.Generation}",
                });
        }

        public Task<IReadOnlyDictionary<string, string>> PrepareAsync(
            StepContext context, CancellationToken cancellationToken) =>
            action.PrepareAsync(context, cancellationToken);

        public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
        {
            // The spec may have changed since the observation.
            if (!topology.IsEmpty && await topology.FindRefusalAsync(cancellationToken) is { } refusal)
            {
                throw new StepActionException(Reasons.InvalidSpec, refusal) { NotTaken = true };
            }

            await action.ActAsync(context, cancellationToken);
        }

        public bool MayBeAccepted(Observation.Failed failure) => action.MayBeAccepted(failure);

        public Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
            action.WaitAsync(context, cancellationToken);

        // The host of an instance may never come back.
        private async Task<Observation> ObserveKnownAsync(StepContext context, CancellationToken cancellationToken)
        {
            try
            {
                return await action.ObserveAsync(context, cancellationToken);
            }
            catch (HostException exception) when (
                exception.Reason == Reasons.HostUnreachable
                && instanceOf(context.Plan, context.Step) is not null)
            {
                throw new HostException(
                    exception.Host,
                    exception.Reason,
                    $"{exception.Message} {LostInstance.Advice(instanceOf(context.Plan, context.Step)!)}",
                    exception.IsRetryable,
                    exception.MayHaveRun,
                    exception);
            }
        }
    }
}

/// <summary>What to do about an instance that does not come back, for messages that wait for it. Pure.</summary>
internal static class LostInstance
{
    public static string Advice(string instance) =>
        $"If its host is lost for good, remove {instance} from the database and add it to spec.skip.";
}

/// <summary>What the plans say of the instances of spec.skip. Pure.</summary>
internal static class SkippedInstances
{
    /// <summary>One entry for each, in the order of the spec.</summary>
    /// <param name="instanceOf">The instance that a step acts on; null if it acts on none.</param>
    public static List<SkippedInstanceStatus> Of(
        DatabaseRollingUpgradeSpec spec,
        DatabaseRollingUpgradeStatus status,
        Func<Plan, PlanStep, string?> instanceOf)
    {
        if (spec.Skip.Count == 0)
        {
            return [];
        }

        var steps = new[] { status.Plan, status.RollbackPlan }.OfType<Plan>()
            .SelectMany(plan => plan.Steps.Select(step => (Step: step, Instance: instanceOf(plan, step))))
            .Where(s => s.Instance is not null && s.Step.Recorded(ChangedTopology.GenerationFact) is not null)
            .ToLookup(s => s.Instance!, s => s.Step, StringComparer.Ordinal);
        return
        [
            .. spec.Skip.Select(name => steps[name].MinBy(s => s.FinishedAt) is { } first
                ? new SkippedInstanceStatus
                {
                    Name = name,
                    Since = first.FinishedAt,
                    Generation = long.Parse(
                        first.Recorded(ChangedTopology.GenerationFact)!, CultureInfo.InvariantCulture),
                }
                : new SkippedInstanceStatus { Name = name }),
        ];
    }
}
