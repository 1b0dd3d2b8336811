using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The last step: when it succeeds, status.actionRequired is compiled from what was recorded.</summary>
internal sealed class ListActions(IOmsTargets targets) : OmsStep<ListActions.Args>(targets), IWaitsOnly
{
    /// <param name="Links">What is known of the links of the new version; null in a rollback.</param>
    /// <param name="HaConfig">Whether the version that runs now has ha.config.</param>
    /// <param name="Advice">What the version data tells the administrator after this upgrade.</param>
    /// <param name="VersionData">
    /// The ConfigMap that extended the version data and the hash of its content, so that the plan hash depends on it;
    /// null for the shipped data alone.
    /// </param>
    public sealed record Args(
        LinkFacts? Links = null,
        bool HaConfig = true,
        List<VersionAdvice>? Advice = null,
        string? VersionData = null);

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult<Observation>(new Observation.Done(
            "status.actionRequired lists the actions for the administrator."));
}
