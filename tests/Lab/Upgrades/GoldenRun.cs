namespace Drydock.Lab.Upgrades;

/// <summary>Acts and end of an undisturbed upgrade.</summary>
/// <param name="Acts">Every write and act of the operator, in order.</param>
/// <param name="EndState">The end state of OMS, as text.</param>
/// <param name="Counts">How often each action was done that must not be repeated.</param>
public sealed record GoldenRun(IReadOnlyList<FaultAct> Acts, string EndState, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>The shape of the plan of the goal, the upgrade or the rollback (<see cref="PlanShape"/>).</summary>
    public required string Plan { get; init; }

    /// <summary>Every point at which a fault can strike: before and after each act.</summary>
    public IReadOnlyList<KillPoint> Points => KillPoint.Of(Acts);
}
