using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Guards;

/// <summary>Checks whether an invariant of the targets still holds. Changes nothing.</summary>
public interface IGuardCheck
{
    /// <summary>The name by which plans refer to it.</summary>
    string Name { get; }

    /// <summary>Reads the target.</summary>
    Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}
