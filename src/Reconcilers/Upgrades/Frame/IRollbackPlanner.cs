using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The way back of a kind. Pure; what must be looked at in the world is asked of
/// <see cref="IRunTargets{TEntity,TSpec,TStatus}"/>.
/// </summary>
/// <typeparam name="TSpec">What its users write.</typeparam>
internal interface IRollbackPlanner<TSpec>
    where TSpec : RunSpec
{
    /// <summary>
    /// Why what this plan has done can never be taken back, whatever a person mends: asked for all the same it is
    /// refused with this reason, and rollbackPolicy OnFailure leaves a failure where it is. Null if there may be a way
    /// back; always null before <see cref="IRunWork{TSpec}.IsPastUndo"/>, because until then everything is undone.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="plan">The plan with what has come of it.</param>
    string? Refusal(TSpec spec, Plan plan);

    /// <summary>The plan of the way back; without steps if nothing was changed, so also for an empty plan.</summary>
    Plan Compile(RollbackBasis<TSpec> basis);
}
