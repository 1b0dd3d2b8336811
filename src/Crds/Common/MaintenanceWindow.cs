using Drydock.Abstractions.Entities;

namespace Drydock.Crds.Common;

/// <summary>When phases may start. What has started is never interrupted.</summary>
[ValidationRule("self.start != self.end", RuleMessages.EmptyWindow)]
public sealed record MaintenanceWindow
{
    /// <summary>Days on which the window opens. Empty: every day.</summary>
    [ListSet]
    [Items(7)]
    public List<DayOfWeek> Days { get; init => field = value ?? []; } = [];

    /// <summary>When it opens, HH:MM in timeZone.</summary>
    [Required]
    [Length(5, Minimum = 5)]
    [Pattern(Patterns.TimeOfDay)]
    public string Start { get; init => field = value ?? ""; } = "";

    /// <summary>When it closes, HH:MM in timeZone; at or before start it closes on the next day.</summary>
    [Required]
    [Length(5, Minimum = 5)]
    [Pattern(Patterns.TimeOfDay)]
    public string End { get; init => field = value ?? ""; } = "";

    /// <summary>An IANA time zone, for instance Asia/Shanghai.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern("^[A-Za-z][A-Za-z0-9_+/-]*$")]
    public string TimeZone { get; init => field = value ?? "UTC"; } = "UTC";
}
