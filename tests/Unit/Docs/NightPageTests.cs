using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/night-run.md lists alerts as the rules have them.</summary>
public sealed partial class NightPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "night-run.md"));

    [Fact]
    public void Alerts_have_the_severity_and_the_delay_of_their_rules()
    {
        var rules = Rule().Matches(File.ReadAllText(Repository.PathOf("config", "monitoring", "prometheus-rules.yaml")))
            .Select(m => (Name: m.Groups["name"].Value, Severity: m.Groups["severity"].Value, After: Words(m.Groups["for"].Value)))
            .ToList();
        var rows = Row().Matches(Page)
            .Select(m => (Name: m.Groups["name"].Value, Severity: m.Groups["severity"].Value, After: m.Groups["after"].Value))
            .ToList();

        rows.Count.ShouldBeGreaterThan(8);
        rows.ShouldBeSubsetOf(rules);
        rules.Where(rule => rule.Severity == "critical").ShouldBeSubsetOf(rows, "every alert that wakes an administrator is listed");
    }

    private static string Words(string duration) => duration switch
    {
        "" => "at once",
        [.. var number, 'm'] => $"{number} minutes",
        [.. var number, 'h'] => $"{number} hours",
        _ => duration,
    };

    [GeneratedRegex(@"- alert: (?<name>\w+)\n(?<rest>(?:(?!- alert: )[\s\S])*?)(?:    for: (?<for>\w+)\n)?    labels:\n      severity: (?<severity>\w+)")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\| [^|]+ \| `(?<name>Drydock\w+)` \| (?<severity>\w+) \| (?<after>[^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
