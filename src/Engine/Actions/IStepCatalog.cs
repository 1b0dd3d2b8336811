namespace Drydock.Engine.Actions;

/// <summary>Finds the action or check that a plan refers to by its name.</summary>
public interface IStepCatalog
{
    /// <summary>The action.</summary>
    /// <exception cref="KeyNotFoundException">The action is unknown: the plan comes from a newer operator.</exception>
    IStepAction Action(PlanStep step);

    /// <summary>The guard check.</summary>
    /// <exception cref="KeyNotFoundException">The check is unknown: the plan comes from a newer operator.</exception>
    Guards.IGuardCheck Guard(PlanGuard guard);
}
