namespace Drydock.Reconcilers.Upgrades;

/// <summary>A foreign key that leads into databases that a restore drops.</summary>
/// <param name="Table">The table that refers, with its database.</param>
internal sealed record OutsideKey(string Table, string Text)
{
    /// <summary>What a drop and a load mean for the keys; null without any.</summary>
    public static string? Describe(IReadOnlyCollection<OutsideKey> keys) => keys.Count == 0
        ? null
        : $"Foreign keys lead into what a restore drops ({Sentences.List([.. keys.Select(k => k.Text)], 10)}): rows "
            + "of other databases may then refer to nothing.";

    /// <summary>The same for a plan whose preflight found some.</summary>
    public static string? Acknowledged(PlanProgress plan) =>
        (plan.Plan.Acknowledged ?? []).FindAll(
            entry => entry.Split('/')[0] == Reasons.ForeignKeysFromOutside) is { Count: > 0 } entries
            ? "Rows of other databases may then refer to nothing "
                + $"({Sentences.List(entries, 10)})."
            : null;
}
