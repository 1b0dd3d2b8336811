using System.Globalization;
using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// That what a step brought into a database was taken out again while the run rested: the moment of it, in the receipt
/// of that step. A later step of the same instance brings it back, so it counts only until one begins. Pure.
/// </summary>
internal static class CleanedUpSteps
{
    private const string Key = "takenAway";

    /// <summary>The plan in which it is written down.</summary>
    /// <param name="plan">The plan; null stays null.</param>
    /// <param name="brought">The steps that brought it there.</param>
    /// <param name="at">When it was seen to be gone.</param>
    public static Plan? Mark(Plan? plan, Func<PlanStep, bool> brought, DateTimeOffset at) => plan is null ? null : plan with
    {
        Steps = [.. plan.Steps.Select(s => brought(s) ? s with { Receipt = With(s.Receipt, at) } : s)],
    };

    /// <summary>Whether what a step brought there is gone.</summary>
    public static bool Is(Plan plan, PlanStep brought) =>
        brought.Receipt?.GetValueOrDefault(Key) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
        && !plan.Steps.Exists(s => s.Phase == brought.Phase && s.Node == brought.Node && s.StartedAt > at);

    private static SortedDictionary<string, string> With(SortedDictionary<string, string>? receipt, DateTimeOffset at) =>
        new(receipt ?? [], StringComparer.Ordinal) { [Key] = at.ToString("O", CultureInfo.InvariantCulture) };
}
