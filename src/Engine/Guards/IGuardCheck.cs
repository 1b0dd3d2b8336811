namespace Drydock.Engine.Guards;

/// <summary>Checks whether an invariant of the targets still holds. Changes nothing.</summary>
public interface IGuardCheck
{
    Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken);
}
