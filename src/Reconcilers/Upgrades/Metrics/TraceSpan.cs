using System.Diagnostics;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>A piece of work that has ended, as a trace shows it.</summary>
/// <param name="Trace">The trace it belongs to.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The span that contains it; null for the outermost one.</param>
/// <param name="Name">Its name.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Attributes">Names only; never a parameter of a step.</param>
/// <param name="Failure">The reason of its failure; null if it succeeded.</param>
internal sealed record TraceSpan(
    ActivityTraceId Trace,
    ActivitySpanId Id,
    ActivitySpanId? Parent,
    string Name,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    string? Failure);
