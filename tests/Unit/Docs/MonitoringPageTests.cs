using Drydock.Operator.Logging;

namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/how-to/monitoring.md and config/monitoring agree with the code.</summary>
public sealed partial class MonitoringPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "how-to", "monitoring.md"));
    private static readonly string Rules = File.ReadAllText(
        Repository.PathOf("config", "monitoring", "prometheus-rules.yaml"));

    [Fact]
    public void Page_lists_every_metric()
    {
        var metrics = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Metric().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        metrics.Count.ShouldBeGreaterThan(40);
        metrics.Where(metric => !Page.Contains($"`{metric}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Page_lists_every_alert_with_its_severity()
    {
        var alerts = Alert().Matches(Rules)
            .Select(m => $"| `{m.Groups["name"].Value}` | {m.Groups["severity"].Value} |").ToList();

        alerts.Count.ShouldBeGreaterThan(10);
        alerts.Where(alert => !Page.Contains(alert, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_alert_has_a_firing_and_a_silent_case()
    {
        var cases = File.ReadAllText(Repository.PathOf("config", "monitoring", "prometheus-rules-test.yaml"));
        foreach (var alert in Alert().Matches(Rules).Select(m => m.Groups["name"].Value))
        {
            Regex.IsMatch(cases, $@"alertname: {alert}\n    exp_alerts:\n    - ")
                .ShouldBeTrue($"{alert} fires in no case");
            (Regex.IsMatch(cases, $@"alertname: {alert}, exp_alerts: \[\]")
                || Regex.IsMatch(cases, $@"alertname: {alert}\n    exp_alerts: \[\]")
                || alert == "DrydockActionRequired").ShouldBeTrue($"{alert} is silent in no case");
        }
    }

    [Fact]
    public void Runbook_of_every_alert_has_its_section()
    {
        foreach (var (page, anchor) in Runbook().Matches(Rules).Select(
            m => (m.Groups["page"].Value, m.Groups["anchor"].Value)))
        {
            var text = File.ReadAllText(Repository.PathOf("docs", page));
            var isReason = anchor.StartsWith("{{", StringComparison.Ordinal) && page == "reference/reasons.md";
            (anchor.Length == 0 || isReason || Anchors(text).Contains(anchor)).ShouldBeTrue($"{page}#{anchor}");
        }
    }

    [Fact]
    public void Every_reason_has_a_section_that_a_runbook_url_can_name()
    {
        var anchors = Anchors(File.ReadAllText(Repository.PathOf("docs", "reference", "reasons.md")));

        typeof(Reasons).GetFields().Where(f => f.IsLiteral)
            .Select(f => ((string)f.GetRawConstantValue()!).ToLowerInvariant())
            .Where(reason => !anchors.Contains(reason)).ShouldBeEmpty();
    }

    [Fact]
    public void Page_lists_every_key_of_the_log() =>
        JsonLines.OwnKeys.Where(key => !Page.Contains($"`{key}`", StringComparison.Ordinal)).ShouldBeEmpty();

    // Headings as GitHub names them, and anchors of their own.
    private static HashSet<string> Anchors(string page) =>
    [
        .. Heading().Matches(page).Select(
            m => NotOfAnchor().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-')),
        .. OwnAnchor().Matches(page).Select(m => m.Groups[1].Value),
    ];

    [GeneratedRegex(
        "\"((?:drydock(?!_heatbeat)|workqueue|rest_client|controller_runtime|leader_election|process)_[a-z_]+_[a-z_]+|"
        + "drydock_snapshots)\"")]
    private static partial Regex Metric();

    [GeneratedRegex(@"- alert: (?<name>\w+)[\s\S]*?severity: (?<severity>\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"docs/(?<page>[a-z/-]+\.md)(?:#(?<anchor>[^""\n]+))?")]
    private static partial Regex Runbook();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("<a id=\"(?<id>[a-z]+)\">")]
    private static partial Regex OwnAnchor();

    [GeneratedRegex("[^a-z0-9 -]")]
    private static partial Regex NotOfAnchor();
}
