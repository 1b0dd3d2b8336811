using System.Globalization;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.OmsUpgrades.Access;

namespace Drydock.Reconcilers.OmsUpgrades.Steps;

/// <summary>
/// From 4.0.1 on the project tables are others and not documented, so nothing is read from them (facts §4.1). Without API credentials the comparison is
/// a person's; the list is in status. Never a failure, and never a claim.
/// </summary>
public sealed class CompareProjects(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var before = Targets.Upgrade.Status?.Projects;
        var count = ((before?.Migration ?? 0) + (before?.Synchronization ?? 0)).ToString(CultureInfo.InvariantCulture);
        return Task.FromResult<Observation>(new Observation.Done($"{count} projects before; what became of them is not readable from the tables and is listed for a person"));
    }
}
