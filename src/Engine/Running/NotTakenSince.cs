using System.Globalization;
using Drydock.Abstractions.Plans;

namespace Drydock.Engine.Running;

/// <summary>
/// Since when a step's target does not take its request; kept in the receipt, so that a successor counts on. Pure.
/// </summary>
internal static class NotTakenSince
{
    private const string Key = "notTakenSince";

    /// <summary>The moment; null if the last request was taken, or there was none.</summary>
    public static DateTimeOffset? Of(PlanStep step) =>
        step.Receipt?.GetValueOrDefault(Key) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var since) ? since : null;

    /// <summary>The receipt with the moment.</summary>
    public static SortedDictionary<string, string> Mark(SortedDictionary<string, string>? receipt, DateTimeOffset since) =>
        new(receipt ?? [], StringComparer.Ordinal) { [Key] = since.ToString("O", CultureInfo.InvariantCulture) };

    /// <summary>The receipt without it.</summary>
    public static SortedDictionary<string, string>? Clear(SortedDictionary<string, string>? receipt)
    {
        if (receipt?.ContainsKey(Key) != true)
        {
            return receipt;
        }

        var rest = new SortedDictionary<string, string>(receipt, StringComparer.Ordinal);
        rest.Remove(Key);
        return rest;
    }
}
