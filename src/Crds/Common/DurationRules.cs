using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Values;

namespace Drydock.Crds.Common;

/// <summary>
/// The longest duration, which no pattern of the schema can express, because a duration is a sum. Found by the patterns
/// of the fields, so that a new field with a duration is looked at without further work.
/// </summary>
internal static class DurationRules
{
    /// <summary>The fields with a duration above <see cref="KubernetesDuration.Longest"/>.</summary>
    /// <param name="spec">A spec, or a part of one.</param>
    /// <param name="path">Where it is: <c>spec</c>.</param>
    public static IEnumerable<Finding> Check(object spec, string path)
    {
        foreach (var property in spec.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.GetValue(spec) is not { } value)
            {
                continue;
            }

            var field = $"{path}.{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}";
            var findings = value is string text
                ? IsDuration(property) && KubernetesDuration.IsTooLong(text) ? [TooLong(text, field)] : []
                : Parts(value, field).SelectMany(part => Check(part.Value, part.Path));
            foreach (var finding in findings)
            {
                yield return finding;
            }
        }
    }

    private static bool IsDuration(PropertyInfo property) =>
        property.GetCustomAttribute<PatternAttribute>()?.Regex is Patterns.Duration or Patterns.PositiveDuration;

    private static Finding TooLong(string text, string field) => StorageRules.Refusal(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{field} is {text}, which is longer than the longest duration. "
            + $"Expected are at most {KubernetesDuration.Longest.TotalDays:0}d in sum. Set a shorter one."),
        field);

    private static IEnumerable<(object Value, string Path)> Parts(object value, string field) => value switch
    {
        IEnumerable list => list.Cast<object?>().Select((part, i) => (part, i))
            .Where(p => p.part is not null && IsPart(p.part))
            .Select(p => (p.part!, string.Create(CultureInfo.InvariantCulture, $"{field}[{p.i}]"))),
        _ => IsPart(value) ? [(value, field)] : [],
    };

    private static bool IsPart(object value) =>
        value.GetType() is { IsClass: true, Namespace: { } space }
            && space.StartsWith("Drydock.", StringComparison.Ordinal);
}
