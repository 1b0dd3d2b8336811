namespace Drydock.Reconcilers.Upgrades;

/// <summary>A step whose node is not the instance that it acts on.</summary>
internal interface IInstanceStep
{
    /// <returns>Null if it acts on none yet.</returns>
    string? InstanceOf(PlanProgress plan, Step own);
}
