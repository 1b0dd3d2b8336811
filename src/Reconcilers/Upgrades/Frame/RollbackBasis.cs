using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a way back is compiled from.</summary>
/// <typeparam name="TSpec">What users of the kind write.</typeparam>
/// <param name="Spec">The spec.</param>
/// <param name="Plan">The plan with what has come of it.</param>
/// <param name="AttemptsBefore">See <see cref="Abstractions.Plans.Plan.AttemptsBefore"/>.</param>
internal sealed record RollbackBasis<TSpec>(TSpec Spec, Plan Plan, int AttemptsBefore)
    where TSpec : RunSpec
{
    /// <summary>
    /// The run had succeeded: what was written since may be lost, so the way back is to be held until it is approved
    /// (<c>Plan.Hold</c>).
    /// </summary>
    public bool AfterSuccess { get; init; }

    /// <summary>
    /// Nobody waits for a person: the object is being deleted, so what only a person can do is left to that person.
    /// </summary>
    public bool Unattended { get; init; }

    /// <summary>What else the reader must know: what will be lost, what is how old.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
