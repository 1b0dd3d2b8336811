namespace Drydock.Lab.Chaos.Databases;

/// <summary>Steps and end of an undisturbed upgrade.</summary>
/// <param name="Steps">Ids of its steps in the plan's order, with host numbers instead of addresses.</param>
/// <param name="EndState">The cluster, as text.</param>
/// <param name="Counts">How often each action was done that must not be repeated.</param>
public sealed record DatabaseGolden(
    IReadOnlyList<string> Steps, string EndState, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>The shape of its plan, with host numbers instead of addresses (<see cref="PlanShape"/>).</summary>
    public required string Plan { get; init; }
}
