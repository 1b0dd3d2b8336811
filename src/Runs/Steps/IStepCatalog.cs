namespace Drydock.Runs;

/// <summary>Reads the steps and guards of a stored plan.</summary>
public interface IStepCatalog
{
    /// <summary>The action of a step.</summary>
    /// <exception cref="KeyNotFoundException">The action is unknown: the plan comes from a newer operator.</exception>
    /// <exception cref="FormatException">Its arguments do not fit.</exception>
    IStepAction Action(PlannedStep step);

    /// <summary>The check of a guard.</summary>
    /// <exception cref="KeyNotFoundException">The check is unknown: the plan comes from a newer operator.</exception>
    /// <exception cref="FormatException">Its arguments do not fit.</exception>
    IGuardCheck Guard(PlannedGuard guard);
}
