namespace Drydock.Benchmarks;

/// <summary>
/// The longest chain of steps of a finished plan, by the durations that the steps recorded. A step that waits for its
/// target begins twice and records the second time; an observer of the running plan knows the first.
/// </summary>
internal sealed class PlanPath
{
    private readonly Dictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);

    /// <summary>
    /// Records the start times of a running plan. Always true, so that it fits as a filter of a wait.
    /// </summary>
    public bool See(JsonNode upgrade)
    {
        foreach (var step in upgrade.Plan()?["steps"]?.AsArray() ?? [])
        {
            if (step!["startedAt"] is { } start)
            {
                _begun.TryAdd(step["id"]!.GetValue<string>(), Time(start));
            }
        }

        return true;
    }

    /// <summary>Length of the chain.</summary>
    public TimeSpan Longest(JsonNode upgrade)
    {
        var longest = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var step in upgrade.Plan()!["steps"]!.AsArray())
        {
            var before = (step!["after"]?.AsArray() ?? []).Select(a => longest[a!.GetValue<string>()])
                .DefaultIfEmpty(TimeSpan.Zero).Max();
            longest[step["id"]!.GetValue<string>()] = before + Duration(step);
        }

        return longest.Values.Max();
    }

    /// <summary>
    /// Time from the object's creation (known in whole seconds only) to the beginning of its first step.
    /// </summary>
    public static TimeSpan BeforeTheFirst(JsonNode upgrade) =>
        upgrade.Plan()!["steps"]!.AsArray().Where(step => step!["startedAt"] is not null)
            .Min(step => Time(step!["startedAt"]!)) - Time(upgrade["metadata"]!["creationTimestamp"]!);

    /// <summary>Every step with the second it began and its length, to show where the time goes.</summary>
    public string Steps(JsonNode upgrade)
    {
        var created = Time(upgrade["metadata"]!["creationTimestamp"]!);
        return string.Join(
            ", ",
            upgrade.Plan()!["steps"]!.AsArray().Where(
                step => step!["startedAt"] is not null).Select(step => string.Create(
                CultureInfo.InvariantCulture,
                $"{step!["id"]!.GetValue<string>()} "
                + $"{(Begun(step) - created).TotalSeconds:0.0}+{Duration(step).TotalSeconds:0.0}")));
    }

    private TimeSpan Duration(JsonNode step) =>
        step["startedAt"] is not null && step["finishedAt"] is { } end ? Time(end) - Begun(step) : TimeSpan.Zero;

    private DateTimeOffset Begun(JsonNode step) =>
        _begun.GetValueOrDefault(step["id"]!.GetValue<string>(), Time(step["startedAt"]!));

    private static DateTimeOffset Time(JsonNode text) =>
        DateTimeOffset.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
