using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Guards;

/// <summary>Reads whether something that must stay true still is. Changes nothing.</summary>
public interface IGuardCheck
{
    /// <summary>The name by which plans refer to it.</summary>
    string Name { get; }

    /// <summary>Looks at the world.</summary>
    Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}
