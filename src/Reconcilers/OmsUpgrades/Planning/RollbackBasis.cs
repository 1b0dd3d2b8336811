using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>What the way back is compiled from.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Plan">The upgrade plan with what has come of it.</param>
/// <param name="AttemptsBefore">See <see cref="Abstractions.Plans.Plan.AttemptsBefore"/>.</param>
public sealed record RollbackBasis(OmsUpgradeSpec Spec, Plan Plan, int AttemptsBefore)
{
    /// <summary>The upgrade had succeeded: what was written since is lost, so the way back is held until it is approved.</summary>
    public bool AfterSuccess { get; init; }

    /// <summary>Nobody waits for a person: an object that is being deleted leaves high availability that a person switched off to that person.</summary>
    public bool LeaveManual { get; init; }

    /// <summary>What else the reader must know: projects that will be lost, the age of the snapshot.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
