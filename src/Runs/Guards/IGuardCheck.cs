namespace Drydock.Runs;

/// <summary>Checks whether an invariant of the targets still holds. Changes nothing.</summary>
public interface IGuardCheck
{
    Task<GuardReading> CheckAsync(Guard guard, PlanProgress plan, CancellationToken cancellationToken);

    /// <summary>Whether it is read before this step acts. One that costs the target much names the steps that rely on
    /// it; on events it is read all the same.</summary>
    bool Concerns(Step aboutToAct);
}
