namespace Drydock.Lab.Upgrades;

/// <summary>What an undisturbed upgrade did and where it ended.</summary>
/// <param name="Acts">Every write and act the operator made, in order.</param>
/// <param name="EndState">The end state of OMS, as text.</param>
/// <param name="Counts">How often what must not be repeated was done.</param>
public sealed record GoldenRun(IReadOnlyList<FaultAct> Acts, string EndState, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>Every point at which a fault can strike: before and after each act.</summary>
    public IReadOnlyList<KillPoint> Points => KillPoint.Of(Acts);
}
