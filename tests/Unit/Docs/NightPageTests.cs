using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Docs;

/// <summary>
/// docs/how-to/upgrade-at-night.md lists alerts as the rules have them, and tells the night as the manifest on the page
/// makes it.
/// </summary>
public sealed partial class NightPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "how-to", "upgrade-at-night.md"));

    [Fact]
    public void Alerts_have_the_severity_and_the_delay_of_their_rules()
    {
        var rules = Rule().Matches(File.ReadAllText(Repository.PathOf("config", "monitoring", "prometheus-rules.yaml")))
            .Select(m => (Name: m.Groups["name"].Value, Severity: m.Groups["severity"].Value, After: Words(
                m.Groups["for"].Value)))
            .ToList();
        var rows = Row().Matches(Page)
            .Select(m =>
                (Name: m.Groups["name"].Value, Severity: m.Groups["severity"].Value, After: m.Groups["after"].Value))
            .ToList();

        rows.Count.ShouldBeGreaterThan(8);
        rows.ShouldBeSubsetOf(rules);
        rules.Where(rule => rule.Severity == "critical")
            .ShouldBeSubsetOf(rows, "every alert that wakes an administrator is listed");
    }

    [Fact]
    public void Timetable_tells_the_night_of_the_manifest()
    {
        var spec = Manifest();
        var night = Night(spec);
        var rows = Table("| when |").Select(cells => (
            When: cells[0], Text: string.Join(' ', cells[1..]), Phases: Phases(string.Join(' ', cells[1..])))).ToList();
        var held = rows.Single(row => row.Text.Contains("held before", StringComparison.Ordinal));

        // The held row names what waits, and the rows above it what is done by then.
        held.Phases.ShouldBe(night.Held);
        rows.TakeWhile(row => row != held).SelectMany(row => row.Phases).ShouldBe(night.BeforeHold);
        rows.Where(row => row != held).SelectMany(row => row.Phases)
            .ShouldBe(night.All, "every phase has its row, in the order of the plan");
        RowOf(OmsUpgradePhases.DisableHA).Text.ShouldContain("high availability is switched off");
        RowOf(OmsUpgradePhases.EnableHA).Text.ShouldContain("high availability is switched on");

        RowOf(night.DownFrom).Text.ShouldContain("**The downtime begins**");
        RowOf(night.DownUntil).Text.ShouldContain("**The downtime ends**");
        rows.Count(row => row.Text.Contains("The downtime", StringComparison.Ordinal)).ShouldBe(2);

        // Times: the window opens, and the section about the approval begins when the run is held.
        rows.Single(row => row.Text.Contains("the window opens", StringComparison.Ordinal)).When
            .ShouldBe($"{night.Opened:dddd}, {spec.Window!.Start}");
        Page.ShouldContain(
            $"\n## {night.Opened:dddd}, {held.When}: approve\n\nThe run is held before `{held.Phases.Single()}`.");

        (string When, string Text, List<string> Phases) RowOf(string phase) =>
            rows.Single(row => row != held && row.Phases.Contains(phase));
    }

    [Fact]
    public void Moments_of_the_downtime_are_the_phases_from_its_begin_to_its_end()
    {
        var night = Night(Manifest());
        var down = night.All.SkipWhile(phase => phase != night.DownFrom).TakeWhile(phase => phase != night.DownUntil)
            .Append(night.DownUntil);

        Table("| moment |").SelectMany(cells => Phases(cells[0])).Distinct(StringComparer.Ordinal).ShouldBe(down);
    }

    private static OmsUpgradeSpec Manifest() =>
        (OmsUpgradeSpec)KindSpecs.Read(OmsUpgrade.KindName, FencedManifests.Of(
            Repository.PathOf("docs", "how-to", "upgrade-at-night.md")).Single().Json["spec"]!.AsObject());

    // The manifest in a world, which begins on a Sunday: applied at once, approved when it is held.
    private static NightRun Night(OmsUpgradeSpec spec)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = true }).WithRegions();
        world.Apply(spec.InWorldOf);
        world.RunUntil(() => world.Is("Held"), "held", TimeSpan.FromDays(8));
        var held = world.Status.Holds.ConvertAll(hold => hold.Name);
        var begun = world.Plan.Steps.Where(step => step.State == StepState.Succeeded).ToList();
        var opened = TimeZoneInfo.ConvertTime(
            begun.Min(step => step.StartedAt)!.Value, TimeZoneInfo.FindSystemTimeZoneById(spec.Window!.TimeZone));
        world.Status.DowntimeSince.ShouldBeNull();
        world.Annotate(Annotations.Approve, world.Status.Holds[0].Approval);

        world.RunToSuccess();
        return new NightRun(opened, held, InOrder(begun), InOrder(world.Plan.Steps), At(world.Status.Times!.T1), At(
            world.Status.Times.T2));

        // The step that recorded the moment; a status has microseconds.
        string At(DateTimeOffset? moment) => world.Plan.Steps
            .First(step => step.Entries().Any(
                entry => (step.RecordedTime(entry.Key) - moment)?.Duration() < TimeSpan.FromMilliseconds(1))).Phase;
    }

    private static List<string> InOrder(IEnumerable<Step> steps) =>
        [.. steps.Select(step => step.Phase).Distinct(StringComparer.Ordinal)];

    // The cells of a table's rows, without its head.
    private static IEnumerable<string[]> Table(string head) =>
        Page[Page.IndexOf(head, StringComparison.Ordinal)..].Split('\n')
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    private static List<string> Phases(string text) =>
    [
        .. Code().Matches(text).Select(code => code.Groups["code"].Value.Split('/')[0])
            .Where(word => typeof(OmsUpgradePhases).GetFields().Any(field => field.Name == word)),
    ];

    private static string Words(string duration) => duration switch
    {
        "" => "at once",
        [.. var number, 'm'] => $"{number} minutes",
        [.. var number, 'h'] => $"{number} hours",
        _ => duration,
    };

    [GeneratedRegex(
        @"- alert: (?<name>\w+)\n(?<rest>(?:(?!- alert: )[\s\S])*?)(?:    for: (?<for>\w+)\n)?"
        + @"    labels:\n      severity: (?<severity>\w+)")]
    private static partial Regex Rule();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(
        @"^\| [^|]+ \| `(?<name>Drydock\w+)` \| (?<severity>\w+) \| (?<after>[^|]+?) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>What a night was like, in phases.</summary>
    private sealed record NightRun(
        DateTimeOffset Opened, List<string> Held, List<string> BeforeHold, List<string> All, string DownFrom,
        string DownUntil);
}
