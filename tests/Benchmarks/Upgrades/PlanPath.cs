using System.Globalization;
using System.Text.Json.Nodes;

namespace Drydock.Benchmarks;

/// <summary>The longest chain of steps of a finished plan, by the durations the steps themselves recorded.</summary>
internal static class PlanPath
{
    public static TimeSpan Longest(JsonNode upgrade)
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
    public static string Steps(JsonNode upgrade) => string.Join(
        ", ", upgrade["status"]!["plan"]!["steps"]!.AsArray().Select(step => string.Create(CultureInfo.InvariantCulture, $"{step!["id"]!.GetValue<string>()} {Duration(step).TotalSeconds:0.0}")));

    private static TimeSpan Duration(JsonNode step) =>
        step["startedAt"] is { } start && step["finishedAt"] is { } end ? Time(end) - Time(start) : TimeSpan.Zero;

    private static DateTimeOffset Time(JsonNode text) => DateTimeOffset.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
