namespace Drydock.Engine.Actions;

/// <summary>Finds the action behind a name that stands in a plan.</summary>
public interface IStepCatalog
{
    /// <summary>The action.</summary>
    /// <exception cref="KeyNotFoundException">No such action: the plan comes from a newer operator.</exception>
    IStepAction Action(string name);

    /// <summary>The guard check.</summary>
    /// <exception cref="KeyNotFoundException">No such check: the plan comes from a newer operator.</exception>
    Guards.IGuardCheck Guard(string name);
}
