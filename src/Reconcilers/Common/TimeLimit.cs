using Drydock.Abstractions.Values;

namespace Drydock.Reconcilers.Common;

/// <summary>The time limit that a field asks for, at most 49 days.</summary>
internal static class TimeLimit
{
    // No timer takes more than 49.7 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) => KubernetesDuration.Parse(text) is var asked && asked < Longest ? asked : Longest;
}
