namespace Drydock.Reconcilers.Upgrades;

/// <summary>Reads which databases a step of any kind works on: every action that dumps, restores or awaits databases
/// has an argument <c>Databases</c>, a list of names.</summary>
internal static class StepDatabases
{
    private const string Entry = "databases";

    /// <summary>The databases; empty if the action has no such argument.</summary>
    /// <exception cref="JsonException">The entry is not a list of names.</exception>
    public static IReadOnlyList<string> Of(PlanStep step) =>
        step.Parameters.TryGetValue(Entry, out var text) ? JsonSerializer.Deserialize<List<string>>(text) ?? [] : [];
}
