namespace Drydock.Lab.Chaos.Databases;

/// <summary>What an undisturbed upgrade did and where it ended.</summary>
/// <param name="Steps">Ids of its steps in the plan's order, hosts by their names' numbers.</param>
/// <param name="EndState">The cluster, as text.</param>
/// <param name="Counts">How often what must not be repeated was done.</param>
public sealed record DatabaseGolden(
    IReadOnlyList<string> Steps, string EndState, IReadOnlyDictionary<string, int> Counts);
