namespace Drydock.Reconcilers.Upgrades;

/// <summary>A foreign key that leads into databases that a restore drops.</summary>
/// <param name="Table">The table that refers, with its database.</param>
internal sealed record OutsideKey(string Table, string Text)
{
    /// <summary>What a drop and a load mean for the keys; null without any.</summary>
    public static string? Describe(IReadOnlyCollection<OutsideKey> keys) => keys.Count == 0
        ? null
        : $"Foreign keys lead from other databases into those that a restore drops: "
            + $"{Sentences.List([.. keys.Select(k => k.Text)], 10)}. A drop and a load do not check them, so rows "
            + "there may refer to rows that no longer exist.";

    /// <summary>The same for a plan whose preflight found some.</summary>
    public static string? Acknowledged(PlanProgress plan) =>
        (plan.Plan.Acknowledged ?? []).FindAll(
            entry => entry.Split('/')[0] == Reasons.ForeignKeysFromOutside) is { Count: > 0 } entries
            ? "Foreign keys lead from other databases into them "
                + $"({Sentences.List(entries, 10)} in spec.preflight.acknowledge): rows there may refer to rows that "
                + "no longer exist."
            : null;
}
