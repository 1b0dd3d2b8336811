using System.Globalization;
using System.Text.Json.Nodes;

namespace Drydock.Benchmarks;

/// <summary>
/// The longest chain of steps of a finished plan, by the durations the steps themselves recorded. A step that waits for
/// its target before it does something begins twice, and keeps the second time: whoever watches the plan run knows the
/// first.
/// </summary>
internal sealed class PlanPath
{
    private readonly Dictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);

    /// <summary>Takes in a plan under way. Always true.</summary>
    public bool See(JsonNode upgrade)
    {
        foreach (var step in upgrade["status"]?["plan"]?["steps"]?.AsArray() ?? [])
        {
            if (step!["startedAt"] is { } start)
            {
                _begun.TryAdd(step["id"]!.GetValue<string>(), Time(start));
            }
        }

        return true;
    }

    /// <summary>The chain's length.</summary>
    public TimeSpan Longest(JsonNode upgrade)
    {
        var longest = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var step in upgrade["status"]!["plan"]!["steps"]!.AsArray())
        {
            var before = (step!["after"]?.AsArray() ?? []).Select(a => longest[a!.GetValue<string>()]).DefaultIfEmpty(TimeSpan.Zero).Max();
            longest[step["id"]!.GetValue<string>()] = before + Duration(step);
        }

        return longest.Values.Max();
    }

    /// <summary>From the object's creation, which has whole seconds only, to the beginning of its first step.</summary>
    public static TimeSpan BeforeTheFirst(JsonNode upgrade) =>
        upgrade["status"]!["plan"]!["steps"]!.AsArray().Where(step => step!["startedAt"] is not null).Min(step => Time(step!["startedAt"]!)) - Time(upgrade["metadata"]!["creationTimestamp"]!);

    /// <summary>Every step with its seconds, for people who look for where time goes.</summary>
    public string Steps(JsonNode upgrade) => string.Join(
        ", ", upgrade["status"]!["plan"]!["steps"]!.AsArray().Select(step => string.Create(CultureInfo.InvariantCulture, $"{step!["id"]!.GetValue<string>()} {Duration(step).TotalSeconds:0.0}")));

    private TimeSpan Duration(JsonNode step) => step["startedAt"] is { } start && step["finishedAt"] is { } end
        ? Time(end) - _begun.GetValueOrDefault(step["id"]!.GetValue<string>(), Time(start))
        : TimeSpan.Zero;

    private static DateTimeOffset Time(JsonNode text) =>
        DateTimeOffset.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
